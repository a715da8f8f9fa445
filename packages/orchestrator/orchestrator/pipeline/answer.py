"""Letting the agent speak: the one place where a model is waited for, holding no connection.

Whatever happens ends in an `Outcome` within the run's deadline: the whole answer, what was said
until somebody stopped it, or a sentence on why there is none. None means that the run is not ours
any more and nothing may be stored.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from shared.background import end
from shared.config import settings
from shared.errors import ConfigError
from shared.events import Finish
from shared.grounding.keeping import Grounding
from shared.log import get_logger
from shared.runs.steps import Mine, Step

from orchestrator.channels.port import Preview
from orchestrator.channels.registry import channel_of
from orchestrator.life.context import WorkerContext
from orchestrator.llm import (
    AgentDeps,
    AnswerLimits,
    ModelFailure,
    Prompt,
    RunLost,
    Tool,
    Usage,
    open_answer,
    told,
)
from orchestrator.pipeline.claim import Claimed
from orchestrator.pipeline.context import estimated_usage
from orchestrator.pipeline.knowing import Knowing
from orchestrator.pipeline.steps import RunRecord, left_before
from orchestrator.tools.registry import tools_named

log = get_logger(__name__)

LEAST_TIME_S = 5.0
"""Even the last attempt of a run gets this long."""

GAVE_UP = "The answer failed several times. Please try again, or say it differently."
TOO_SLOW = "The answer took too long. Please try again, or ask for something shorter."
NOT_SET_UP = "The language model is not set up. Please tell whoever runs Konstruct."
BROKEN = "Something went wrong while answering. Please try again."


RunStatus = Literal["complete", "stopped", "failed"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended. `text` is what the person reads; of a failed one what was said until then,
    or else the sentence on why."""

    status: RunStatus
    text: str
    finish: Finish | None = None
    error_code: str | None = None
    sentence: str = ""
    """Why it failed."""
    retryable: bool = False
    retry_after_s: int | None = None
    usage: Usage = Usage()  # noqa: RUF009 - frozen itself
    grounding: Grounding | None = None
    """What an answer from knowledge relies on."""


def mine_of(worker: WorkerContext, claimed: Claimed) -> Mine:
    """The attempt that this worker makes."""
    return Mine(claimed.tenant_id, claimed.run_id, worker.id, claimed.attempt)


def failed(code: str, sentence: str, *, retryable: bool = True) -> Outcome:
    return Outcome("failed", sentence, error_code=code, sentence=sentence, retryable=retryable)


async def answer(worker: WorkerContext, claimed: Claimed) -> Outcome | None:
    """The run's outcome; None if the run was lost."""
    before = await left_before(mine_of(worker, claimed))
    if claimed.stop_requested:
        return Outcome("stopped", "")
    if claimed.prompt is None:
        return failed("internal_error", BROKEN, retryable=False)
    if claimed.tries > settings.worker.max_attempts:
        return failed("gave_up", GAVE_UP)
    channel = channel_of(claimed.message.channel)
    preview = channel.preview(claimed.turn, worker.lag.window_s)
    knowing = _knowing(claimed, claimed.prompt)
    try:
        outcome = await _speak_until_told_otherwise(worker, claimed, preview, before, knowing)
    finally:
        preview.close()
    if outcome is None:
        return None
    if knowing is None or not knowing.asks_no_model:
        outcome = _with_what_was_said(outcome, claimed.prompt, preview.text)
    if knowing is not None and outcome.status != "failed":
        knowing.is_gap &= outcome.status == "complete"
        model = claimed.model_named or settings.model.name
        kept = knowing.grounding(outcome.text, model, claimed.timeline)
        outcome = replace(outcome, grounding=kept)
    return outcome


def _knowing(claimed: Claimed, prompt: Prompt) -> Knowing | None:
    """None for an agent without knowledge."""
    if not claimed.knows:
        return None
    asked = claimed.tenant_id, claimed.agent_id, claimed.message.channel, claimed.thread_id
    return Knowing(*asked, prompt)


def _with_what_was_said(outcome: Outcome, prompt: Prompt, said: str) -> Outcome:
    if said and not outcome.usage.output_tokens:
        # Else whoever stops every answer would use no token of their tenant's up.
        outcome = replace(outcome, usage=estimated_usage(prompt, said))
    if outcome.status == "failed" and said.strip():
        return replace(outcome, text=said, finish="broken_off")
    return outcome


