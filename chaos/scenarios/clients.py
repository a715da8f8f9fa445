"""Clients drop, race, repeat themselves, never read, or come and go by the thousand."""

import asyncio
import time
from uuid import uuid4

from chaos.scenario import Act, scenario
from tests.integration import test_durability_first_frames as first_frames
from tests.integration import test_durability_resend as resend
from tests.integration import test_durability_resume as resume
from tests.support.crowd import crowd, make_tabs
from tests.support.invariants import require_told
from tests.support.sizes import sized
from tests.support.tab import Tab
from tests.support.waiting import eventually

WITHIN_S = 90.0
JOINS = sized(100, full=1_000)
JOIN_AT_ONCE = 10
CAME = sized(500, full=10_000)
FIRST = CAME // 10
COME_AT_ONCE = 20
SENT_EACH = 10
GROWN_MB = 60.0
FLOOD = "[[model: tokens=20000 rate=2000]] tell me everything"
FLOODS = sized(6, full=20)
DROPPED_WITHIN_S = 60.0
"""Two pings and what the kernel takes meanwhile."""


@scenario(8, "exact suffix, nothing twice")
async def clients_cut_and_resumed(act: Act) -> None:
    """Each answer is cut at a random character; the client resumes at another gateway."""
    await (
        resume.test_a_client_cut_at_any_point_of_an_answer_resumes_at_another_gateway_without_a_gap(
            act.stage.stack, act.acme, act.figures
        )
    )


@scenario(9, "nothing missed live, nothing twice")
async def answers_that_come_at_once(act: Act) -> None:
    """Answers are published the moment they are asked for, to those who ask and who look on."""
    await first_frames.test_answers_that_come_at_once_are_all_heard_live_once_and_in_order(
        act.stage.stack, act.acme, act.figures
    )


@scenario(9, "nothing missed, nothing twice")
async def joins_that_race_with_answers(act: Act) -> None:
    """A thousand sockets subscribe while answers are published, each with some last_seq."""
    speakers = await make_tabs(act.acme, JOIN_AT_ONCE)
    over = asyncio.Event()
    joined = 0

    async def speak(tab: Tab) -> None:
        await tab.connect(act.gateways[0])
        while not over.is_set():
            await tab.ask("[[model: pieces=2]] hello", WITHIN_S)

    async def join(tab: Tab, number: int) -> None:
        nonlocal joined
        while joined < JOINS:
            joined += 1
            since = act.chance.choice([None, 0, act.chance.randint(0, tab.last_seq or 0)])
            other = Tab(tab.person, tab.conversation_id, since)
            await asyncio.sleep(act.chance.random() * 0.05)
            await other.connect(act.gateways[(joined + number) % 2])
            seen = other.last_seq or 0
            await other.until(lambda: (other.last_seq or 0) >= seen + 2, WITHIN_S)  # noqa: B023
            other.require_faultless()
            missing = (other.last_seq or 0) - (other.since or 0) - len(other.ids)
            assert missing == 0, (missing, other)
            await other.close()

    async with asyncio.TaskGroup() as everyone:
        speaking = [everyone.create_task(speak(tab)) for tab in speakers]
        joining = [everyone.create_task(join(tab, n)) for n, tab in enumerate(speakers)]
        await asyncio.wait(joining)
        over.set()
        await asyncio.wait(speaking)
    require_told(act.database, *speakers)
    for tab in speakers:
        await tab.close()
    act.figures |= {"joins": joined, "missing": 0, "doubled": 0}


@scenario(10, "one row, one answer; a conflict is said")
async def one_message_sent_200_times(act: Act) -> None:
    """The same client_message_id on two sockets at once; then with another text."""
    await resend.test_one_message_sent_again_and_again_over_two_gateways_is_one_row_with_one_answer(
        act.stage, act.acme, act.superuser, act.figures
    )


@scenario(13, "dropped in bounded time, memory bounded, others unaffected")
async def client_that_never_reads(act: Act) -> None:
    """Tabs that read nothing, while their conversation is flooded; others talk as ever."""
    gateway = act.stage.stack.gateways[0]
    door = act.stage.doors[0]
    async with (
        crowd(act.acme, FLOODS, [act.gateways[1]]) as speakers,
        crowd(act.globex, 5, [gateway]) as others,
    ):
        before = act.books.look(gateway)
        deaf = [Tab(tab.person, tab.conversation_id, None) for tab in speakers]
        for tab in deaf:
            await tab.connect(door)  # type: ignore[arg-type]
        usual = await _seconds(others)
        door.line.silence(to_client=True)
        began = time.monotonic()
        names = [await tab.begun(await tab.send(FLOOD), WITHIN_S) for tab in speakers]
        most, slowest = before.memory_mb, 0.0
        while (now := act.books.look(gateway)).sockets > len(others):
            assert time.monotonic() - began < DROPPED_WITHIN_S, f"{now.sockets} sockets are left"
            most = max(most, now.memory_mb)
            slowest = max(slowest, await _seconds(others))
        act.figures |= {
            "all dropped after s": round(time.monotonic() - began, 1),
            "gateway grew by MB": round(most - before.memory_mb, 1),
            "an answer to others took s": round(slowest, 2),
            "and before s": round(usual, 2),
        }
        for tab, name in zip(speakers, names, strict=True):
            assert tab.client is not None
            await tab.client.send({"type": "stop"})
            await tab.answered(name, WITHIN_S)
        require_told(act.database, *speakers, *others)
        for tab in deaf:
            tab.cut()
    assert act.figures["gateway grew by MB"] <= GROWN_MB


async def _seconds(tabs: list[Tab]) -> float:
    """The longest of their answers."""
    began = time.monotonic()
    await asyncio.gather(*(tab.ask("[[model: pieces=1]] hello", WITHIN_S) for tab in tabs))
    return time.monotonic() - began


@scenario(18, "nothing grows", within_s=400)
async def thousands_come_send_and_go(act: Act) -> None:
    """Connect, send, disconnect: every tenth brings a new message, others send one again."""
    tabs = await make_tabs(act.acme, COME_AT_ONCE)
    came = 0

    async def come_and_go(tab: Tab, until: int) -> None:
        nonlocal came
        name = ""
        while came < until:
            came += 1
            if not name or came % SENT_EACH == 0:
                name = uuid4().hex
            gateway = act.stage.stack.gateways[came % 2]
            socket = await gateway.connect(tab.person, tab.conversation_id)
            await socket.say("[[model: pieces=1]] hello", name)
            if act.chance.random() < 0.5:
                await socket.expect("accepted")
            if act.chance.random() < 0.5:
                socket.drop()
            await socket.close()

    await asyncio.gather(*(come_and_go(tab, FIRST) for tab in tabs))  # what is made once, is made
    await act.settled()
    before, came = act.books.now(), 0
    began = time.monotonic()
    await asyncio.gather(*(come_and_go(tab, CAME) for tab in tabs))
    seconds = time.monotonic() - began
    await act.settled()
    await eventually(lambda: act.books.look(act.stage.stack.gateways[0]).sockets == 0, "all left")
    act.figures |= {"came and went": came, "a second": round(came / seconds)}
    for name, now in act.books.now().items():
        grown = round(now.memory_mb - before[name].memory_mb, 1)
        act.figures[f"{name} grew by MB"] = grown
        assert grown <= GROWN_MB, f"{name} grew by {grown} MB"
