"""What each platform tells us is genuine, stored once, and meant for us."""

import asyncio
from dataclasses import replace

import pytest

from tests.integration.conformance.driver import Driver, Word
from tests.integration.conformance.house import Connected, House

pytestmark = pytest.mark.asyncio(loop_scope="package")


@pytest.fixture(autouse=True)
def _posts(driver: Driver) -> None:
    if driver.facts.listens:
        pytest.skip("it posts nothing")


async def test_a_message_is_stored_with_a_run(line: Connected) -> None:
    assert await line.tell(Word("hello"), Word("hi", place="tom")) == [200, 200]
    assert sorted(line.messages()) == [("hello", "pending"), ("hi", "pending")]
    assert len(line.conversations()) == 2


async def test_a_forged_request_is_refused(line: Connected) -> None:
    assert await line.tell(Word("hello"), forged=True) == [401]
    assert line.messages() == []


async def test_a_stale_request_is_refused(line: Connected) -> None:
    if not line.driver.facts.timed:
        pytest.skip("its requests say no time")
    assert await line.tell(Word("hello"), age_s=301) == [401]
    assert await line.tell(Word("hello"), age_s=-301) == [401]
    assert line.messages() == []


async def test_a_request_played_again_changes_nothing(line: Connected) -> None:
    word = Word("once")
    assert await line.tell(word, word, word) == [200, 200, 200]
    assert line.messages() == [("once", "pending")]


async def test_a_message_told_many_times_at_once_is_one(line: Connected) -> None:
    word = Word("once")
    told = await asyncio.gather(*(line.tell(word) for _ in range(6)))
    assert told == [[200]] * 6
    assert line.messages() == [("once", "pending")]


async def test_one_message_under_two_ids_is_one(line: Connected) -> None:
    if not line.driver.facts.delivery_ids:
        pytest.skip("a delivery has no id of its own")
    word = Word("once")
    assert await line.tell(word, replace(word, delivery="4711")) == [200, 200]
    assert line.messages() == [("once", "pending")]


async def test_out_of_order_it_is_stored_all_the_same(line: Connected) -> None:
    first, second = Word("first"), Word("second")
    assert await line.tell(second, first) == [200, 200]
    assert [text for text, _ in line.messages()] == ["second", "first"]


async def test_our_own_echo_and_other_bots_are_passed_over(line: Connected) -> None:
    assert await line.tell(Word("a bot's", by="bot")) == [200]
    if line.driver.facts.echoes:
        assert await line.tell(Word("our own", by="ourselves")) == [200]
    assert line.messages() == []


async def test_fields_that_nobody_told_us_of_do_no_harm(line: Connected) -> None:
    assert await line.tell(Word("hello", odd=True)) == [200]
    assert line.messages() == [("hello", "pending")]


async def test_an_empty_message_is_passed_over(line: Connected) -> None:
    assert await line.tell(Word("   ")) == [200]
    assert line.messages() == []


async def test_a_group_is_answered_when_it_addresses_us(line: Connected) -> None:
    if not line.driver.facts.groups:
        pytest.skip("no groups")
    ours = Word("hello", place="team", is_group=True)
    assert await line.tell(replace(Word("among us", place="team", is_group=True), addressed=False),
                           ours) == [200, 200]  # fmt: skip
    ((text, state),) = line.messages()
    assert ("hello" in text, state) == (True, "pending")


@pytest.mark.parametrize("begun", [False, True])
async def test_an_edit_replaces_what_nobody_answers_yet_and_is_else_said_too(
    line: Connected, begun: bool
) -> None:
    if not line.driver.facts.edits:
        pytest.skip("no edits")
    word = Word("how much is one")
    await line.tell(word)
    if begun:
        line.rows("UPDATE agent_runs SET state = 'running' WHERE tenant_id = %s RETURNING id")
    edit = line.driver.edited(line.account, word, "how much are two")
    assert [await line.post(edit), await line.post(edit)] == [200, 200]
    texts = [text for text, _ in line.messages()]
    assert texts == (["how much is one"] if begun else []) + ["how much are two"]


async def test_what_is_taken_back_in_time_is_not_answered(line: Connected) -> None:
    if not line.driver.facts.deletes:
        pytest.skip("nothing is taken back")
    word = Word("forget it")
    await line.tell(word)
    assert await line.post(line.driver.deleted(line.account, word)) == 200
    assert line.messages() == [("", "cancelled")]


async def test_what_is_about_another_account_is_refused(
    line: Connected, house: House, driver: Driver
) -> None:
    theirs = await house.connect(driver, house.globex)
    event = driver.said(line.account, Word("hello"))
    assert await line.post(event, path=theirs.path) == 401, "a good proof, of another account"
    if driver.facts.names_account:
        told = await line.post(event, about=theirs.account)
        assert told == 401, "a good proof, of an account that the request does not speak of"
    assert line.messages() == theirs.messages() == []
