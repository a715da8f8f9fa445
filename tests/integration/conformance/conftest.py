"""`house`: the installation that all cases share. `driver`: each channel in turn, its fake running.
`line`: an account of it, connected."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from shared.channels.known_accounts import known_accounts
from shared.config import get_settings

from tests.integration.conformance.driver import Driver
from tests.integration.conformance.drivers import DRIVERS
from tests.integration.conformance.house import Connected, House, opened
from tests.support.servers import Servers, working_with

AT_GATEWAY = "http://127.0.0.1:8000"


@pytest.fixture(scope="package")
def of_the_package() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patched:
        yield patched


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def house(servers: Servers, of_the_package: pytest.MonkeyPatch) -> AsyncIterator[House]:
    database = servers.create_database()
    environment = servers.environment(database) | {
        "KONSTRUCT_DEVELOPMENT_CHANNELS": "true",
        "KONSTRUCT_SWEEP_INTERVAL_S": "0.2",
    }
    async with (
        working_with(environment, of_the_package),
        opened(database.superuser_conninfo, AT_GATEWAY) as house,
    ):
        yield house
    servers.drop_database(database)


@pytest_asyncio.fixture(scope="package", loop_scope="package", params=sorted(DRIVERS))
async def driver(
    request: pytest.FixtureRequest, house: House, of_the_package: pytest.MonkeyPatch
) -> AsyncIterator[Driver]:
    async with DRIVERS[request.param]() as driver:
        for name, value in driver.settings().items():
            of_the_package.setenv(name, value)
        get_settings.cache_clear()
        yield driver
    # A fake that is started anew calls its accounts as this one did.
    house.superuser.execute(
        "UPDATE channel_connections SET state = 'disconnected', failing = NULL,"
        " external_key = external_key || '-' || id WHERE channel_type = %s",
        (driver.channel,),
    )


@pytest_asyncio.fixture(loop_scope="package")
async def line(house: House, driver: Driver) -> AsyncIterator[Connected]:
    yield await house.connect(driver)
    known_accounts.forget_all()
