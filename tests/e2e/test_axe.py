"""axe finds nothing to say against any page or dialog, in light and in dark."""

from playwright.async_api import expect

from tests.support.people import World
from tests.support.portal_page import PortalPage, Visit, asks_for

EVERYTHING = (  # as a JSON string holds it
    "# A title\\n\\nText with `code`, **weight** and [a link](https://example.com).\\n\\n"
    "> quoted\\n\\n1. one\\n2. two\\n\\n```python\\nprint('hello')  # said\\n```\\n\\n"
    "| a | b |\\n|---|---|\\n| 1 | 2 |\\n"
)


class Found:
    """What axe said of each place that was looked at."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    async def look(self, page: PortalPage, where: str) -> None:
        self.lines += [f"{where}: {each}" for each in await page.violations()]

    def require_nothing(self) -> None:
        assert not self.lines, "\n".join(self.lines)


async def test_where_everybody_is(visit: Visit, acme: World) -> None:
    found = Found()
    stranger = await visit()
    await stranger.log_in(acme.anna.email, "")
    await expect(stranger.page.get_by_role("alert")).not_to_be_empty()
    await found.look(stranger, "log in, refused")
    await stranger.open("/invite#nobody")
    await expect(stranger.page.get_by_role("alert")).not_to_be_empty()
    await found.look(stranger, "a dead invitation")

    page = await visit(acme.anna)
    await expect(page.employees).to_have_count(3)
    await found.look(page, "home")
    await page.account_menu.click()
    await found.look(page, "account menu")
    await page.page.keyboard.press("Escape")
    await page.choose("Ada")
    await found.look(page, "an empty conversation")
    await page.say(f'[[model: text="{EVERYTHING}"]] please')
    await expect(page.answers.last.get_by_role("table")).to_be_visible()
    await page.say("[[model: fail=400]] please")
    await expect(page.retry).to_be_visible()
    await page.say(asks_for(400, rate=10))
    await page.expect_begun()
    await found.look(page, "a conversation")
    await page.ask_to_start_over()
    await found.look(page, "start over")
    found.require_nothing()
