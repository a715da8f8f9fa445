"""Attention items: opened, claimed, resolved. One of a kind about a subject is open at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args
from uuid import UUID

import orjson
from sqlalchemy import text

from shared.db import HouseSession, WithinTenant
from shared.valkey.publish import publish_changed

Kind = Literal[
    "handover",
    "asked_for_person",
    "answer_failed",
    "not_known",
    "employee_paused",
    "limit_reached",
    "unknown_effect",
    "delivery_dead",
    "connection_failing",
    "door_failing",
    "source_failed",
    "model_key_failing",
]
KINDS: frozenset[str] = frozenset(get_args(Kind))

_OPEN = text(
    """
    INSERT INTO attention_items (tenant_id, kind, subject, agent_id, channel, conversation_id,
                                 details)
    VALUES (:tenant_id, :kind, :subject, :agent_id, :channel, :conversation_id,
            cast(:details AS jsonb))
    ON CONFLICT (tenant_id, kind, subject) WHERE resolved_at IS NULL DO NOTHING
    """
)
_THEIRS = (
    "('handover', 'asked_for_person', 'answer_failed', 'not_known', 'employee_paused',"
    " 'limit_reached')"
)
"""What whoever takes a conversation over takes care of."""
_OF_CONVERSATION = f"""
     WHERE item.tenant_id = :tenant_id AND item.channel = :channel
       AND item.conversation_id = :conversation_id AND item.resolved_at IS NULL
       AND item.kind IN {_THEIRS}
"""
_CLAIM = text(
    f"""
    UPDATE attention_items AS item
       SET claimed_by = :member_id, claimed_at = clock_timestamp()
    {_OF_CONVERSATION}
    """  # noqa: S608 - of our own constants
)
_RESOLVE = text(
    f"""
    UPDATE attention_items AS item
       SET resolved_by = cast(:member_id AS uuid), resolved_at = clock_timestamp()
    {_OF_CONVERSATION}
    """  # noqa: S608 - of our own constants
)

MOST_LISTED = 100
_LIST = text(
    """
    SELECT item.id, item.kind, item.agent_id, agent.name AS agent_name, item.channel,
           item.conversation_id, item.created_at, item.due_at, item.claimed_by
      FROM attention_items AS item
      LEFT JOIN agents AS agent ON agent.tenant_id = item.tenant_id AND agent.id = item.agent_id
     WHERE item.tenant_id = :tenant_id AND item.resolved_at IS NULL
     ORDER BY item.created_at, item.id LIMIT :most
    """
)


@dataclass(frozen=True, slots=True)
class OpenItem:
    """What waits for a person, without what it is about: that is read where it is."""

    id: UUID
    kind: str
    agent_id: UUID | None
    agent_name: str | None
    channel: str | None
    conversation_id: UUID | None
    created_at: datetime
    due_at: datetime | None
    claimed_by: UUID | None
    """The member who has come for it."""


async def list_open(session: WithinTenant, tenant_id: UUID) -> Sequence[OpenItem]:
    """The tenant's open items, the oldest first, at most `MOST_LISTED`. Only a session that sees
    what is the staff's finds any."""
    rows = await session.execute(_LIST, {"tenant_id": tenant_id, "most": MOST_LISTED})
    return [OpenItem(**row) for row in rows.mappings()]


async def open_about_conversation(
    session: HouseSession,
    kind: Kind,
    *,
    agent_id: UUID,
    channel: str,
    conversation_id: UUID,
    details: dict[str, Any],
) -> None:
    """One about a conversation, unless it is open already."""
    given = {
        "tenant_id": session.tenant_id,
        "kind": kind,
        "subject": str(conversation_id),
        "agent_id": agent_id,
        "channel": channel,
        "conversation_id": conversation_id,
        "details": orjson.dumps(details).decode(),
    }
    await session.execute(_OPEN, given)
    _tell(session)


async def open_about(
    session: HouseSession, kind: Kind, subject: str, details: dict[str, Any]
) -> None:
    """One about something that is no conversation, unless it is open already."""
    given = {
        "tenant_id": session.tenant_id,
        "kind": kind,
        "subject": subject,
        "agent_id": None,
        "channel": None,
        "conversation_id": None,
        "details": orjson.dumps(details).decode(),
    }
    await session.execute(_OPEN, given)
    _tell(session)


_RESOLVE_ABOUT = text(
    """
    UPDATE attention_items AS item
       SET resolved_at = clock_timestamp()
     WHERE item.tenant_id = :tenant_id AND item.kind = :kind AND item.subject = :subject
       AND item.resolved_at IS NULL
    """
)


async def resolve_about(session: WithinTenant, tenant_id: UUID, kind: Kind, subject: str) -> None:
    """What it was about is well again, or gone. Only a session that sees what is the staff's
    resolves any."""
    given = {"tenant_id": tenant_id, "kind": kind, "subject": subject}
    await session.execute(_RESOLVE_ABOUT, given)
    session.after_commit(lambda: publish_changed(tenant_id, "attention"))


async def claim_hand_overs(
    session: HouseSession, channel: str, conversation_id: UUID, member_id: UUID
) -> None:
    """Somebody has come for it."""
    given = {
        "tenant_id": session.tenant_id,
        "channel": channel,
        "conversation_id": conversation_id,
        "member_id": member_id,
    }
    await session.execute(_CLAIM, given)
    _tell(session)


async def resolve_hand_overs(
    session: HouseSession, channel: str, conversation_id: UUID, member_id: UUID | None
) -> None:
    """It is over: given back, or reset away."""
    given = {
        "tenant_id": session.tenant_id,
        "channel": channel,
        "conversation_id": conversation_id,
        "member_id": member_id,
    }
    await session.execute(_RESOLVE, given)
    _tell(session)


_RESOLVE_WAITING = text(
    """
    UPDATE attention_items AS item
       SET resolved_at = clock_timestamp()
     WHERE item.tenant_id = :tenant_id AND item.channel = :channel
       AND item.conversation_id = :conversation_id AND item.resolved_at IS NULL
       AND item.kind IN ('employee_paused', 'limit_reached')
    """
)


async def resolve_waiting(session: HouseSession, channel: str, conversation_id: UUID) -> None:
    """Whoever waited there is answered now, or waits no more."""
    given = {
        "tenant_id": session.tenant_id,
        "channel": channel,
        "conversation_id": conversation_id,
    }
    await session.execute(_RESOLVE_WAITING, given)
    _tell(session)


def _tell(session: HouseSession) -> None:
    tenant_id = session.tenant_id
    session.after_commit(lambda: publish_changed(tenant_id, "attention"))
