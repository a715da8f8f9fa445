"""A real Chromium, found on this machine and never downloaded, and a record of what it did.

    async with start_browser(path) as browser:
        async with Device.of(browser, gateway.url) as device:
            page = await device.tab()

A `Device` is one person's browser: its own cookies and storage, any number of tabs. It keeps every
request, every console line and every error of the pages. No name is resolved, so a request that
would leave this machine fails, and is recorded.
"""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright
from shared.api.auth import COOKIE_PATH, REFRESH_COOKIE

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
WITHIN_MS = 30_000
"""The longest a test waits for something on the page; only a failing test waits this long."""


def find_browser() -> str | None:
    """The path of this machine's Chromium or Chrome."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@asynccontextmanager
async def start_browser(path: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()


@dataclass
class Device:
    """One person's browser on the gateway at `home`."""

    context: BrowserContext
    home: str
    requests: list[str] = field(default_factory=list)
    """The address of every request and every WebSocket."""
    console: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    """Uncaught errors, and violations of the content security policy."""

    @classmethod
    @asynccontextmanager
    async def of(cls, browser: Browser, home: str, **options: Any) -> AsyncIterator[Self]:
        """`options` are Playwright's for a context: viewport, locale, color_scheme …"""
        context = await browser.new_context(
            **{"viewport": {"width": 1280, "height": 800}, "locale": "en-GB"} | options
        )
        context.set_default_timeout(WITHIN_MS)
        device = cls(context, home)
        context.on("request", lambda request: device.requests.append(request.url))
        context.on("console", device._keep_line)
        context.on("weberror", lambda error: device.faults.append(str(error.error)))
        try:
            yield device
        finally:
            await context.close()

    async def remember(self, refresh_token: str) -> None:
        """Set the refresh cookie, as if this person had logged in earlier."""
        await self.context.add_cookies(
            [
                {
                    "name": REFRESH_COOKIE,
                    "value": refresh_token,
                    "domain": urlsplit(self.home).hostname or "",
                    "path": COOKIE_PATH,
                    "httpOnly": True,
                    "sameSite": "Strict",
                }
            ]
        )

    async def tab(self) -> Page:
        """A new, empty tab."""
        page = await self.context.new_page()
        page.on("websocket", lambda socket: self.requests.append(socket.url))
        return page

    @property
    def strangers(self) -> list[str]:
        """Requests that went anywhere but to the gateway."""
        host = urlsplit(self.home).netloc
        return [url for url in self.requests if urlsplit(url).netloc != host]

    def require_clean(self) -> None:
        """Fail on a request to elsewhere, an uncaught error, or a violation of the policy."""
        assert not self.strangers, f"requests that left for elsewhere: {self.strangers}"
        assert not self.faults, f"faults of the page: {self.faults}"

    async def keep_evidence(self, directory: Path) -> list[Path]:
        """Save a picture of each tab and the console's lines, for a failed test."""
        log = directory / "console.log"
        log.write_text("\n".join([*self.console, *self.faults]))
        files = [log]
        for number, page in enumerate(self.context.pages, start=1):
            files.append(directory / f"tab-{number}.png")
            await page.screenshot(path=files[-1])
        return files

    def _keep_line(self, message: ConsoleMessage) -> None:
        self.console.append(f"{message.type}: {message.text}")
        if "Content Security Policy" in message.text:
            self.faults.append(message.text)
