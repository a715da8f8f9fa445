"""The seven points of a run with tools at which a process can end, and how to get there.

`stopping` has this process call `stop` with the point and the run: a test in the same process
raises there, a worker that is to be killed says that it has arrived and waits.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch
from uuid import UUID

from orchestrator.pipeline import respond
from orchestrator.pipeline.steps import RunRecord

UNSTORED, STORED, STARTED, ACTING, ACTED, DONE, SAID = POINTS = (
    "before the step is stored",
    "after the step is stored",
    "after the call is started",
    "while it acts",
    "after it acted, before that is said",
    "after it is done, before the next request",
    "before the outcome is stored",
)
NOT_STORED = {UNSTORED, SAID}
"""Here the model has said something that nobody has kept: it is asked again."""
IN_DOUBT = {STARTED, ACTING, ACTED}
"""Here a call has begun, and nobody has said how it ended."""

Stop = Callable[[str, UUID], Awaitable[None]]


@contextmanager
def stopping(stop: Stop) -> Iterator[None]:
    within, store, carry_out = RunRecord._within, RunRecord.store, RunRecord.carry_out
    store_outcome = respond.store

    async def at(point: str, record: RunRecord) -> None:
        await stop(point, record._mine.run_id)

    async def stop_around_store(record: RunRecord, *args: Any) -> Any:
        await at(UNSTORED, record)
        stored = await store(record, *args)
        await at(STORED, record)
        return stored

    async def stop_around_act(record: RunRecord, call: Any, act: Any) -> Any:
        async def act_and_stop() -> Any:
            value = await act()
            await at(ACTING, record)
            return value

        await at(STARTED, record)
        value = await within(record, call, act_and_stop)
        await at(ACTED, record)
        return value

    async def stop_after_done(record: RunRecord, call: Any, act: Any) -> Any:
        told = await carry_out(record, call, act)
        await at(DONE, record)
        return told

    async def stop_before_outcome(life: Any, claimed: Any, outcome: Any) -> Any:
        await stop(SAID, claimed.run_id)
        return await store_outcome(life, claimed, outcome)

    with ExitStack() as patches:
        for place, name, instead in (
            (RunRecord, "store", stop_around_store),
            (RunRecord, "_within", stop_around_act),
            (RunRecord, "carry_out", stop_after_done),
            (respond, "store", stop_before_outcome),
        ):
            patches.enter_context(patch.object(place, name, instead))
        yield
