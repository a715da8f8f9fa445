"""Whatever people do to their conversations, in whatever order, and whichever worker dies of it:
what is promised of a conversation holds.

Each example is a list of steps over two tenants, done to real processes. Most steps wait for
nothing, so that they meet each other in flight; afterwards everything is waited for and checked.
STATE_MACHINE_EXAMPLES=200 makes a long run of examples drawn anew.
"""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support import people
from tests.support.invariants import require_settled
from tests.support.island import WORKERS, Island
from tests.support.people import World
from tests.support.promises import look, require_kept, require_no_strays
from tests.support.talks import MODELS, TABS, Talk
from tests.support.waiting import eventually

EXAMPLES = 20
MOST_STEPS = 40
TALKS = 6
GATEWAYS = 2
LONG_RUN = os.environ.get("STATE_MACHINE_EXAMPLES")


@dataclass
class Scene:
    """What the steps of one example are done to."""

    island: Island
    worlds: list[World]
    talks: list[Talk]
    portal: httpx.AsyncClient
    happened: Counter[str] = field(default_factory=Counter)
    restarts: dict[int, "asyncio.Task[None]"] = field(default_factory=dict)

    @classmethod
    @asynccontextmanager
    async def set(cls, island: Island) -> AsyncIterator["Scene"]:
        worlds = [await people.make_world(name) for name in ("acme", "globex")]
        talks = [
            Talk(person, await world.conversation(person, agent_id), island.stack.gateways)
            for world in worlds
            for person, agent_id in (
                (world.anna, world.agent_id),
                (world.anna, world.other_agent_id),
                (world.ben, world.agent_id),
            )
        ]
        async with httpx.AsyncClient(timeout=30) as portal:
            scene = cls(island, worlds, talks, portal)
            try:
                yield scene
            finally:
                await asyncio.gather(*scene.restarts.values())
                await asyncio.gather(*(talk.close() for talk in talks))

    async def reset(self, talk: Talk, gateway: int) -> None:
        await talk.reset(self.portal, self.island.stack.gateways[gateway])
        talk.resets.append(look(self.island.stack.database, talk).reset_seq)

    async def kill(self, number: int) -> None:
        """End this worker as a crash would; a fresh one starts in its place meanwhile."""
        if number in self.restarts:
            await self.restarts[number]
        worker = self.island.stack.workers[number]
        await asyncio.to_thread(worker.kill)
        self.restarts[number] = asyncio.create_task(asyncio.to_thread(worker.start))

    async def rest(self) -> None:
        """Wait until nothing is left to be answered and everyone was told."""
        for talk in self.talks:
            await talk.all_answered()
        for talk in self.talks:
            await self._be_finished(talk)

    async def _be_finished(self, talk: Talk) -> None:
        database = self.island.stack.database
        await eventually(lambda: look(database, talk).is_finished, f"answering all of {talk.id}")
        stored = look(database, talk)
        await talk.all_told(stored.last_seq, stored.reset_seq)

    async def end(self) -> None:
        """Everyone is back and sends what was never answered; then all promises are checked."""
        import time; t=time.monotonic()
        await asyncio.gather(*self.restarts.values())
        self.happened["restart wait"]+=time.monotonic()-t
        for number, talk in enumerate(self.talks):
            await talk.connect(0, self.island.stack.gateways[number % GATEWAYS], since=0)
            await talk.send_what_was_never_answered(0)
        await self.rest()
        for talk in self.talks:
            require_kept(talk, look(self.island.stack.database, talk))
        for world in self.worlds:
            require_settled(self.island.stack.database, world.id)
        require_no_strays(self.island.stack.database)


# ── steps ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Rest:
    async def take(self, scene: Scene) -> None:
        await scene.rest()


@dataclass(frozen=True)
class Say:
    talk: int
    tab: int
    models: tuple[str, ...]

    async def take(self, scene: Scene) -> None:
        for model in self.models:
            await scene.talks[self.talk].say(self.tab, model)


@dataclass(frozen=True)
class SayAgain:
    talk: int
    tab: int
    which: int
    otherwise: bool

    async def take(self, scene: Scene) -> None:
        await scene.talks[self.talk].say_again(self.tab, self.which, otherwise=self.otherwise)


@dataclass(frozen=True)
class Hear:
    talk: int
    tab: int
    stage: str

    async def take(self, scene: Scene) -> None:
        await scene.talks[self.talk].hear(self.tab, self.stage)


@dataclass(frozen=True)
class Cut:
    talk: int
    tab: int

    async def take(self, scene: Scene) -> None:
        scene.talks[self.talk].cut(self.tab)


@dataclass(frozen=True)
class Resume:
    talk: int
    tab: int
    gateway: int
    older: int

    async def take(self, scene: Scene) -> None:
        gateway = scene.island.stack.gateways[self.gateway]
        await scene.talks[self.talk].resume(self.tab, gateway, self.older)


