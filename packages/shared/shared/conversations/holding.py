"""Who has a conversation, as its row says: read, locked, changed.

Whoever changes it holds the conversation's lock. Statements name the channel, so that each touches
one part of the tables.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from shared.conversations.locked import NO_SUCH_CONVERSATION
from shared.conversations.predicates import agent_of, answers, has_opted_out, lock, spoken_by
from shared.db import HouseSession, SystemSession, WithinTenant
from shared.errors import NotFound
from shared.runs.predicates import of_thread, unfinished


def no_such_conversation() -> NotFound:
    return NotFound(NO_SUCH_CONVERSATION)


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """On which channel a conversation is, and what is being said in it: run and attempt."""

    channel: str
    speaking: list[tuple[UUID, int]]


_FIND = text("SELECT its.channel FROM conversations AS its WHERE its.id = :conversation_id")
_SPEAKING = text(
    f"""
    SELECT run.id, run.attempt FROM agent_runs AS run
     WHERE {of_thread("run", ":tenant_id", ":channel", ":thread_id")} AND {unfinished("run")}
       AND run.state = 'running'
    """  # noqa: S608 - of our own constants
)


async def find(session: WithinTenant, tenant_id: UUID, conversation_id: UUID) -> Whereabouts | None:
    found = await session.execute(_FIND, {"conversation_id": conversation_id})
    channel = found.scalar_one_or_none()
    if channel is None:
        return None
    thread = {"tenant_id": tenant_id, "channel": channel, "thread_id": str(conversation_id)}
    speaking = [(run_id, attempt) for run_id, attempt in await session.execute(_SPEAKING, thread)]
    return Whereabouts(channel, speaking)


_TENANT_OF = text("SELECT its.tenant_id FROM conversations AS its WHERE its.id = :conversation_id")


async def tenant_of(session: SystemSession, conversation_id: UUID) -> UUID:
    """Raises NotFound."""
    found = await session.execute(_TENANT_OF, {"conversation_id": conversation_id})
    tenant_id: UUID | None = found.scalar_one_or_none()
    if tenant_id is None:
        raise no_such_conversation()
    return tenant_id


@dataclass(frozen=True, slots=True)
class Held:
    """A conversation and who has it, its row locked until the transaction ends."""

    id: UUID
    tenant_id: UUID
    channel: str
    agent_id: UUID
    agent_name: str
    agent_is_active: bool
    connection_id: UUID | None
    user_id: UUID | None
    """Whose own chat with the agent it is."""
    handling: str
    spoken_by: str
    """`agent` wherever it may speak."""
    held_by: UUID | None
    holder_name: str | None
    hold_epoch: int
    language: str | None
    paused_notice: str | None
    has_opted_out: bool
    """It is with a contact who wants no messages."""


_LOCK = text(
    f"""
    SELECT conversation.id, conversation.tenant_id, conversation.channel, conversation.agent_id,
           agent.name, {answers("agent")}, conversation.connection_id, conversation.user_id,
           conversation.handling, {spoken_by("conversation")}, conversation.held_by,
           (SELECT holder.display_name FROM portal_users AS holder
             WHERE holder.id = conversation.held_by),
           conversation.hold_epoch, conversation.language, agent.paused_notice,
           {has_opted_out("conversation")}
      FROM conversations AS conversation
      JOIN agents AS agent ON {agent_of("conversation", "agent")}
     WHERE conversation.tenant_id = :tenant_id AND conversation.channel = :channel
       AND conversation.id = :conversation_id
       {lock("conversation")}
    """  # noqa: S608 - of our own constants
)


async def lock_held(session: HouseSession, channel: str, conversation_id: UUID) -> Held | None:
    given = {
        "tenant_id": session.tenant_id,
        "channel": channel,
        "conversation_id": conversation_id,
    }
    row = (await session.execute(_LOCK, given)).one_or_none()
    return Held(*row) if row else None


_CHANGE = text(
    f"""
    UPDATE conversations AS conversation
       SET handling = :handling, held_by = cast(:held_by AS uuid),
           hold_epoch = conversation.hold_epoch + 1,
           waiting_since = CASE WHEN cast(:somebody_waits AS boolean) THEN clock_timestamp() END,
           updated_at = clock_timestamp()
     WHERE conversation.tenant_id = :tenant_id AND conversation.channel = :channel
       AND conversation.id = :conversation_id AND conversation.hold_epoch = :hold_epoch
    RETURNING conversation.hold_epoch, {spoken_by("conversation")}
    """  # noqa: S608 - of our own constants
)


async def change(
    session: HouseSession,
    held: Held,
    handling: str,
    *,
    held_by: UUID | None = None,
    somebody_waits: bool = False,
) -> tuple[int, str]:
    """Another has it now: the new epoch, and whether its agent may speak, as `spoken_by` says."""
    given = {
        "handling": handling,
        "held_by": held_by,
        "somebody_waits": somebody_waits,
        "tenant_id": held.tenant_id,
        "channel": held.channel,
        "conversation_id": held.id,
        "hold_epoch": held.hold_epoch,
    }
    epoch, speaks = (await session.execute(_CHANGE, given)).one()
    return epoch, speaks


_NOBODY_WAITS = text(
    """
    UPDATE conversations AS conversation
       SET waiting_since = NULL
     WHERE conversation.tenant_id = :tenant_id AND conversation.channel = :channel
       AND conversation.id = :conversation_id AND conversation.handling = 'human'
    """
)


async def nobody_waits(session: HouseSession, held: Held) -> None:
    """Who has the conversation has answered."""
    given = {"tenant_id": held.tenant_id, "channel": held.channel, "conversation_id": held.id}
    await session.execute(_NOBODY_WAITS, given)


# ── nobody holds for ever ─────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Expired:
    """A conversation whose holder has left, or lets the person wait too long."""

    tenant_id: UUID
    channel: str
    conversation_id: UUID


def _is_expired(conversation: str) -> str:
    return f"""{conversation}.handling = 'human'
       AND ({conversation}.waiting_since < clock_timestamp() - make_interval(secs => :after_s)
            OR NOT EXISTS (SELECT FROM memberships AS its
                             JOIN portal_users AS holder ON holder.id = its.user_id
                            WHERE its.tenant_id = {conversation}.tenant_id
                              AND its.user_id = {conversation}.held_by
                              AND holder.disabled_at IS NULL))"""


_EXPIRED = text(
    f"""
    SELECT held.tenant_id, held.channel, held.id
      FROM conversations AS held
     WHERE held.handling <> 'agent' AND {_is_expired("held")}
     LIMIT :limit
    """  # noqa: S608 - of our own constants
)
_IS_EXPIRED = text(
    f"""
    SELECT {_is_expired("held")} FROM conversations AS held
     WHERE held.tenant_id = :tenant_id AND held.channel = :channel AND held.id = :conversation_id
    """  # noqa: S608 - of our own constants
)


async def expired(session: SystemSession, *, after_s: float, limit: int) -> list[Expired]:
    """Those of all tenants whose person has waited for so long, or whose holder has left."""
    found = await session.execute(_EXPIRED, {"after_s": after_s, "limit": limit})
    return [Expired(*row) for row in found]


async def is_expired(session: HouseSession, held: Held, *, after_s: float) -> bool:
    """The same of one, which is locked."""
    given = {
        "after_s": after_s,
        "tenant_id": held.tenant_id,
        "channel": held.channel,
        "conversation_id": held.id,
    }
    return bool((await session.execute(_IS_EXPIRED, given)).scalar_one())
