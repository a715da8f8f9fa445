"""Carrying out what a model calls for: each call once, as far as that can be had.

What a class of effects means for a call found half done is said in `shared.runs.effects`; what is
stored, and asked of the fence, in `shared.runs.steps`. What leaves our database goes on in a task
of its own when the run is stopped or lost meanwhile: what has happened is recorded in any case.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar

from shared.db import TenantSession
from shared.log import get_logger
from shared.outages import DATABASE_AWAY, passes
from shared.runs import facts, steps
from shared.runs.effects import OUTSIDE, State, next_for
from shared.runs.facts import NOBODY_KNOWS
from shared.runs.steps import LARGEST_RESULT_BYTES, Mine, NewCall, Step, StoredCall
from shared.runs.storable import bounded, storable

from orchestrator.channels.port import Doing, Preview
from orchestrator.llm import (
    Act,
    CallAtWork,
    OpenSession,
    RunLost,
    Told,
    Tool,
    ToolRefused,
    Usage,
    WantedCall,
    call_at_work,
)

log = get_logger(__name__)

RECORD_WITHIN_S = 30.0
"""For a database that is away."""
KEYED_TRIES = 3
"""With the same key, before nobody knows."""
BETWEEN_TRIES_S = 0.2

NOT_YOURS = "You have no tool of this name."
NOT_AGAIN = (
    "This was not done: an earlier call of the same tool may or may not have been carried out, and "
    "a colleague looks into it. Do not call it again; say so."
)
BROKE = "The tool failed, and nothing was done."

Result = TypeVar("Result")
_acting: set[asyncio.Task[Told]] = set()
"""Held, or the loop forgets them."""


class RunRecord:
    """The journal of one attempt at a run."""

    def __init__(
        self,
        mine: Mine,
        before: Sequence[Step],
        tools: Mapping[str, Tool],
        model: str | None,
        preview: Preview,
    ) -> None:
        self.steps = before
        self._preview = preview
        self._mine = mine
        self._tools = tools
        self._model = model
        self._n = len(before)
        self._in_doubt = {
            call.tool for step in before for call in step.calls if call.state == "unknown"
        }

    @property
    def has_acted(self) -> bool:
        """Whether a tool was called, in this attempt or before."""
        return self._n > 0

    # ── stored ─────────────────────────────────────────────────────────────────────────────────

    @property
    def has_stored(self) -> bool:
        """Whether this attempt has stored a step."""
        return self._n > len(self.steps)

    async def store(
        self, message: dict[str, Any], format_: int, usage: Usage, wanted: Sequence[WantedCall]
    ) -> list[StoredCall]:
        """Keep a response with its calls, before any of them is carried out."""
        self._n += 1
        stored = await _waiting(
            lambda: steps.store(
                self._mine,
                self._n,
                storable(message),
                format_=format_,
                model=self._model,
                input_tokens=usage.input_tokens,
                output_tokens=usage.output_tokens,
                calls=[self._new(call) for call in wanted],
            )
        )
        if stored is None:
            raise RunLost
        return stored

    def _new(self, call: WantedCall) -> NewCall:
        tool = self._tools.get(call.tool)
        effect = tool.effect if tool else "once"
        refusal = None
        if tool is None:
            refusal = NOT_YOURS
        elif call.tool in self._in_doubt and effect in OUTSIDE:
            refusal = NOT_AGAIN
        return NewCall(
            provider_call_id=storable(call.provider_call_id),
            tool=storable(call.tool),
            definition_hash=call.definition_hash,
            args=storable(call.args),
            effect=effect,
            state="refused" if refusal else "planned",
            result=refusal,
        )

    async def refuse(self, call: StoredCall, why: str) -> None:
        """It cannot be carried out as it was called."""
        if next_for(call.effect, call.state) == "act":
            await self._settle(call, "refused", why, is_error=True)

    # ── carried out ────────────────────────────────────────────────────────────────────────────

    async def carry_out(self, call: StoredCall, act: Act) -> Told:
        """Do what was called for, unless it is done or must not be done again."""
        if next_for(call.effect, call.state) != "act":
            return Told(call.result, call.is_error)
        tool = self._tools.get(call.tool)
        if tool is None:  # any more
            return await self._settle(call, "refused", NOT_YOURS, is_error=True)
        doing = Doing(call.id, tool.name, tool.label)
        self._preview.begun(doing)
        told = await self._acted_by_class(call, act)
        self._preview.done(doing, failed=told.is_error)
        return told

    async def _acted_by_class(self, call: StoredCall, act: Act) -> Told:
        match call.effect:
            case "read":
                return await self._read(call, act)
            case "ours":
                return await _waiting(lambda: self._change_ours(call, act))
            case _:
                return await self._act_outside(call, act)

    async def _read(self, call: StoredCall, act: Act) -> Told:
        with _at_work(call, self._only_reading):
            told = await self._acted(call, act)
        state: State = "failed" if told.is_error else "done"
        return await self._settle(call, state, told.value, told.is_error)

    async def _change_ours(self, call: StoredCall, act: Act) -> Told:
        """The effect and the row that says it is done are one transaction. The run is locked last,
        behind what the tool locks: a conversation comes before its runs."""
        try:
            async with TenantSession(self._mine.tenant_id) as session, session.transaction():
                with _at_work(call, lambda: _the_one(session)):
                    value = _kept(await self._within(call, act))
                if await steps.settle(session, self._mine, call.id, state="done", result=value):
                    return Told(value)
                raise _Settled
        except _Settled:  # by a commit of which we did not hear, or by nobody: it is not our run
            return await self._as_it_stands(call)
        except ToolRefused as refused:
            return await self._settle(call, "failed", str(refused), is_error=True)
        except DATABASE_AWAY as error:
            if passes(error):
                raise
            return await self._broke(call)
        except Exception:
            return await self._broke(call)

    async def _act_outside(self, call: StoredCall, act: Act) -> Told:
        if not await _waiting(lambda: steps.start(self._mine, call.id)):
            return await self._as_it_stands(call)
        acting = asyncio.create_task(self._act_and_record(call, act))
        _acting.add(acting)
        acting.add_done_callback(_let_go)
        return await asyncio.shield(acting)

    async def _act_and_record(self, call: StoredCall, act: Act) -> Told:
        tenant_id, attempt = self._mine.tenant_id, self._mine.attempt
        told = await self._answer_from_outside(call, act)
        if told is None:
            self._in_doubt.add(call.tool)
            await _waiting(lambda: facts.give_up(tenant_id, call, attempt))
            return Told(NOBODY_KNOWS, is_error=True)
        fact = {"result": told.value, "is_error": told.is_error}
        await _waiting(lambda: facts.record(tenant_id, call, attempt, **fact))
        return told

    async def _answer_from_outside(self, call: StoredCall, act: Act) -> Told | None:
        """None if there was none: it may or may not have been done."""
        for tries_left in reversed(range(KEYED_TRIES if call.effect == "keyed" else 1)):
            try:
                with _at_work(call, self._only_reading):
                    return Told(_kept(await self._within(call, act)))
            except ToolRefused as refused:
                return Told(_kept(str(refused)), is_error=True)
            except Exception as error:
                log.warning(
                    "tool_gave_no_answer",
                    call_id=str(call.id),
                    tool=call.tool,
                    error=type(error).__name__,
                    tries_left=tries_left,
                )
            if tries_left:
                await asyncio.sleep(BETWEEN_TRIES_S)
        return None

    async def _acted(self, call: StoredCall, act: Act) -> Told:
        try:
            return Told(_kept(await self._within(call, act)))
        except ToolRefused as refused:
            return Told(_kept(str(refused)), is_error=True)
        except Exception:
            log.exception("tool_broke", call_id=str(call.id), tool=call.tool)
            return Told(BROKE, is_error=True)

    async def _within(self, call: StoredCall, act: Act) -> Any:
        try:
            async with asyncio.timeout(self._tools[call.tool].within_s):
                return await act()
        except TimeoutError as error:  # which is also what a database that is away raises
            raise ToolTooSlow from error

    # ── what becomes of a call that did not leave our database ─────────────────────────────────

    async def _broke(self, call: StoredCall) -> Told:
        log.exception("tool_broke", call_id=str(call.id), tool=call.tool)
        return await self._settle(call, "failed", BROKE, is_error=True)

    async def _settle(self, call: StoredCall, state: State, value: Any, is_error: bool) -> Told:
        value = _kept(value)

        async def settled() -> bool:
            async with TenantSession(self._mine.tenant_id) as session, session.transaction():
                return await steps.settle(
                    session, self._mine, call.id, state=state, result=value, is_error=is_error
                )

        if await _waiting(settled):
            return Told(value, is_error)
        return await self._as_it_stands(call)

    async def _as_it_stands(self, call: StoredCall) -> Told:
        """What its row says, if the run is ours; raises `RunLost` else."""
        is_mine, found = await _waiting(lambda: steps.look(self._mine, call.id))
        if not is_mine or found is None or next_for(found.effect, found.state) != "tell":
            raise RunLost
        return Told(found.result, found.is_error)

    @asynccontextmanager
    async def _only_reading(self) -> AsyncIterator[TenantSession]:
        async with TenantSession(self._mine.tenant_id) as session, session.transaction():
            await steps.only_read(session)
            yield session


async def left_before(mine: Mine) -> list[Step]:
    """What attempts before this one have left. Calls of theirs that must not be begun again are
    shown to a person, whatever becomes of the run."""
    if mine.attempt == 1:
        return []
    before = await steps.steps_of(mine.tenant_id, mine.run_id)
    if any(
        next_for(call.effect, call.state) == "nobody_knows"
        for step in before
        for call in step.calls
    ):
        await facts.give_up_what_others_began(mine)
        before = await steps.steps_of(mine.tenant_id, mine.run_id)
    return before


class ToolTooSlow(Exception):
    """It did not end within its time."""


class _Settled(Exception):
    """The call has its end, or the run is not ours: what the tool did is rolled back."""


def _kept(value: Any) -> Any:
    """As it is stored, which is also what the model is told."""
    return bounded(storable(value), LARGEST_RESULT_BYTES)


@asynccontextmanager
async def _the_one(session: TenantSession) -> AsyncIterator[TenantSession]:
    yield session


@contextmanager
def _at_work(call: StoredCall, open_session: OpenSession) -> Iterator[None]:
    token = call_at_work.set(CallAtWork(call.id, open_session))
    try:
        yield
    finally:
        call_at_work.reset(token)


def _let_go(acting: asyncio.Task[Told]) -> None:
    _acting.discard(acting)
    if not acting.cancelled() and (error := acting.exception()):
        log.error("call_not_recorded", error=type(error).__name__)


async def _waiting(work: Callable[[], Awaitable[Result]]) -> Result:
    """Done, waiting for a database that is away. What is done twice so is known to be done. If it
    stays away, the run is left to another attempt: raises `RunLost`."""
    delay_s = 0.1
    give_up_at = asyncio.get_running_loop().time() + RECORD_WITHIN_S
    while True:
        try:
            return await work()
        except DATABASE_AWAY as error:
            if not passes(error):
                raise
            if asyncio.get_running_loop().time() > give_up_at:
                raise RunLost from error
            log.warning("journal_waits_for_database", error=type(error).__name__)
            await asyncio.sleep(delay_s)
            delay_s = min(delay_s * 2, 2.0)
