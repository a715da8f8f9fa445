"""What we say on each platform arrives once, whole, in order, or it is said what became of it."""

import pytest

from tests.integration.conformance.driver import Driver, Word
from tests.integration.conformance.house import Connected, House
from tests.support.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="package")

EMOJI = "\u200d".join("👩👩👧👦")
"""Read as one character, and seven of them."""


def without_blanks(texts: list[str]) -> str:
    return "".join("".join(texts).split())


async def test_answers_leave_in_the_order_of_their_conversation(line: Connected) -> None:
    mia, tom = await line.conversation("mia"), await line.conversation("tom")
    for number in range(2):
        await line.reply(mia, f"mia {number}")
        await line.reply(tom, f"tom {number}")
    await line.until(*["sent"] * 4)
    for who in ("mia", "tom"):
        assert line.arrived(who) == [f"{who} {number}" for number in range(2)]


async def test_three_kilobytes_of_emoji_arrive_whole(line: Connected) -> None:
    mia, facts = await line.conversation(), line.driver.facts
    text = " ".join([EMOJI] * (3072 // len(EMOJI.encode())))
    await line.reply(mia, text)
    await eventually(
        lambda: line.deliveries() and {state for state, _, _ in line.deliveries()} == {"sent"},
        "all parts sent",
    )
    parts = line.arrived()
    assert without_blanks(parts) == without_blanks([text])
    assert all(facts.measure(part) <= facts.most for part in parts)
    assert all(part.count(EMOJI) == len(part.split()) for part in parts), "none is cut"


async def test_a_fence_over_the_limit_is_closed_and_opened_again(line: Connected) -> None:
    mia, facts = await line.conversation(), line.driver.facts
    lines = [f"line_{number:05} = {number:05}" for number in range(facts.most * 5 // 4 // 18)]
    await line.reply(mia, "```python\n" + "\n".join(lines) + "\n```")
    await line.until("sent", "sent", within_s=30)
    parts = line.arrived()
    assert all(facts.measure(part) <= facts.most for part in parts)
    whole = "\n".join(parts)
    assert [each for each in lines if each not in whole] == []
    assert all(part.count("```") % 2 == 0 for part in parts), "none is left open"


async def test_an_hour_s_wait_is_obeyed_whole_and_nobody_else_waits(
    line: Connected, house: House, driver: Driver
) -> None:
    other = await house.connect(driver, house.globex)
    here, there = await line.conversation(), await other.conversation()
    driver.fault(line.account, "limit")
    await line.reply(here, "hello")
    await eventually(lambda: waits_s(line) > 3500, "the whole hour is written down")
    await other.reply(there, "hello")
    await other.until("sent")
    assert (line.arrived(), other.arrived()) == ([], ["hello"])
    assert line.deliveries()[0][0] == "ready"


def waits_s(line: Connected) -> float:
    ((waits,),) = line.rows(
        "SELECT greatest(extract(epoch FROM its.not_before - clock_timestamp()),"
        " (SELECT max(extract(epoch FROM open.not_before - clock_timestamp()))"
        " FROM deliveries AS open WHERE open.connection_id = its.id))::float8"
        " FROM channel_connections AS its WHERE tenant_id = %s AND id = %s",
        line.connection_id,
    )
    return float(waits or 0)


async def test_an_answer_lost_after_it_was_taken_is_settled_as_the_platform_lets_us(
    line: Connected, driver: Driver
) -> None:
    mia, facts = await line.conversation(), driver.facts
    driver.fault(line.account, "drop")
    await line.reply(mia, "first", "second")
    left = facts.keys == "none" and facts.on_unknown == "leave"
    twice = facts.keys == "none" and facts.on_unknown == "repeat"
    await line.until("unsure" if left else "sent", "sent", within_s=60)
    assert line.arrived() == ["first"] * (2 if twice else 1) + ["second"]
    codes = [code for _, _, code in line.deliveries()]
    assert (codes[0] == "maybe_twice") == twice, "what may be there twice says so"


async def test_a_person_who_takes_nothing_holds_up_nobody(line: Connected, driver: Driver) -> None:
    mia, tom = await line.conversation("mia"), await line.conversation("tom")
    driver.fault(line.account, "blocked")
    await line.reply(mia, "hello")
    await line.until("dead")
    await line.reply(tom, "hello")
    await eventually(lambda: line.arrived("tom") == ["hello"], "the other is answered")
    assert line.arrived("mia") == []


async def test_a_token_revoked_in_mid_answer_says_so_and_the_rest_leaves_afterwards(
    line: Connected, house: House, driver: Driver
) -> None:
    mia, facts = await line.conversation(), driver.facts
    words = [f"word{number:04}" for number in range(facts.most * 5 // 4 // 9)]
    driver.revoke(line.account, after=1)
    await line.reply(mia, " ".join(words))
    await eventually(lambda: line.state()[0] == "failing", "the account is failing")
    assert [state for state, _, _ in line.deliveries()] == ["sent", "ready"]
    driver.restore(line.account)
    await house.check(line)
    assert line.state() == ("live", None)
    line.rows("UPDATE channel_connections SET not_before = NULL WHERE tenant_id = %s RETURNING id")
    await line.until("sent", "sent", within_s=30)
    assert without_blanks(line.arrived()) == without_blanks(words)


async def test_of_two_workers_one_sends(line: Connected, house: House) -> None:
    assert len(house.senders) == 2
    mia = await line.conversation()
    await line.reply(mia, *(f"number {number}" for number in range(4)))
    await line.until(*["sent"] * 4, within_s=30)
    assert line.arrived() == [f"number {number}" for number in range(4)]
    holders = line.superuser.execute(
        "SELECT count(DISTINCT number) FROM connection_leases"
        " WHERE connection_id = %s AND role = 'send'",
        (line.connection_id,),
    ).fetchone()
    assert holders == (1,)


async def test_an_account_that_another_has_cannot_be_connected(
    line: Connected, house: House, driver: Driver
) -> None:
    with pytest.raises(AssertionError, match="connected already"):
        await house.connect_same(line, house.globex)


async def test_a_word_after_a_word_goes_to_the_same_conversation(line: Connected) -> None:
    mia = await line.conversation()
    await line.tell(Word("and one more thing"))
    assert line.conversations() == [mia]
