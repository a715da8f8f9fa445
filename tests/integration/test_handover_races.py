"""A person takes over at any moment of an answer: nothing of the agent's comes after the notice, in
the table or on a socket; every message has its outcome; given back, what is unanswered is answered.

Whoever stores an answer and whoever takes come one after the other, by the conversation's lock.
Text that is still on its way to the sockets then is what `attempt` is for.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from shared.conversations import handover

from tests.support.chat_client import ChatClient
from tests.support.handing_over import (
    Talk,
    is_answered_once,
    signs_of_the_agent_after_a_notice,
    words_of_the_agent_after_a_notice,
)
from tests.support.heard import messages
from tests.support.people import Person, World, make_person
from tests.support.processes import Gateway
from tests.support.sizes import sized
from tests.support.stack import Stack

RACES = sized(96, full=10_000)
"""Of an answer's end and a take, in this process."""
AT_ONCE = 12
RACES_LIVE = sized(16, full=300)
"""With gateways, workers and sockets."""
AT_ONCE_LIVE = sized(8, full=30)
"""People, each with a limit of messages a minute."""
WHOLE = "one two three four five six seven eight nine ten"
SPOKEN_S = 0.8
ANSWER = f'[[model: text="{WHOLE}" pieces=10 rate={10 / SPOKEN_S}]]'


# ── in this process ────────────────────────────────────────────────────────────────────────────


