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
