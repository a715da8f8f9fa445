"""A real Chromium on the real stack: what a person sees.

`browser`   one for the whole run; without one installed, tests that ask for it are skipped
`visit`     opens the portal, as somebody who is logged in or as a stranger

Everything asynchronous shares one event loop, the browser's. What was on screen and on the console
of a test that fails is kept in its `tmp_path`.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from gateway.portal import IN_THE_REPOSITORY
from playwright.async_api import Browser

from tests.support import people
from tests.support.browser import Device, find_browser, start_browser
from tests.support.people import Person, World
from tests.support.portal_page import AXE, PortalPage, Visit
from tests.support.processes import Gateway
from tests.support.servers import Database, working_with
from tests.support.stack import Stack

HERE = Path(__file__).parent
NO_BROWSER = "no Chromium on this machine: install it (Debian: apt-get install chromium)"
NOT_BUILT = "the web page is not built, so nobody can look at it: run `make portal`"
_FAILED = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    item.stash[_FAILED] = item.stash.get(_FAILED, False) or report.failed
    return report


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    path = find_browser()
    if path is None:
        pytest.skip(NO_BROWSER)
    if not (IN_THE_REPOSITORY / "index.html").is_file() or not AXE.is_file():
        pytest.fail(NOT_BUILT)
    async with start_browser(path) as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def database(
    browser: Browser, stack: Stack, settings_of_its_own: pytest.MonkeyPatch
) -> AsyncIterator[Database]:
    """That of the shared stack, used from the browser's loop."""
    async with working_with(stack.environment, settings_of_its_own):
        yield stack.database


@pytest_asyncio.fixture(loop_scope="session")
async def acme(database: Database) -> World:
    return await people.make_world("acme")


@pytest_asyncio.fixture(loop_scope="session")
async def globex(database: Database) -> World:
    return await people.make_world("globex")


@pytest_asyncio.fixture(loop_scope="session")
async def platform_admin(database: Database) -> Person:
    return await people.make_platform_admin()


@pytest_asyncio.fixture(loop_scope="session")
async def visit(
    browser: Browser, stack: Stack, request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[Visit]:
    """`page = await visit(acme.anna)`; options are `gateway`, `path` and Playwright's own."""
    devices: list[Device] = []
    async with AsyncExitStack() as open_devices:

        async def visit(
            person: Person | None = None,
            *,
            gateway: Gateway = stack.gateways[0],
            path: str = "/",
            **options: Any,
        ) -> PortalPage:
            device = await open_devices.enter_async_context(
                Device.of(browser, gateway.url, **options)
            )
            devices.append(device)
            if person is not None:
                await device.remember(person.refresh_token)
            page = PortalPage(await device.tab(), device)
            await page.open(path)
            return page

        yield visit
        if request.node.stash.get(_FAILED, False):
            for number, device in enumerate(devices, start=1):
                evidence = tmp_path / f"browser-{number}"
                evidence.mkdir()
                await device.keep_evidence(evidence)
            return
        for device in devices:
            device.require_clean()
