"""Whatever people do to their conversations, in whatever order, and whichever worker dies of it:
what is promised of a conversation holds.

Each example is a list of steps over two tenants, done to real processes. Most steps wait for
nothing, so that they meet each other in flight; afterwards everything is waited for and checked.
STATE_MACHINE_EXAMPLES=200 makes a long run of examples drawn anew; without it, the same few are
drawn each time.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support.breakable_stack import GATEWAYS, BreakableStack
from tests.support.scene import Crew, Scene
from tests.support.sizes import sized
from tests.support.talks import MODELS, TABS

EXAMPLES = sized(4, full=20)
LONG_RUN = int(os.environ.get("STATE_MACHINE_EXAMPLES", "0"))


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
        gateway = scene.breakable_stack.stack.gateways[self.gateway]
        await scene.talks[self.talk].resume(self.tab, gateway, self.older)


@dataclass(frozen=True)
class Join:
    """A tab that asks for nothing of what was."""

    talk: int
    tab: int
    gateway: int

    async def take(self, scene: Scene) -> None:
        gateway = scene.breakable_stack.stack.gateways[self.gateway]
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
    talk: int

    async def take(self, scene: Scene) -> None:
        await scene.crew.kill(scene.talks[self.talk])


@dataclass(frozen=True)
class FreezeWorker:
    talk: int

    async def take(self, scene: Scene) -> None:
        await scene.crew.freeze(scene.talks[self.talk])


@dataclass(frozen=True)
class Together:
    """All of these at the same moment."""

    steps: tuple[Any, ...]

    async def take(self, scene: Scene) -> None:
        await asyncio.gather(*(step.take(scene) for step in self.steps))
        scene.happened.update(type(step).__name__ for step in self.steps)


talks = st.sampled_from([0, 0, 0, 0, 3, 3, 3, 1, 2, 4, 5])  # most of them meet in two talks
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
single_steps = st.one_of(
    st.builds(Rest),
    *(say, say, burst, say_again, say_again, hear, hear),
    *(cut, resume, resume, join, stop, stop, retry, retry, reset),
)


@st.composite
def in_mid_answer(draw: st.DrawFn) -> list[Any]:
    """Something happens to an answer that is being written, or to one that failed."""
    talk, tab = draw(talks), draw(tabs)
    model = draw(models)
    here = (st.just(talk), tabs)
    event = draw(
        st.one_of(
            st.builds(KillWorker, st.just(talk)),
            st.builds(FreezeWorker, st.just(talk)),
            st.builds(Stop, *here, st.none() | newest),
            st.builds(Reset, st.just(talk), gateways),
            st.builds(Resume, *here, gateways, st.integers(0, 5)),
            st.builds(Join, *here, gateways),
            st.builds(SayAgain, *here, st.just(-1), st.booleans()),
            st.builds(Retry, *here, newest),
        )
    )
    return [Say(talk, tab, (model,)), Hear(talk, tab, draw(stages)), event]


@pytest.fixture
def crew(breakable_stack: BreakableStack) -> Iterator[Crew]:
    crew = Crew(breakable_stack.stack.workers, breakable_stack.stack.database)
    yield crew
    crew.be_complete()


@st.composite
def together(draw: st.DrawFn) -> list[Any]:
    """Steps of one talk, or of any, that meet each other."""
    at_once = burst | say | say_again | resume | join | stop | retry | reset
    steps = draw(st.lists(at_once, min_size=2, max_size=5))
    if draw(st.booleans()):
        steps = [replace(step, talk=steps[0].talk) for step in steps]
    return [Together(tuple(steps))]


chapters = in_mid_answer() | in_mid_answer() | together() | single_steps.map(lambda step: [step])
# Lists of lists: long ones are drawn often, and yet they shrink to little.
scripts = st.lists(st.lists(chapters, min_size=2, max_size=8), min_size=2, max_size=8).map(
    lambda parts: [step for part in parts for chapter in part for step in chapter]
)


@pytest.mark.timeout(3600)
@settings(
    max_examples=LONG_RUN or EXAMPLES,
    derandomize=not LONG_RUN,
    database=None,
    deadline=None,
    print_blob=True,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
@given(steps=scripts)
async def test_what_is_promised_holds_whatever_happens_in_whatever_order(
    breakable_stack: BreakableStack,
    crew: Crew,
    database: object,
    figures: Counter[str],
    steps: list[Any],
) -> None:

    async with Scene.set(breakable_stack, crew) as scene:
        for step in steps:
            await step.take(scene)
            scene.happened[type(step).__name__] += 1
        await scene.end()
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
        "workers frozen": scene.happened["FreezeWorker"],
    }
    for name, count in counted.items():
        figures[f"whatever happens: {name}"] += count
