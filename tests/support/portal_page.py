"""The portal as a person uses it. Only this module knows where things are on the page."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

from playwright.async_api import Locator, Page, Route, expect

from tests.support.browser import WITHIN_MS, Device

AXE = Path(__file__).parents[2] / "portal" / "node_modules" / "axe-core" / "axe.min.js"
_OLDER = "**/messages?*before=*"
_WORD = re.compile(r"\bw\d+\b")

expect.set_options(timeout=WITHIN_MS)


def numbered(count: int) -> str:
    """w1 w2 w3 …: an answer in which every lost or doubled word shows."""
    return " ".join(f"w{number}" for number in range(1, count + 1))


def asks_for(count: int, *, rate: float = 0, more: str = "") -> str:
    """A message that makes the scripted model answer `numbered(count)`, at `rate` words a
    second."""
    return f'[[model: text="{numbered(count)}" rate={rate} {more}]] please'


class PortalPage:
    """One tab with the portal, in a conversation with `employee` once one is chosen."""

    def __init__(self, page: Page, device: Device) -> None:
        self.page = page
        self.device = device
        self.employee = "Ada"

    async def open(self, path: str = "/") -> None:
        await self.page.goto(self.device.home + path)

    async def another_tab(self) -> "PortalPage":
        """Another tab of the same person in the same browser, at the same address."""
        other = PortalPage(await self.device.tab(), self.device)
        other.employee = self.employee
        await other.page.goto(self.page.url)
        return other

    # ── logging in and out ─────────────────────────────────────────────────────────────────────

    @property
    def log_in_form(self) -> Locator:
        return self.page.get_by_role("heading", name="Log in")

    async def log_in(self, email: str, password: str) -> None:
        await self.page.get_by_label("E-mail").fill(email)
        await self.page.get_by_label("Password").fill(password)
        await self.page.get_by_role("button", name="Log in").click()

    async def log_out(self) -> None:
        await self.account_menu.click()
        await self.page.get_by_role("menuitem", name="Log out").click()

    @property
    def account_menu(self) -> Locator:
        return self.page.get_by_role("button", name="Account")

    # ── employees ──────────────────────────────────────────────────────────────────────────────

    @property
    def employees(self) -> Locator:
        """In the list of those to talk to, which home and chat have."""
        return self.page.get_by_role("navigation", name="Your employees").get_by_role("link")

    @property
    def menu(self) -> Locator:
        """The rail of places at the side; on a phone, the bar below."""
        return self.page.get_by_role("navigation", name="Main menu")

    @property
    def practice(self) -> Locator:
        """The note that the practice model answers."""
        return self.page.get_by_role("complementary", name="Practice model")

    @property
    def notices(self) -> Locator:
        """What is told in passing."""
        return self.page.get_by_role("region", name="Notices")

    @property
    def dialog(self) -> Locator:
        """The one that is open; a notice in passing is none."""
        return self.page.locator("dialog[open]")

    async def go_to(self, name: str) -> None:
        """Open one of the pages for running a business."""
        await self.menu.get_by_role("link", name=name, exact=True).click()
        await expect(self.page.get_by_role("heading", level=1, name=name)).to_be_visible()

    def rows(self, name: str) -> Locator:
        """The rows of the list of this name."""
        return self.page.get_by_role("list", name=name)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    async def choose(self, name: str = "Ada") -> None:
        """Open the conversation with this employee; returns when one can write."""
        self.employee = name
        if await self.employees.count() == 0:
            await self.menu.get_by_role("link", name="Chat").click()
        await self.employees.filter(has_text=name).first.click()
        await expect(self.composer).to_be_editable()

    # ── the conversation ───────────────────────────────────────────────────────────────────────

    @property
    def composer(self) -> Locator:
        return self.page.get_by_role("textbox", name=f"Message to {self.employee}")

    @property
    def stop(self) -> Locator:
        return self.page.get_by_role("button", name="Stop the answer")

    @property
    def retry(self) -> Locator:
        return self.page.get_by_role("button", name="Try again")

    @property
    def failed(self) -> Locator:
        """The failed answers."""
        return self.articles.filter(has=self.retry)

    @property
    def line(self) -> Locator:
        """The page's notes on its connection and on refusals."""
        return self.page.get_by_role("main").get_by_role("status")

    @property
    def articles(self) -> Locator:
        """All messages of either side, failed answers included."""
        return self.page.get_by_role("article")

    @property
    def own(self) -> Locator:
        return self._said_by("You")

    @property
    def answers(self) -> Locator:
        return self._said_by(self.employee)

    def _said_by(self, name: str) -> Locator:
        return self.articles.filter(has=self.page.get_by_text(f"{name}:", exact=True))

    async def say(self, text: str) -> None:
        await self.composer.fill(text)
        await self.composer.press("Enter")

    async def shown_words(self, answer: int = -1) -> list[str]:
        """The numbered words of an answer, as they stand on the page."""
        return _WORD.findall(await self.answers.nth(answer).inner_text())

    async def expect_whole(self, count: int, answers: int = 1) -> None:
        """Wait for the last of `answers` answers, whole, each word once; then nobody is typing."""
        await expect(self.answers).to_have_count(answers)
        await expect(self.answers.last).to_contain_text(_word(count), use_inner_text=True)
        await expect(self.stop).to_be_hidden()
        await expect(self.answers).to_have_count(answers)
        assert await self.shown_words() == numbered(count).split()

    async def expect_begun(self, word: int = 3) -> None:
        """Wait until this word of the answer is shown."""
        await expect(self.answers.last).to_contain_text(_word(word), use_inner_text=True)

    async def watch_answer(self) -> None:
        """From now on, record the last answer at each change."""
        await self.page.evaluate(
            """(name) => {
              window.shown = [];
              new MutationObserver(() => {
                const said = [...document.querySelectorAll("article")]
                  .map((article) => article.innerText)
                  .filter((text) => text.includes(`${name}:`));
                const words = (said.at(-1) ?? "").match(/\\bw\\d+\\b/g) ?? [];
                if (words.length !== window.shown.at(-1)?.length) window.shown.push(words);
              }).observe(document.body, { subtree: true, childList: true, characterData: true });
            }""",
            self.employee,
        )

    async def watched(self) -> list[list[str]]:
        """The recorded words, one entry per change."""
        return await self.page.evaluate("window.shown")

    async def scroll_to_the_top(self) -> None:
        await self.articles.first.evaluate(
            """(article) => {
              let box = article;
              while (box.scrollTop === 0) box = box.parentElement;
              box.scrollTop = 0;
            }"""
        )

    @asynccontextmanager
    async def older_messages_on_their_way(self) -> AsyncIterator[None]:
        """Scroll up, and hold back the older messages this asks for until the block ends."""
        asked, let_come = asyncio.Event(), asyncio.Event()

        async def hold(route: Route) -> None:
            asked.set()
            await let_come.wait()
            await route.continue_()

        await self.page.route(_OLDER, hold, times=1)
        await self.scroll_to_the_top()
        async with asyncio.timeout(WITHIN_MS / 1000):
            await asked.wait()
        await self.be_drawn()
        yield
        async with self.page.expect_response(_OLDER) as response:
            let_come.set()
        await (await response.value).finished()

    async def place_of(self, article: Locator) -> float:
        """The top of this article on the screen, in pixels."""
        box = await article.bounding_box()
        assert box is not None
        return box["y"]

    async def be_drawn(self) -> None:
        """Wait until everything the page has received is drawn."""
        await self.page.evaluate(
            "new Promise((done) => { let n = 0; const next = () => (++n > 6 ? done() :"
            " requestAnimationFrame(next)); next(); })"
        )

    async def ask_to_start_over(self) -> Locator:
        """Ask for a reset of the conversation; returns the dialog that asks to confirm."""
        await self.page.get_by_role("button", name="Start over").click()
        await self.page.get_by_role("menuitem", name="Start over").click()
        await expect(self.dialog).to_be_visible()
        return self.dialog

    # ── for everyone ───────────────────────────────────────────────────────────────────────────

    async def violations(self, *, colours: bool = True) -> list[str]:
        """axe's violations on the current page, in light and, for colours, in dark mode.

        With forced colours, which are not the page's own, pass `colours=False`. axe runs from
        outside the page, so the content security policy need not change.
        """
        if not await self.page.evaluate("'axe' in window"):
            await self.page.evaluate(AXE.read_text())
        if not colours:
            return await self._axe("light", {"rules": {"color-contrast": {"enabled": False}}})
        found = await self._axe("light", {})
        found += await self._axe("dark", {"runOnly": ["color-contrast"]})
        return found

    async def _axe(self, scheme: Literal["light", "dark"], options: dict[str, Any]) -> list[str]:
        await self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        await self.be_drawn()  # ends a transition of colours that is under way
        await self.page.evaluate(
            "Promise.allSettled(document.getAnimations().map((each) => each.finished))"
        )
        # Base UI's guards take the focus for a moment and hand it on: they are nobody's to stop at.
        looked_at = "{ exclude: ['[data-base-ui-focus-guard]'] }"
        found = await self.page.evaluate(f"(options) => axe.run({looked_at}, options)", options)
        return [
            f"{scheme}: {each['id']}: {node['html']} ({node['failureSummary']})"
            for each in found["violations"]
            for node in each["nodes"]
        ]

    async def be_loaded(self) -> None:
        """Wait until nothing stands in the place of what is still to come."""
        await expect(self.page.locator(".animate-pulse")).to_have_count(0)

    async def scrolls_sideways(self) -> bool:
        return await self.page.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        )


Visit = Callable[..., Awaitable[PortalPage]]
"""Opens the portal: the type of the fixture `visit`."""


def _word(number: int) -> re.Pattern[str]:
    return re.compile(rf"\bw{number}\b")
