"""Stopping, trying again, starting over, and looking on from a second tab."""

import asyncio

import httpx
import psycopg
from shared.redis_keys import memory_short_key
from shared.valkey.client import get_redis

from tests.support.invariants import require_settled, require_told
from tests.support.people import World
from tests.support.stack import Stack
from tests.support.tab import Tab

SLOWLY = "[[model: tokens=100 rate=20]] please"
AGAIN = "[[model: fail=429 once={}]] please"


async def test_a_stopped_answer_is_what_was_said_until_then(stack: Stack, acme: World) -> None:
    tab = await _open(stack, acme)
    name = await tab.begun(await tab.send(SLOWLY))
    message_id = tab.accepted[name]
    await _stop(tab, message_id)
    outcome = await tab.answered(name)
    assert outcome.status == "stopped"
    assert outcome.text.startswith(tab.streamed(message_id))
    assert 0 < len(outcome.text.split()) < 100
    require_told(stack.database, tab)
    require_settled(stack.database, acme.id)
    await tab.close()


async def test_an_answer_that_has_not_begun_is_stopped_at_once(stack: Stack, acme: World) -> None:
    """The first is being spoken, so the second waits its turn."""
    tab = await _open(stack, acme)
    first = await tab.begun(await tab.send(SLOWLY))
    second = await tab.send("and then?")
    await tab.until(lambda: second in tab.accepted)
    await _stop(tab, tab.accepted[second])
    outcome = await tab.answered(second)
    assert (outcome.status, outcome.text) == ("stopped", "")
    assert tab.answer_to(first) is None
    await _stop(tab)
    assert (await tab.answered(first)).status == "stopped"
    await _stop(tab)
    await tab.until(lambda: tab.errors != [])
    assert [error.code for error in tab.errors] == ["nothing_to_stop"]
    require_told(stack.database, tab)
    require_settled(stack.database, acme.id)
    await tab.close()


async def test_a_failed_answer_is_tried_again_as_often_as_wanted_and_given_once(
    stack: Stack, acme: World, superuser: psycopg.Connection
) -> None:
    tab = await _open(stack, acme)
    name = await tab.send(AGAIN.format(acme.slug))
    assert (await tab.answered(name)).status == "failed"
    message_id = tab.accepted[name]
    for _ in range(3):  # asked three times at once, it is tried again once
        await _retry(tab, message_id)
    await tab.until(lambda: tab.outcomes[message_id].status == "complete")
    await tab.ask("thank you")
    await _retry(tab, message_id)
    await tab.until(lambda: tab.errors[-1].code == "not_failed")
    attempts = superuser.execute(
        "SELECT state, attempt FROM agent_runs WHERE message_id = %s ORDER BY position",
        (str(message_id),),
    ).fetchall()
    assert attempts == [("failed", 1), ("done", 2)]
    require_told(stack.database, tab)
    require_settled(stack.database, acme.id)
    await tab.close()


async def test_a_reset_in_mid_answer_takes_everything_away_from_every_tab_and_goes_on(
    stack: Stack, acme: World, superuser: psycopg.Connection
) -> None:
    tab = await _open(stack, acme)
    other = Tab(tab.person, tab.conversation_id)
    await other.connect(stack.gateways[1])
    await tab.ask("remember this")
    memory = memory_short_key(acme.id, acme.agent_id, acme.anna.id)
    await get_redis().set(memory, "something")
    name = await tab.begun(await tab.send(SLOWLY))
    lost = tab.accepted[name]
    async with httpx.AsyncClient(base_url=stack.gateways[1].url) as portal:
        path = f"/api/portal/chat/conversations/{tab.conversation_id}"
        assert (await portal.delete(path, headers=acme.anna.headers)).status_code == 204
    for each in (tab, other):
        await each.until(lambda each=each: each.since == 3)
        assert (each.since, each.ids) == (3, {})
    assert await get_redis().exists(memory) == 0
    answer = await tab.ask("where were we?")
    assert (answer.seq, answer.text) == (5, "echo: where were we? (history: 0)")
    await other.until(lambda: other.last_seq == 5)
    runs = superuser.execute(
        "SELECT state, payload FROM agent_runs WHERE message_id = %s", (str(lost),)
    ).fetchall()
    assert runs == [("cancelled", None)]
    require_told(stack.database, tab, other)
    require_settled(stack.database, acme.id)
    await asyncio.gather(tab.close(), other.close())


async def test_two_tabs_are_in_step(stack: Stack, acme: World) -> None:
    """Whatever is said in one appears in the other, with the name the first gave it."""
    here = await _open(stack, acme)
    there = Tab(here.person, here.conversation_id)
    await there.connect(stack.gateways[1])
    for number in range(10):
        speaker, listener = (here, there) if number % 2 else (there, here)
        name = await speaker.send(f"[[model: tokens=3 rate=30]] {number}")
        outcome = await speaker.answered(name)
        assert await listener.answered(name) == outcome
    require_told(stack.database, here, there)
    require_settled(stack.database, acme.id)
    await asyncio.gather(here.close(), there.close())


async def _open(stack: Stack, world: World) -> Tab:
    tab = Tab(world.anna, await world.conversation(world.anna))
    await tab.connect(stack.gateways[0])
    return tab


async def _stop(tab: Tab, message_id: object = None) -> None:
    assert tab.client is not None
    which = {} if message_id is None else {"reply_to": str(message_id)}
    await tab.client.send({"type": "stop", **which})


async def _retry(tab: Tab, message_id: object) -> None:
    assert tab.client is not None
    await tab.client.send({"type": "retry", "reply_to": str(message_id)})


async def test_what_waited_its_turn_is_answered_knowing_the_answers_before_it(
    stack: Stack, acme: World
) -> None:
    """Three questions are stored before the first answer: the third is asked after two answers,
    and not behind two open questions."""
    tab = await _open(stack, acme)
    await tab.begun(await tab.send("[[model: tokens=30 rate=60]] please"))
    await tab.send("and the second?")
    third = await tab.send("and the third?")
    answer = await tab.answered(third)
    assert answer.text == "echo: and the third? (history: 4)"
    require_told(stack.database, tab)
    await tab.close()
