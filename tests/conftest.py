"""Fixtures for every kind of test. Servers and processes start when a test first asks for them.

`database`             a migrated database of the test's own, and settings that point at it; for a
                       test that asks for `stack` or `breakable_stack`, the database of those
`acme` `globex`        two tenants with people and agents; `platform_admin`
`api`                  REST over ASGI on the real application
`stack`                gateways, a worker, the scripted model: real processes, shared by tests
`breakable_stack`      servers and processes of their own, to be killed and restarted
`figures`              numbers worth knowing, printed at the end of the run
"""

import json
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import redis
from konstruct.devstack.ports import free_port
from shared.config import get_settings
from shared.identity.access import access

from tests.support import people
from tests.support.breakable_stack import BreakableStack
from tests.support.people import Person, World
from tests.support.processes import log_marks, logs_since
from tests.support.scratch import directory_of_servers
from tests.support.servers import SIGNING_KEY, STACK_DB, Database, Servers, working_with
from tests.support.sizes import FULL
from tests.support.stack import Stack

GATEWAY_URL = "http://127.0.0.1:8000"
_LOG_MARKS = pytest.StashKey[dict[str, int]]()
_FIGURES = pytest.StashKey[Counter[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--figures", metavar="FILE", help="write the figures there, as JSON")


def pytest_configure(config: pytest.Config) -> None:
    """Hide the settings of the person who runs the tests, except those of the tests."""
    config.stash[_FIGURES] = Counter()
    for name in [name for name in os.environ if name.startswith("KONSTRUCT_")]:
        if not name.startswith("KONSTRUCT_TEST_"):
            del os.environ[name]
    # A shell that starts us in the background ignores Ctrl-C, for us and for all processes we
    # start.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_runtest_setup(item: pytest.Item) -> None:
    item.stash[_LOG_MARKS] = log_marks()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Add the processes' logs to a failed test's report."""
    report = yield
    if report.failed:
        report.sections += logs_since(item.stash.get(_LOG_MARKS, {}))
    return report


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    figures = config.stash[_FIGURES]
    if path := config.getoption("--figures"):
        Path(path).write_text(json.dumps(figures))
    if figures:
        terminalreporter.section("figures" if FULL else "figures, of a run that is not full-sized")
        for name, value in figures.items():
            terminalreporter.write_line(f"{name}: {value}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """With several test processes side by side, each hands its figures to the main one."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["figures"] = dict(session.config.stash[_FIGURES])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    together = node.config.stash[_FIGURES]
    for name, value in node.workeroutput.get("figures", {}).items():
        together[name] = value + together[name] if name in together else value


@pytest.fixture(scope="session")
def figures(pytestconfig: pytest.Config) -> Counter[str]:
    """Counts and measures by name: `figures["wall: cases"] += 1`."""
    return pytestconfig.stash[_FIGURES]


@pytest.fixture(autouse=True)
def settings_of_its_own(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Every test begins with a signing key and defaults, and leaves no setting behind."""
    monkeypatch.setenv("KONSTRUCT_SIGNING_KEY", SIGNING_KEY)
    get_settings.cache_clear()
    yield monkeypatch
    get_settings.cache_clear()
    access.forget_all()


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    with directory_of_servers() as directory, Servers(directory) as servers:
        yield servers


PLATFORMS_HERE = {
    "KONSTRUCT_EGRESS_ALLOW": "127.0.0.0/8",
    "KONSTRUCT_TELEGRAM_API_URL": f"http://127.0.0.1:{free_port()}",
    "KONSTRUCT_SLACK_API_URL": f"http://127.0.0.1:{free_port()}/api/",
    "KONSTRUCT_WHATSAPP_API_URL": f"http://127.0.0.1:{free_port()}",
}
"""No test speaks to a real platform. Whoever wants one there serves its fake at the port."""


@pytest.fixture(scope="session")
def shared_stack(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    database = servers.create_database()
    environment = servers.environment(database, valkey_db=STACK_DB)
    directory = tmp_path_factory.mktemp("stack")
    with Stack(directory, environment, database=database, settings=PLATFORMS_HERE) as stack:
        yield stack


@pytest.fixture
def stack(shared_stack: Stack) -> Iterator[Stack]:
    """One worker, two gateways and the scripted model, shared by all tests that ask for it.

    Workers and gateways that a test adds are stopped after it. A test that kills or freezes a
    process asks for `breakable_stack` instead.
    """
    shared_stack.require_alive()
    yield shared_stack
    shared_stack.remove_added()


@pytest.fixture(scope="session")
def shared_breakable_stack() -> Iterator[BreakableStack]:
    with directory_of_servers() as directory, BreakableStack(directory) as breakable_stack:
        yield breakable_stack


@pytest.fixture
def breakable_stack(shared_breakable_stack: BreakableStack) -> Iterator[BreakableStack]:
    """Two gateways, two workers, the scripted model, PostgreSQL and Valkey, to be broken.

    What a test ends is started again after it. Rate limits are off.
    """
    yield shared_breakable_stack
    shared_breakable_stack.restore()


@pytest.fixture
async def database(
    request: pytest.FixtureRequest,
    settings_of_its_own: pytest.MonkeyPatch,
) -> AsyncIterator[Database]:
    """A migrated database without rows; this process's settings name it."""
    stack: Stack | None = None
    if "breakable_stack" in request.fixturenames:
        stack = request.getfixturevalue("breakable_stack").stack
    elif "stack" in request.fixturenames:
        stack = request.getfixturevalue("stack")
    if stack is not None:
        database, environment = stack.database, stack.environment
    else:
        servers: Servers = request.getfixturevalue("servers")
        database = servers.create_database()
        environment = servers.environment(database)
        with redis.Redis.from_url(servers.redis_url()) as valkey:
            valkey.flushdb()
    async with working_with(environment, settings_of_its_own):
        yield database
    if stack is None:
        servers.drop_database(database)


@pytest.fixture
def superuser(database: Database) -> Iterator[psycopg.Connection]:
    """A connection that sees all rows past the wall, with autocommit."""
    with psycopg.connect(database.superuser_conninfo, autocommit=True) as connection:
        yield connection


@pytest.fixture
async def acme(database: Database) -> World:
    return await people.make_world("acme")


@pytest.fixture
async def globex(database: Database) -> World:
    return await people.make_world("globex")


@pytest.fixture
async def platform_admin(database: Database) -> Person:
    return await people.make_platform_admin()


@pytest.fixture
async def api(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """REST, called as by a browser on the gateway's own page."""
    from tests.support.portal import application

    transport = httpx.ASGITransport(app=application())
    async with httpx.AsyncClient(transport=transport, base_url=GATEWAY_URL) as client:
        yield client