@pytest.mark.timeout(sized(120, full=1800))
async def test_nobody_speaks_over_a_person_whoever_is_first(
    acme: World, superuser: psycopg.Connection, figures: Counter[str]
) -> None:
    people = [acme.admin, acme.anna, acme.ben]
    people += [await make_person(f"more{n}", acme.id) for n in range(AT_ONCE - len(people))]
    talks = [await Talk.begun(acme, person, superuser) for person in people]
    told = Counter({"taken": 0, "answered": 0})
    for number in range(-(-RACES // len(talks))):
        await asyncio.gather(*(_race(talk, f"{number}", told) for talk in talks))
    after = 0
    for talk in talks:
        stored = messages(superuser, talk.id)
        after += len(words_of_the_agent_after_a_notice(stored))
        assert is_answered_once(stored)
    figures["take against answer: races"] += told.total()
    figures["take against answer: taken before the answer"] += told["taken"]
    figures["take against answer: answers of the agent after the notice"] += after
    assert after == 0
    assert min(told.values()) > 0, f"both happen: {told}"


async def _race(talk: Talk, text: str, told: Counter[str]) -> None:
    """Most at a random moment; one in six each way for certain, on however slow a machine."""
    asked = await talk.say(text)
    first = random.choice(("take", "answer", None, None, None, None))
    taken, ended = asyncio.Event(), asyncio.Event()

    async def answer() -> bool:
        if first == "take":
            await taken.wait()
        await asyncio.sleep(random.uniform(0, 0.02))
        claimed = await talk.claim(asked)
        await asyncio.sleep(random.uniform(0, 0.04))
        answered = bool(claimed and await talk.worker.answer(claimed, f"to {text}"))
        ended.set()
        return answered

    async def take() -> None:
        if first == "answer":
            await ended.wait()
        else:
            await asyncio.sleep(random.uniform(0, 0.05))
        await handover.take(talk.world.id, talk.id, talk.person.id)
        taken.set()

    answered, _ = await asyncio.gather(answer(), take())
    told["answered" if answered else "taken"] += 1
    if random.random() < 0.5:
        await talk.say(f"{text}, again")
        await handover.reply(talk.world.id, talk.id, talk.person.id, f"I say: {text}")
    await handover.give_back(talk.world.id, talk.id, talk.person.id)
    for run_id in talk.pending():
        resumed = await talk.worker.claim(run_id)
        assert resumed
        assert await talk.worker.answer(resumed, f"after all, to {text}")


# ── with real gateways, workers and sockets ────────────────────────────────────────────────────


@pytest.mark.timeout(sized(120, full=900))
async def test_no_socket_hears_the_agent_after_the_notice(
    stack: Stack,
    acme: World,
    superuser: psycopg.Connection,
    figures: Counter[str],
) -> None:
    people = [await make_person(f"taker{number}", acme.id) for number in range(AT_ONCE_LIVE)]
    told: Counter[str] = Counter()
    async with httpx.AsyncClient(timeout=30) as portal:
        races = [
            LiveRace(acme, person, await acme.conversation(person), portal, stack.gateways, told)
            for person in people
        ]
        await asyncio.gather(*(race.run(RACES_LIVE // AT_ONCE_LIVE) for race in races))
    after_in_table = after_on_sockets = 0
    for race in races:
        stored = messages(superuser, race.id)
        after_in_table += len(words_of_the_agent_after_a_notice(stored))
        assert is_answered_once(stored), stored
        taken = [m for m in stored if m["error_code"] == "taken_over"]
        assert all(WHOLE.startswith(m["content"]) for m in taken)
        told["with words"] += sum(bool(m["content"]) for m in taken)
        told["taken"] += len(taken)
        for socket in race.sockets:
            signs = signs_of_the_agent_after_a_notice(socket.told)
            after_on_sockets += len(signs)
            assert signs == []
            told["frames"] += len(socket.told)
    name = "take against answer, real processes"
    figures[f"{name}: races"] += told["races"]
    figures[f"{name}: taken in mid-answer"] += told["taken"]
    figures[f"{name}: of these with what was said so far"] += told["with words"]
    figures[f"{name}: frames looked at"] += told["frames"]
    figures[f"{name}: the agent's after the notice, in the table"] += after_in_table
    figures[f"{name}: the agent's after the notice, on sockets"] += after_on_sockets
    assert (after_in_table, after_on_sockets) == (0, 0)
    assert told["taken"] > 0


class LiveRace:
    """A person's chat, looked at from two gateways, and taken over again and again."""

    def __init__(
        self,
        world: World,
        person: Person,
        id_: UUID,
        portal: httpx.AsyncClient,
        gateways: Sequence[Gateway],
        told: Counter[str],
    ) -> None:
        self.id = id_
        self.sockets: list[ChatClient] = []
        self._world, self._person, self._portal = world, person, portal
        self._gateways, self._told = gateways, told

    async def run(self, times: int) -> None:
        self.sockets = [await gateway.connect(self._person, self.id) for gateway in self._gateways]
        try:
            for number in range(times):
                await self._race(number)
                self._told["races"] += 1
            for socket in self.sockets:
                socket.require_valid()
        finally:
            for socket in self.sockets:
                await socket.close()

    async def _race(self, number: int) -> None:
        """Taken at any moment from the message on, one in three after the first words; half of the
        time answered by hand. Back with its agent, the last message has its outcome on both."""
        speaker = self.sockets[-1]
        await speaker.say(ANSWER)
        asked = await speaker.expect("accepted")
        if number % 3 == 0:
            await speaker.expect("delta", reply_to=asked.message_id)
        await asyncio.sleep(random.uniform(0, SPOKEN_S))
        await self._call("take")
        if number % 2:
            await speaker.say(ANSWER)
            asked = await speaker.expect("accepted", handling="human")
            await self._call("messages", text=f"I say: {number}")
        await self._call("release")
        for socket in self.sockets:
            while not _is_back(socket.told, str(asked.message_id), times=number + 1):
                await socket.next()

    async def _call(self, what: str, **body: str) -> None:
        gateway = random.choice(self._gateways)
        answer = await self._portal.post(
            f"{gateway.url}/api/portal/tenants/{self._world.id}/conversations/{self.id}/{what}",
            json=body,
            headers=self._person.headers,
        )
        assert answer.is_success, answer.text


def _is_back(told: Sequence[dict[str, Any]], message_id: str, *, times: int) -> bool:
    """The agent has the conversation back for the so manieth time, and the message its outcome."""
    returns = sum(frame.get("handling") == "agent" for frame in told)
    return returns >= times and any(
        frame.get("reply_to") == message_id and frame.get("status") not in (None, "failed")
        for frame in told
    )
