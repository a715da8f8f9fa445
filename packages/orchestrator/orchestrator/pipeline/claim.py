"""Taking a run: in one round trip it is found, claimed, and all that its answer needs is read."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.config import settings
from shared.conversations.turns import claiming
from shared.conversations.turns.claiming import ClaimedRun, Nudge
from shared.log import get_logger
from shared.models.message import ChannelType, KonstructMessage, MessageContent, SenderInfo
from shared.telemetry.tracing import TRACEPARENT

from orchestrator.channels.port import Turn
from orchestrator.channels.registry import channel_of
from orchestrator.life.context import WorkerContext
from orchestrator.life.runs_in_hand import RunInHand
from orchestrator.llm import Prompt
from orchestrator.pipeline.context import MAX_TURNS, as_read, build_prompt
from orchestrator.pipeline.timeline import Timeline

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A run that is ours at this attempt, and what its answer needs."""

    run_id: UUID
    tenant_id: UUID
    agent_id: UUID
    covers: bool
    """Older messages are answered together with this one."""
    attempt: int
    tries: int
    """Attempts that count against the limit, this one among them."""
    started_at: datetime
    stop_requested: bool
    message: KonstructMessage
    extras: dict[str, Any]
    model: str | None
    model_chain: Sequence[Sequence[object]] | None
    """Who may answer where the business has keys of its own; None is the installation's model."""
    tools: Sequence[str]
    """Names of those the agent has."""
    knows: bool
    """It has documents to read first."""
    prompt: Prompt | None
    """None for a run of which nothing can be made: it ends without being answered."""
    in_hand: RunInHand
    timeline: Timeline

    @property
    def model_named(self) -> str | None:
        """Of whoever is asked first; None is the installation's default."""
        if not self.model_chain:
            return self.model
        named = self.model_chain[0][2]
        return str(named) if named else None

    @property
    def thread_id(self) -> str:
        return self.message.thread_id or ""

    @property
    def turn(self) -> Turn:
        """What its channel has to know of it."""
        return Turn(
            tenant_id=self.tenant_id,
            thread_id=self.thread_id,
            run_id=self.run_id,
            message_id=self.message.id,
            attempt=self.attempt,
            connection_id=self.extras.get("connection_id"),
            person_id=self.extras.get("portal_user_id"),
        )


async def claim(
    worker: WorkerContext, hands: ExitStack, nudge: Nudge, timeline: Timeline
) -> Claimed | None:
    """The run, in our hands until `hands` closes; None if it is not to be had.

    What the broker brought is only a hint: message and extras are those stored with the run.
    """
    # In hand before the claim: what the database calls ours and nobody holds is given back.
    in_hand = hands.enter_context(worker.in_hand.working_on(nudge.name))
    if in_hand is None:
        return None
    claimed = await claiming.claim(
        nudge,
        worker.id,
        turns=MAX_TURNS,
        runs_at_once=settings.limits.tenant_runs_at_once,
    )
    if claimed is None:
        return None
    in_hand.run_id = claimed.id
    timeline.queued_s = claimed.queued_s
    timeline.end_of("claim")
    prompt: Prompt | None = None
    try:
        message, extras = parse_payload(claimed.payload)
        # A payload made by a version before this one has the text in it.
        text = message.content.text if claimed.asked is None else as_read(claimed.asked)
        rule = channel_of(message.channel).rule(extras)
        prompt = build_prompt(claimed.agent, claimed.said_before, text, rule)
    except Exception:  # whatever it is, it would be the same next time
        log.exception("run_not_readable", run_id=str(claimed.id))
        message, extras = _address(nudge.tenant_id, claimed)
    timeline.end_of("context")
    return Claimed(
        run_id=claimed.id,
        tenant_id=nudge.tenant_id,
        agent_id=claimed.agent_id,
        covers=claimed.covers,
        attempt=claimed.attempt,
        tries=claimed.attempt - claimed.released,
        started_at=claimed.started_at,
        stop_requested=claimed.stop_requested,
        message=message,
        extras=extras,
        model=claimed.agent.model,
        model_chain=claimed.agent.model_chain,
        tools=claimed.agent.tools,
        knows=claimed.agent.knows,
        prompt=prompt,
        in_hand=in_hand,
        timeline=timeline,
    )


def _address(tenant_id: UUID, claimed: ClaimedRun) -> tuple[KonstructMessage, dict[str, Any]]:
    """What the run itself tells of its message: enough to end it where its person sees that."""
    message = KonstructMessage(
        id=str(claimed.message_id or claimed.id),
        tenant_id=str(tenant_id),
        channel=ChannelType(claimed.channel),
        sender=SenderInfo(user_id=""),
        content=MessageContent(),
        thread_id=claimed.thread_id,
    )
    return message, {"tenant_id": str(tenant_id), "conversation_id": claimed.thread_id}


TRIED_AGAIN = "tried_again"
"""How often we have tried an answer again after it failed."""
EXTRAS = (
    "conversation_id",
    "portal_user_id",
    "placeholder_ts",
    "channel_id",
    "phone_number_id",
    "bot_token",
    "connection_id",
    "to",
    TRIED_AGAIN,
    TRACEPARENT,
)
"""What channels put beside a message, so that its answer finds its way back."""


def parse_payload(payload: dict[str, Any]) -> tuple[KonstructMessage, dict[str, Any]]:
    """A task's payload as the message and the channel's extras. Raises ValidationError.

    `tenant_id` is among the extras and stays in the message.
    """
    rest = dict(payload)
    extras = {name: rest.pop(name) for name in EXTRAS if name in rest}
    message = KonstructMessage.model_validate(rest)
    if message.tenant_id is not None:
        extras["tenant_id"] = message.tenant_id
    return message, extras
