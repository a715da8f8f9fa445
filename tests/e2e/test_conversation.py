"""A conversation: each word of an answer is seen once, whatever happens to the page meanwhile."""

from playwright.async_api import expect

from tests.support.people import World
from tests.support.portal_page import Visit, asks_for, numbered

WORDS = 40
PER_SECOND = 20
SLOWLY = asks_for(WORDS, rate=PER_SECOND)


async def test_an_answer_is_seen_as_it_is_written(visit: Visit, acme: World) -> None:
    page = await visit(acme.anna)
    await page.choose("Ada")
    await page.watch_answer()
    await page.say(SLOWLY)
    await page.expect_whole(WORDS)
    shown = await page.watched()
    whole = numbered(WORDS).split()
    assert len(shown) > 4, "it grew in steps"
    assert all(words == whole[: len(words)] for words in shown), "no step took a word back"


async def test_a_reload_in_the_middle_of_an_answer_loses_and_doubles_no_word(
    visit: Visit, acme: World
) -> None:
    page = await visit(acme.anna)
    await page.choose("Ada")
    await page.say(SLOWLY)
    await page.expect_begun()
    await page.page.reload()
    await page.expect_whole(WORDS)
    await expect(page.own).to_have_count(1)


async def test_two_tabs_show_the_same_each_thing_once(visit: Visit, acme: World) -> None:
    one = await visit(acme.anna)
    await one.choose("Ada")
    other = await one.another_tab()
    await expect(other.composer).to_be_editable()
    await one.say(SLOWLY)
    await other.expect_begun()
    await other.say(asks_for(7))
    for page in (one, other):
        await page.expect_whole(7, answers=2)
        assert await page.shown_words(0) == numbered(WORDS).split()
        await expect(page.own).to_have_count(2)


async def test_a_stopped_answer_stays_as_far_as_it_came(visit: Visit, acme: World) -> None:
    page = await visit(acme.anna)
    await page.choose("Ada")
    await page.say(asks_for(400, rate=10))
    await page.expect_begun()
    await page.stop.click()
    await expect(page.answers.last).to_contain_text("Stopped")
    await expect(page.stop).to_be_hidden()
    words = await page.shown_words()
    assert 3 <= len(words) < 400
    await page.page.reload()
    await expect(page.answers.last).to_contain_text("Stopped")
    assert await page.shown_words() == words


async def test_a_failed_answer_says_so_and_is_tried_again_when_asked(
    visit: Visit, acme: World
) -> None:
    page = await visit(acme.anna)
    await page.choose("Ada")
    await page.say(asks_for(9, more=f"fail=400 once={acme.slug}"))
    await expect(page.failed).to_contain_text("did not accept this conversation")
    await page.page.reload()
    await page.retry.click()
    await page.expect_whole(9)
    await expect(page.retry).to_be_hidden()
    await expect(page.own).to_have_count(1)


async def test_starting_over_asks_first_and_then_empties_every_tab(
    visit: Visit, acme: World
) -> None:
    page = await visit(acme.anna)
    await page.choose("Ada")
    await page.say(asks_for(3))
    await page.expect_whole(3)
    other = await page.another_tab()
    await other.expect_whole(3)
    await page.page.bring_to_front()

    dialog = await page.ask_to_start_over()
    await dialog.get_by_role("button", name="Keep them").click()
    await expect(dialog).to_be_hidden()
    await expect(page.articles).to_have_count(2)

    dialog = await page.ask_to_start_over()
    await dialog.get_by_role("button", name="Delete and start over").click()
    for tab in (page, other):
        await expect(tab.page.get_by_text("Say hello to Ada.")).to_be_visible()
        await expect(tab.articles).to_have_count(0)
    await expect(dialog).to_be_hidden()
    await page.say("what do you remember?")
    await expect(page.answers.last).to_contain_text("(history: 0)")


async def test_a_draft_survives_a_reload_and_goes_with_its_conversation(
    visit: Visit, acme: World
) -> None:
    page = await visit(acme.anna)
    await page.choose("Ada")
    await page.composer.fill("not yet finis")
    await page.choose("Bob")
    await expect(page.composer).to_have_value("")
    await page.page.reload()
    await page.choose("Ada")
    await expect(page.composer).to_have_value("not yet finis")
    await page.composer.press("Enter")
    await expect(page.answers).to_have_count(1)
    await page.page.reload()
    await expect(page.answers).to_have_count(1)
    await expect(page.composer).to_have_value("")


async def test_older_messages_come_in_above_without_a_jump(visit: Visit, acme: World) -> None:
    conversation_id = await acme.conversation(acme.anna)
    await acme.say(conversation_id, *(f"message number {n}." for n in range(1, 271)))
    page = await visit(acme.anna)
    await page.choose("Ada")
    await expect(page.own.last).to_be_in_viewport()
    await expect(page.own.last).to_contain_text("number 270.")
    for oldest in ("221", "21"):
        message = page.own.filter(has_text=f"number {oldest}.")
        async with page.older_messages_on_their_way():
            before = await page.place_of(message)
        await page.be_drawn()
        assert abs(await page.place_of(message) - before) <= 2, f"{oldest} stayed where it was"
    await page.scroll_to_the_top()
    await expect(page.own.filter(has_text="number 1.")).to_be_in_viewport()
