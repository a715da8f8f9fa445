"""The page in a real browser on the real stack, for what is measured and pictured there."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from konstruct.devstack.progress import Progress
from playwright.sync_api import Browser, Page, sync_playwright
from shared.config import get_settings
from shared.db.engine import dispose_engine
from shared.valkey.client import close_redis

from benchmarks.failure import BenchmarkFailed
from tests.support.browser import ARGUMENTS, find_browser
from tests.support.servers import ROOT, Database, Servers
from tests.support.stack import Stack

WITHIN_MS = 60_000
Result = TypeVar("Result")


@dataclass(frozen=True)
class Portal:
    """A running Konstruct with its page."""

    url: str
    database: Database


@contextmanager
def running_portal(directory: Path, progress: Progress) -> Iterator[Portal]:
    """PostgreSQL, Valkey, the scripted model, a worker and a gateway that serves the built page."""
    if not (ROOT / "portal" / "dist" / "index.html").exists():
        raise BenchmarkFailed("The page is not built. Run `make portal` first.")
    with ExitStack() as running:
        with progress.step("PostgreSQL, Valkey, the scripted model, worker and gateway"):
            servers = running.enter_context(Servers(directory / "servers"))
            database = servers.create_database()
            environment = servers.environment(database, valkey_db=0)
            stack = running.enter_context(
                Stack(
                    directory,
                    environment,
                    database=database,
                    gateway_count=1,
                    settings={"KONSTRUCT_LIMITS_ENABLED": "false"},
                )
            )
        os.environ.update(stack.environment)
        get_settings.cache_clear()
        yield Portal(stack.gateways[0].url, database)


def in_the_database(work: Callable[[], Awaitable[Result]]) -> Result:
    """Run what the product's own services and repositories do, in this process."""

    async def done() -> Result:
        try:
            return await work()
        finally:
            await close_redis()
            await dispose_engine()

    # Playwright's loop runs in this thread.
    with ThreadPoolExecutor(max_workers=1) as beside:
        return beside.submit(lambda: asyncio.run(done())).result()


@contextmanager
def running_browser() -> Iterator[Browser]:
    path = find_browser()
    if path is None:
        raise BenchmarkFailed("There is no Chromium here (Debian: apt-get install chromium).")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=ARGUMENTS, timeout=WITHIN_MS
        )
        try:
            yield browser
        finally:
            browser.close()


def log_in(page: Page, url: str, email: str, password: str) -> None:
    """By the form, as a person does; returns when the employees are there."""
    page.set_default_timeout(WITHIN_MS)
    page.goto(url)
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("navigation", name="Main menu").wait_for()