async def _speak_until_told_otherwise(
    worker: WorkerContext,
    claimed: Claimed,
    preview: Preview,
    before: Sequence[Step],
    knowing: Knowing | None,
) -> Outcome | None:
    in_hand = claimed.in_hand
    speaking = asyncio.create_task(_speak(worker, claimed, preview, before, knowing))
    stopped = asyncio.create_task(in_hand.stopped.wait())
    lost = asyncio.create_task(in_hand.lost.wait())
    everyone = {speaking, stopped, lost}
    try:
        await asyncio.wait(
            everyone, timeout=_time_left_s(claimed), return_when=asyncio.FIRST_COMPLETED
        )
        if in_hand.lost.is_set():
            return None
        if speaking.done():
            return speaking.result()
        if in_hand.stopped.is_set():
            return Outcome("stopped", preview.text)
        return failed("model_too_slow", TOO_SLOW)
    finally:
        await end(*everyone)


async def _speak(
    worker: WorkerContext,
    claimed: Claimed,
    preview: Preview,
    before: Sequence[Step],
    knowing: Knowing | None,
) -> Outcome:
    deps = AgentDeps(
        tenant_id=claimed.tenant_id,
        agent_id=claimed.agent_id,
        thread_id=claimed.thread_id,
        person_id=claimed.message.sender.user_id,
        run_id=claimed.run_id,
    )
    prompt = claimed.prompt
    assert prompt is not None
    limits = AnswerLimits(
        first_byte_s=settings.model.first_byte_timeout_s,
        between_pieces_s=settings.model.between_pieces_timeout_s,
        overall_s=_time_left_s(claimed),
        max_answer_tokens=settings.model.max_answer_tokens,
        max_answer_chars=settings.model.max_answer_chars,
        max_requests=settings.model.max_requests,
    )
    try:
        if knowing is not None:
            await knowing.look_up()
            preview, prompt = knowing.checked(preview), knowing.prompt
            said = knowing.said_without_model(is_practice=_is_practice(claimed))
            if said is not None:
                preview.add(said)
                preview.complete()
                return Outcome("complete", preview.text)
        tools, record = _tools_and_record(worker, claimed, before, preview)
        asked = prompt, deps, limits, tools, record
        opened = (
            open_answer(worker.models.resolve(claimed.model), *asked)
            if claimed.model_chain is None
            else worker.own_keys.open_answer(claimed.tenant_id, claimed.model_chain, *asked)
        )
        async with opened as spoken:
            async for piece in spoken:
                claimed.timeline.heard_piece()
                if text := piece.replace("\0", ""):  # which no text in PostgreSQL may hold
                    preview.add(text)
        preview.complete()
        if knowing is not None and record is not None:
            knowing.is_gap = not record.has_acted
        finish: Finish | None = "length" if spoken.finish_reason == "length" else None
        if finish:
            setting = "KONSTRUCT_LLM_MAX_ANSWER_TOKENS"
            log.info("answer_cut_at_limit", run_id=str(claimed.run_id), setting=setting)
        return Outcome("complete", preview.text, finish, usage=spoken.usage)
    except RunLost:
        claimed.in_hand.lost.set()
        return failed("internal_error", BROKEN)
    except ModelFailure as error:
        if claimed.model_chain is None:
            worker.models.explain(error, claimed.model)
        cause = type(error.__cause__ or error).__name__
        log.warning(
            "model_failed",
            run_id=str(claimed.run_id),
            code=error.code,
            cause=cause,
            **told(error),
        )
        outcome = failed(error.code, error.message, retryable=error.retryable)
        return replace(outcome, retry_after_s=error.retry_after_s)
    except ConfigError as error:
        log.error("model_not_set_up", reason=error.message)
        return failed("model_not_set_up", NOT_SET_UP, retryable=False)
    except Exception:
        log.exception("answer_failed", run_id=str(claimed.run_id))
        return failed("internal_error", BROKEN)


def _is_practice(claimed: Claimed) -> bool:
    """Whether the toy would answer."""
    own = claimed.model is not None or claimed.model_chain is not None
    return settings.model.practice and not own


def _tools_and_record(
    worker: WorkerContext, claimed: Claimed, before: Sequence[Step], preview: Preview
) -> tuple[list[Tool], RunRecord | None]:
    """None without tools, and without what an earlier attempt did with them: such an answer keeps
    no record and costs none."""
    if not claimed.tools and not before:
        return [], None
    own = tools_named(claimed.tools)
    begun = tools_named(call.tool for step in before[-1:] for call in step.calls)
    record = RunRecord(mine_of(worker, claimed), before, own, claimed.model, preview)
    return list((own | begun).values()), record


def _time_left_s(claimed: Claimed) -> float:
    spent_s = (datetime.now(UTC) - claimed.started_at).total_seconds()
    return max(LEAST_TIME_S, settings.worker.run_deadline_s - spent_s)
