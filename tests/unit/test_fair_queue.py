"""Who is answered next: never more at once than there are slots, nobody waits beside a free one,
and a flood of one tenant costs another no more than one slot's wait."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from orchestrator.life.fair_queue import FairQueue

A, B, C = (UUID(int=number) for number in (1, 2, 3))


class Room:
    """A queue, and everyone who came to it."""

    def __init__(self, *, slots: int, claims: int = 100) -> None:
        self.fair_queue = FairQueue(slots=slots, claims=claims)
        self.seated: list[tuple[UUID, str]] = []
        self.refused: list[tuple[UUID, str]] = []
        self.tasks: dict[tuple[UUID, str], asyncio.Task[None]] = {}
        self._done: dict[tuple[UUID, str], asyncio.Event] = {}

    async def arrive(self, tenant_id: UUID, name: str, *, claimed: bool = True) -> None:
        who = (tenant_id, name)
        self._done[who] = asyncio.Event()
        self.tasks[who] = asyncio.create_task(self._be_answered(tenant_id, name, claimed))
        await turn()

    async def _be_answered(self, tenant_id: UUID, name: str, claimed: bool) -> None:
        who = (tenant_id, name)
        async with self.fair_queue.slot(tenant_id, name) as slot:
            if slot is None:
                self.refused.append(who)
                return
            self.seated.append(who)
            if claimed:
                slot.claimed()
            await self._done[who].wait()

    async def finish(self, who: tuple[UUID, str]) -> None:
        self._done[who].set()
        await self.tasks.pop(who)
        self.seated.remove(who)
        await turn()

    async def give_up(self, who: tuple[UUID, str]) -> None:
        task = self.tasks.pop(who)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        if who in self.seated:
            self.seated.remove(who)
        await turn()

    async def everyone_leaves(self) -> None:
        for event in self._done.values():
            event.set()
        await asyncio.gather(*self.tasks.values(), return_exceptions=True)


async def turn() -> None:
    for _ in range(4):
        await asyncio.sleep(0)


@asynccontextmanager
async def room(slots: int, claims: int = 100) -> AsyncIterator[Room]:
    made = Room(slots=slots, claims=claims)
    try:
        yield made
    finally:
        await made.everyone_leaves()


async def test_a_flood_of_one_tenant_makes_another_wait_for_one_place_alone() -> None:
    async with room(slots=3) as there:
        for number in range(500):
            await there.arrive(A, f"flood {number}")
        await there.arrive(B, "one question")
        assert there.fair_queue.waiting == 498
        await there.finish((A, "flood 0"))
        assert (B, "one question") in there.seated


async def test_places_go_round_between_tenants_that_all_flood() -> None:
    async with room(slots=6) as there:
        for number in range(20):
            await there.arrive(A, str(number))
        for number in range(20):
            await there.arrive(B, str(number))
            await there.arrive(C, str(number))
        for _ in range(12):
            most = Counter(tenant for tenant, _ in there.seated).most_common(1)[0][0]
            await there.finish(next(who for who in there.seated if who[0] == most))
        assert Counter(tenant for tenant, _ in there.seated) == {A: 2, B: 2, C: 2}


async def test_within_a_tenant_who_came_first_goes_first() -> None:
    async with room(slots=1) as there:
        for number in range(5):
            await there.arrive(A, str(number))
        for number in range(4):
            await there.finish((A, str(number)))
            assert there.seated == [(A, str(number + 1))]


async def test_no_more_are_claimed_at_once_than_hold_connections() -> None:
    async with room(slots=10, claims=2) as there:
        for number in range(5):
            await there.arrive(A, str(number), claimed=False)
        assert len(there.seated) == 2
        await there.finish((A, "0"))
        assert len(there.seated) == 2


async def test_a_message_nudged_twice_waits_once() -> None:
    async with room(slots=1) as there:
        await there.arrive(A, "first")
        await there.arrive(A, "second")
        await there.arrive(A, "second")
        assert (there.fair_queue.waiting, there.refused) == (1, [(A, "second")])


async def test_closing_tells_who_waits_and_lets_the_seated_finish() -> None:
    async with room(slots=1) as there:
        await there.arrive(A, "seated")
        await there.arrive(B, "waiting")
        there.fair_queue.close()
        await turn()
        await there.arrive(C, "late")
        assert there.refused == [(B, "waiting"), (C, "late")]
        assert there.seated == [(A, "seated")]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["arrive", "finish", "give up"]),
        st.sampled_from([A, B, C]),
        st.integers(0, 50),
    ),
    max_size=80,
)


@settings(max_examples=150, deadline=None)
@given(slots=st.integers(1, 4), claims=st.integers(1, 4), steps=STEPS)
def test_whatever_the_order_no_place_is_lost_and_none_stays_empty_while_somebody_waits(
    slots: int, claims: int, steps: list[tuple[str, UUID, int]]
) -> None:
    async def play() -> None:
        there = Room(slots=slots, claims=claims)
        for number, (what, tenant_id, which) in enumerate(steps):
            present = list(there.tasks)
            if what == "arrive":
                await there.arrive(tenant_id, str(number))
            elif what == "finish" and there.seated:
                await there.finish(there.seated[which % len(there.seated)])
            elif what == "give up" and present:
                await there.give_up(present[which % len(present)])
            assert len(there.seated) == min(slots, len(there.tasks))
            assert there.fair_queue.waiting == len(there.tasks) - len(there.seated)
        await there.everyone_leaves()
        assert there.fair_queue.waiting == 0
        for number in range(slots):
            await there.arrive(A, f"after {number}")
        assert there.fair_queue.waiting == 0, "as many slots as at the beginning"
        await there.everyone_leaves()

    asyncio.run(play())


@pytest.mark.parametrize("seated", [False, True])
async def test_who_is_cancelled_at_the_moment_of_being_seated_keeps_no_place(seated: bool) -> None:
    async with room(slots=1) as there:
        await there.arrive(A, "first")
        await there.arrive(B, "second")
        there.tasks[A, "first"].cancel()
        if seated:
            await turn()
        there.tasks[B, "second"].cancel()
        await turn()
        there.seated.clear()
        await there.arrive(C, "third")
        assert there.seated == [(C, "third")]