@dataclass(frozen=True)
class Join:
    """A tab that asks for nothing of what was."""

    talk: int
    tab: int
    gateway: int

    async def take(self, scene: Scene) -> None:
        gateway = scene.island.stack.gateways[self.gateway]
        await scene.talks[self.talk].connect(self.tab, gateway, since=None)


@dataclass(frozen=True)
class Stop:
    talk: int
    tab: int
    which: int | None

    async def take(self, scene: Scene) -> None:
        await scene.talks[self.talk].stop(self.tab, self.which)


@dataclass(frozen=True)
class Retry:
    talk: int
    tab: int
    which: int | None

    async def take(self, scene: Scene) -> None:
        await scene.talks[self.talk].retry(self.tab, self.which)


@dataclass(frozen=True)
class Reset:
    talk: int
    gateway: int

    async def take(self, scene: Scene) -> None:
        await scene.reset(scene.talks[self.talk], self.gateway)


@dataclass(frozen=True)
class KillWorker:
    number: int

    async def take(self, scene: Scene) -> None:
        await scene.kill(self.number)


talks = st.integers(0, TALKS - 1)
tabs = st.integers(0, TABS - 1)
gateways = st.integers(0, GATEWAYS - 1)
models = st.sampled_from(list(MODELS))
newest = st.integers(0, 3)
stages = st.sampled_from(["accepted", "begun", "answered"])

say = st.builds(Say, talks, tabs, st.tuples(models))
burst = st.builds(Say, talks, tabs, st.lists(models, min_size=2, max_size=4).map(tuple))
say_again = st.builds(SayAgain, talks, tabs, newest, st.booleans())
hear = st.builds(Hear, talks, tabs, stages)
cut = st.builds(Cut, talks, tabs)
resume = st.builds(Resume, talks, tabs, gateways, st.integers(0, 5))
join = st.builds(Join, talks, tabs, gateways)
stop = st.builds(Stop, talks, tabs, st.none() | newest)
retry = st.builds(Retry, talks, tabs, st.none() | newest)
reset = st.builds(Reset, talks, gateways)
kill_worker = st.builds(KillWorker, st.integers(0, WORKERS - 1))
single_steps = st.one_of(
    st.builds(Rest),
    *(say, say, burst, say_again, say_again, hear, hear),
    *(cut, resume, resume, join, stop, stop, retry, retry, reset, kill_worker),
)


@st.composite
def in_mid_answer(draw: st.DrawFn) -> list[Any]:
    """Something happens to an answer that is being written, or to one that failed."""
    talk, tab = draw(talks), draw(tabs)
    model = draw(models)
    here = (st.just(talk), tabs)
    event = draw(
        st.one_of(
            kill_worker,
            st.builds(Stop, *here, st.none() | newest),
            st.builds(Reset, st.just(talk), gateways),
            st.builds(Resume, *here, gateways, st.integers(0, 5)),
            st.builds(Join, *here, gateways),
            st.builds(SayAgain, *here, st.just(-1), st.booleans()),
            st.builds(Retry, *here, newest),
        )
    )
    return [Say(talk, tab, (model,)), Hear(talk, tab, draw(stages)), event]


scripts = st.lists(
    st.one_of(single_steps.map(lambda step: [step]), in_mid_answer()),
    min_size=10,
    max_size=MOST_STEPS,
).map(lambda scenes: [step for scene in scenes for step in scene])


@pytest.mark.timeout(3600)
@settings(
    max_examples=int(LONG_RUN or EXAMPLES),
    derandomize=LONG_RUN is None,
    database=None,
    deadline=None,
    print_blob=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(steps=scripts)
async def test_what_is_promised_holds_whatever_happens_in_whatever_order(
    island: Island, database: object, figures: Counter[str], steps: list[Any]
) -> None:
    import time; t=time.monotonic()
    async with Scene.set(island) as scene:
        figures["T set"] += time.monotonic()-t
        for step in steps:
            import time; t=time.monotonic()
            await step.take(scene)
            figures["T "+type(step).__name__] += time.monotonic()-t
            scene.happened[type(step).__name__] += 1
        t=time.monotonic()
        await scene.end()
        figures["T end"] += time.monotonic()-t
        t=time.monotonic()
    figures["T close"] += time.monotonic()-t
    _count(figures, scene, len(steps))


def _count(figures: Counter[str], scene: Scene, steps: int) -> None:
    counted = {
        "examples": 1,
        "steps": steps,
        "messages": sum(len(talk.said) for talk in scene.talks),
        "sends": sum(len(texts) for talk in scene.talks for texts in talk.said.values()),
        "sockets": sum(len(talk.lines) for talk in scene.talks),
        "resumes": sum(talk.resumed for talk in scene.talks),
        "resets": scene.happened["Reset"],
        "retries asked for": scene.happened["Retry"],
        "workers killed": scene.happened["KillWorker"],
    }
    figures["T restart wait"] += scene.happened["restart wait"]
    for name, count in counted.items():
        figures[f"whatever happens: {name}"] += count
