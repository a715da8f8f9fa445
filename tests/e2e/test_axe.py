"""axe finds nothing to say against any page or dialog, in light and in dark."""

from collections.abc import Awaitable, Callable

from playwright.async_api import expect

from tests.support.people import Person, World
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


async def test_where_a_business_is_run(
    visit: Visit, acme: World, globex: World, platform_admin: Person
) -> None:
    found, business = Found(), f"/b/{acme.slug}"
    conversation_id = await acme.conversation(acme.anna)
    await acme.say(conversation_id, "is my parcel on its way?")
    page = await visit(acme.admin)

    async def at(path: str, who: PortalPage, *then: Callable[[], Awaitable[object]]) -> None:
        await who.open(path)
        await expect(who.page.get_by_role("heading", level=1)).to_be_visible()
        await who.be_loaded()
        for act in then:
            await act()
        await found.look(who, f"{path} after {len(then)} steps")

    await at(f"{business}/employees", page)
    await at(f"{business}/employees/new/blank", page, page.button("Hire").click)
    await at(f"{business}/employees/{acme.agent_id}", page)
    await at(f"{business}/people", page, page.button("Operator, role of Anna").click)
    await at(f"{business}/people", page, page.button("Remove Anna").click)
    await at(f"{business}/people", page, page.button("Invite").click)
    await page.dialog.get_by_label("E-mail").fill("somebody@example.com")
    await page.button("Create invitation").click()
    link = await page.dialog.get_by_label("Invitation link").input_value()
    await found.look(page, "the link")
    await at("/nowhere", page)
    invited = await visit(path="/invite#" + link.partition("#")[2])
    await invited.button("Create account").click()
    await found.look(invited, "an invitation")

    root = await visit(platform_admin)
    await at("/platform/businesses", root, root.button("Create a business").click)
    await root.dialog.get_by_label("Name", exact=True).fill(f"New {acme.slug}")
    await root.dialog.get_by_role("button", name="Create", exact=True).click()
    await expect(root.page.get_by_text("Invite its first admin.")).to_be_visible()
    await found.look(root, "a business without people")
    await root.go_to("Businesses")
    row = root.page.get_by_role("listitem").filter(has=root.page.get_by_text(acme.slug, exact=True))
    await row.get_by_role("link", name="Open Acme").click()
    await root.go_to("Conversations")
    await found.look(root, "conversations")
    await root.page.get_by_role("link", name="Anna and Ada").click()
    await root.page.get_by_label("Reason").fill("ticket 17")
    await found.look(root, "the reason to read somebody's conversation")
    await root.page.get_by_label("Reason").press("Enter")
    await expect(root.articles).to_have_count(1)
    await found.look(root, "somebody's conversation")
    found.require_nothing()
