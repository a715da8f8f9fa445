"""What our own side says in a conversation and no agent does: notices, and a colleague's words.

The caller holds the conversation's lock.
"""

from typing import Any
from uuid import UUID, uuid4

import orjson
from sqlalchemy import text

from shared.conversations.holding import Held
from shared.conversations.outcomes import StoredOutcome
from shared.conversations.places import elsewhere
from shared.conversations.writing import add_delivery, add_message, take_seq
from shared.db import HouseSession

_ANY = elsewhere(":channel")
_OURS = "conversation.tenant_id = :tenant_id AND conversation.id = :conversation_id"
_SAY = text(
    f"""
    WITH conversation AS ({take_seq(_ANY, _OURS)}), message AS ({
        add_message(
            _ANY,
            id="cast(:id AS uuid)",
            tenant_id="conversation.tenant_id",
            conversation_id="conversation.id",
            seq="conversation.last_seq",
            role="'assistant'",
            content="cast(:content AS text)",
            status=":status",
            reply_to="cast(:reply_to AS uuid)",
            client_message_id="cast(:client_message_id AS text)",
            author_kind="cast(:author_kind AS text)",
            author_id="cast(:author_id AS uuid)",
            source="FROM conversation",
        )
    }), delivery AS ({add_delivery("message", "true", hints="cast(:hints AS jsonb)")})
    SELECT id, seq, created_at, reply_to, status FROM message
    """  # noqa: S608 - of our own constants
)


async def say(
    session: HouseSession,
    held: Held,
    content: str,
    *,
    author_kind: str,
    author_id: UUID | None = None,
    status: str = "complete",
    reply_to: UUID | None = None,
    client_message_id: str | None = None,
    hints: dict[str, Any] | None = None,
) -> StoredOutcome:
    """A message of our side that is no agent's, with its delivery where one is needed."""
    given = {
        "id": uuid4(),
        "tenant_id": held.tenant_id,
        "channel": held.channel,
        "conversation_id": held.id,
        "content": content,
        "status": status,
        "reply_to": reply_to,
        "client_message_id": client_message_id,
        "author_kind": author_kind,
        "author_id": author_id,
        "hints": orjson.dumps(hints).decode() if hints else None,
    }
    return StoredOutcome(*(await session.execute(_SAY, given)).one())


_SAID_BEFORE = text(
    """
    SELECT message.id, message.seq, message.created_at, message.reply_to, message.status,
           message.content
      FROM messages AS message
     WHERE message.channel = :channel AND message.conversation_id = :conversation_id
       AND message.client_message_id = :client_message_id
    """
)


async def said_before(
    session: HouseSession, held: Held, client_message_id: str
) -> tuple[StoredOutcome, str] | None:
    """The message of this id, and its text."""
    given = {
        "channel": held.channel,
        "conversation_id": held.id,
        "client_message_id": client_message_id,
    }
    row = (await session.execute(_SAID_BEFORE, given)).one_or_none()
    return (StoredOutcome(*row[:-1]), row[-1]) if row else None
