"""What the thread shows: every word a model says, on any screen and in any direction, and every
message of one's own until it is accepted."""

from typing import Any
from uuid import UUID

import httpx
from playwright.async_api import Route, expect
from shared.conversations.catch_up import catch_up
from shared.events import ToolFinishedFrame, ToolStartedFrame
from shared.valkey.publish import publish_frame

from tests.support.people import World
from tests.support.portal_page import PortalPage, Visit, asks_for
from tests.support.stack import Stack

PHONE = {"width": 390, "height": 844}
NOTICE = "Paula is back on Monday."
PRICES = """\
Use List<String>. It costs 100~200 or 300~400, and 2*3*4 is 24.

| Offer | Price a month | Set-up | Notice | With everything |
|---|---|---|---|---|
| Starter<br>for one | 60 EUR | 1,200.00 EUR | three months | unbegrenzt |

\u0645\u0631\u062d\u0628\u0627\u060c \u0643\u0645 \u0627\u0644\u0633\u0639\u0631\u061f 50 USD!

**The end.**"""
BROKEN_WORDS = """(cell) => {
  const broken = [];
  for (const text of cell.querySelectorAll("td, th")) {
    const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      for (const word of node.data.matchAll(/\\S+/g)) {
        const range = document.createRange();
        range.setStart(node, word.index);
        range.setEnd(node, word.index + word[0].length);
        if (range.getClientRects().length > 1) broken.push(word[0]);
      }
    }
  }
  return broken;
}"""


async def test_every_word_is_shown_on_a_phone_and_in_its_direction(
    visit: Visit, acme: World
) -> None:
    await acme.say(await acme.conversation(acme.anna), PRICES, role="assistant")
    page = await visit(acme.anna, viewport=PHONE)
    await expect(page.employees.first).to_contain_text("Use List<String>. It costs 100~200")
    await page.choose("Ada")
    answer = page.answers.last
    await expect(answer).to_contain_text("It costs 100~200 or 300~400, and 2*3*4 is 24.")
    await expect(answer).to_contain_text("Use List<String>.")
    assert await answer.get_by_role("cell").first.inner_text() == "Starter\nfor one"
    assert await answer.evaluate(BROKEN_WORDS) == []
    assert not await page.scrolls_sideways()
    arabic = answer.get_by_text("USD")
    assert await arabic.evaluate("(p) => getComputedStyle(p).direction") == "rtl"
    assert await page.violations() == []


async def test_the_longest_name_takes_one_line_where_one_writes(
    visit: Visit, acme: World, stack: Stack
) -> None:
    await change(stack, acme, name="Wilhelmina " * 6 + "Paula")
    page = await visit(acme.anna, viewport=PHONE)
    await page.open(f"/b/{acme.slug}/chat/{acme.paused_agent_id}")
    box = await page.page.get_by_placeholder("Write to Wilhelmina").bounding_box()
    assert box
    assert box["height"] <= 44


async def test_a_message_to_a_paused_employee_waits_for_its_person(
    visit: Visit, acme: World, stack: Stack
) -> None:
    await change(stack, acme, status="paused", paused_notice=NOTICE)
    page = await visit(acme.anna)
    await page.choose("Paula")
    await expect(page.page.get_by_text("Paula is paused and does not answer now.")).to_be_visible()
    for text in ("hello?", "anybody?"):
        await page.say(text)
        await expect(page.own.last).to_contain_text("Not sent. This employee is paused")
        await expect(page.own.last).to_contain_text(NOTICE)

    assert await page.violations() == []

    await change(stack, acme, status="active")
    await page.page.reload()
    await expect(page.own.first).to_contain_text("Not sent. This employee is paused")
    await expect(page.page.get_by_text("Paula is paused and does not")).to_have_count(0)
    await page.own.last.get_by_role("button", name="Delete").click()
    await expect(page.own).to_have_count(1)
    await page.button("Edit").click()
    await expect(page.composer).to_have_value("hello?")
    await expect(page.own).to_have_count(0)
    await page.composer.press("Enter")
    await expect(page.answers.last).to_contain_text("echo: hello? (history: 0)")


async def test_the_practice_model_is_told_on_every_page(visit: Visit, acme: World) -> None:
    page = await visit(acme.admin, viewport={"width": 320, "height": 640})
    await expect(page.practice).to_have_count(0)

    async def practise(route: Route) -> None:
        answer = await route.fetch()
        await route.fulfill(json=[agent | {"practice": True} for agent in await answer.json()])

    await page.page.route("**/api/portal/agents?*", practise)
    business = f"/b/{acme.slug}"
    for path in ("/", f"{business}/chat/{acme.agent_id}", f"{business}/employees"):
        await page.open(path)
        await expect(page.practice).to_contain_text("it shows the way, not the quality")
        assert not await page.scrolls_sideways()
    await page.practice.get_by_text("Connect a real one").click()
    await expect(page.practice).to_contain_text("KONSTRUCT_LLM_BASE_URL")
    assert await page.violations() == []


