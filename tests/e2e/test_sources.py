"""An answer's sources in the chat, and why it was given."""

from playwright.async_api import expect
from shared.db import TenantSession
from shared.grounding.rules import Rules, change_rules

from tests.support.knowledge import learn
from tests.support.people import World
from tests.support.portal_page import Visit

QUOTE = "On Saturdays we open at ten."


async def test_a_source_opens_at_its_words_and_an_admin_sees_why(visit: Visit, acme: World) -> None:
    await learn(acme.id, "Opening hours.txt", f"{QUOTE} Come in.", acme.agent_id)
    async with TenantSession(acme.id) as session, session.transaction():
        await change_rules(session, acme.id, acme.agent_id, Rules(requires_source=False))
    page = await visit(acme.admin)
    await page.choose("Ada")
    await page.say(
        'When on Saturdays? [[model: text="It opens at ten [1]. ![x](https://e.example)"]]'
    )
    sources = page.answers.last.get_by_role("list", name="Sources")
    await expect(sources).to_contain_text("Opening hours.txt")
    assert await page.violations() == []
    await sources.get_by_role("button").focus()
    await page.page.keyboard.press("Enter")
    await expect(page.dialog.get_by_role("blockquote")).to_have_text(QUOTE)
    at = await page.dialog.get_by_role("link", name="Show it in the document").get_attribute("href")
    assert at is not None
    assert at.endswith(f"?at=0-{len(QUOTE)}")
    assert await page.violations() == []
    await page.page.keyboard.press("Escape")
    await page.answers.last.get_by_role("button", name="Why?").click()
    await expect(page.dialog).to_contain_text("A language model answered from what was found.")
    await expect(page.dialog.get_by_role("listitem")).to_contain_text("used")
    assert await page.violations() == []
    await page.page.set_viewport_size({"width": 320, "height": 640})
    assert not await page.scrolls_sideways()