async def test_a_broken_off_answer_keeps_what_was_read_and_says_why(
    visit: Visit, acme: World
) -> None:
    reason = "The connection to the language model broke during the answer. Try again."
    page = await visit(acme.anna)
    await page.choose("Ada")
    await page.say(asks_for(9, rate=40, more=f"fail=cut after=3 once={acme.slug}"))
    for _ in ("live", "after a reload"):
        await expect(page.failed).to_contain_text("w1 w2 w3")
        await expect(page.failed).to_contain_text(reason)
        if _ == "live":
            await expect(page.page.get_by_role("log")).to_contain_text(reason)
            await page.page.reload()
    await page.retry.click()
    await page.expect_whole(9)


async def test_what_an_employee_does_meanwhile_is_one_line_that_goes_with_the_answer(
    visit: Visit, acme: World
) -> None:
    page = await visit(acme.anna, viewport=PHONE)
    await page.choose("Ada")
    await page.say(asks_for(16, rate=4))
    await page.expect_begun()
    clock, other = (
        page.page.get_by_text("Ada looks at the clock"),
        page.page.get_by_text("Ada sings"),
    )
    await tell(acme, ToolStartedFrame, tool="clock", label="looks at the clock")
    await expect(clock).to_be_visible()
    await tell(acme, ToolFinishedFrame, tool="clock", label="looks at the clock")
    await expect(clock).to_be_hidden()
    await tell(acme, ToolStartedFrame, tool="song", label="sings")
    await expect(other).to_be_visible()
    assert not await page.scrolls_sideways()
    await page.expect_whole(16)
    await expect(other).to_be_hidden()


async def tell(
    world: World, frame: type[ToolStartedFrame] | type[ToolFinishedFrame], **fields: str
) -> None:
    """As the worker that answers Anna does."""
    conversation_id = await world.conversation(world.anna)
    news = await catch_up(world.id, conversation_id, None, person_id=world.anna.id)
    (run,) = news.in_flight
    call = {"reply_to": run.reply_to, "attempt": run.attempt, "call_id": UUID(int=1)}
    await publish_frame(world.id, conversation_id, frame(**call, **fields))


async def test_an_answer_cut_at_its_limit_says_so_and_goes_on(visit: Visit, acme: World) -> None:
    page = await visit(acme.anna)
    await page.choose("Ada")
    await page.say("[[model: tokens=1100]] go")
    await expect(page.answers.last).to_contain_text("reached the limit of length")
    await page.button("Go on").click()
    await expect(page.own.last).to_contain_text("Go on")
    await expect(page.answers).to_have_count(2)
    await expect(page.button("Go on")).to_have_count(0)


async def test_keys(visit: Visit, acme: World) -> None:
    """The Enter that ends a word in Safari sends nothing; Escape stops an answer."""
    page = await visit(acme.anna)
    await page.choose("Ada")
    await page.composer.fill(asks_for(400, rate=10))
    await key(page, isComposing=False, keyCode=229)
    await key(page, isComposing=True, keyCode=229)
    await expect(page.own).to_have_count(0)
    await key(page, isComposing=False, keyCode=13)
    await page.expect_begun()
    await page.page.keyboard.press("Escape")
    await expect(page.answers.last).to_contain_text("Stopped")


async def test_no_tab_takes_anothers_draft(visit: Visit, acme: World) -> None:
    one = await visit(acme.anna)
    await one.choose("Ada")
    other = await one.another_tab()
    await expect(other.composer).to_be_editable()
    await one.composer.fill("my long draft")
    await other.say("quick")
    await expect(other.answers).to_have_count(1)
    await one.page.reload()
    await expect(one.composer).to_have_value("my long draft")


async def change(stack: Stack, world: World, **changes: Any) -> None:
    """As an admin does; of Paula."""
    async with httpx.AsyncClient(base_url=stack.gateways[0].url) as portal:
        answer = await portal.patch(
            f"/api/portal/agents/{world.paused_agent_id}",
            json={"tenant_id": str(world.id)} | changes,
            headers=world.admin.headers,
        )
    answer.raise_for_status()


async def key(page: PortalPage, **how: Any) -> None:
    """Enter, as browsers report it."""
    await page.composer.evaluate(
        """(input, how) => input.dispatchEvent(
            new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, ...how })
        )""",
        how,
    )
