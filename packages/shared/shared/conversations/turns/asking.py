"""A person's message and the run that shall answer it, stored together."""

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.exc import IntegrityError

from shared.conversations.turns.refused import refused_by
from shared.conversations.writing import add_message, agent_of, answers, take_seq
from shared.db.pipelined import Statement, transact
from shared.db.scopes import TenantScope
from shared.runs.writing import add_run

_MAY_BE_ASKED = f"""
               conversation.id = $1
           AND EXISTS (SELECT FROM agents AS agent
                        WHERE {agent_of("conversation", "agent")} AND {answers("agent")})
           AND NOT EXISTS (SELECT FROM web_conversation_messages AS known
                            WHERE known.conversation_id = $1 AND known.client_message_id = $4)
"""  # noqa: S608 - of our own constants
_MESSAGE = add_message(
    id="$2::uuid",
    tenant_id="tenant_id",
    conversation_id="id",
    seq="last_seq",
    role="'user'",
    content="$3::text",
    client_message_id="$4::text",
    source="FROM conversation",
)
_RUN = add_run(
    tenant_id="tenant_id",
    agent_id="agent_id",
    channel="'web'",
    thread_id="id::text",
    message_id="$2::uuid::text",
    payload="$5::text",
    first_nudge_s="$6",
    source="FROM conversation",
)
# The number is taken under the conversation's lock. What was sent twice at once, and so was not
# seen to be known, meets the unique index once the lock is had, which gives the number back.
_ASK = Statement(
    f"""
    WITH conversation AS ({take_seq(_MAY_BE_ASKED)}), message AS ({_MESSAGE}), run AS ({_RUN})
    SELECT seq, created_at FROM message
    """  # noqa: S608 - of our own constants
)


async def ask(
    tenant_id: UUID,
    conversation_id: UUID,
    *,
    message_id: UUID,
    text: str,
    client_message_id: str | None,
    payload: dict[str, Any],
    first_nudge_s: float,
) -> tuple[int, datetime] | None:
    """Store a person's message and the run that shall answer it; its `seq` and `created_at`.

    None, and nothing is stored, if there is no such conversation, its agent is paused, or the
    conversation has a message of this `client_message_id`. The caller nudges after it; the sweep
    does so from `first_nudge_s` on.
    """
    stored = _ASK(
        conversation_id,
        message_id,
        text,
        client_message_id,
        orjson.dumps(payload).decode(),
        first_nudge_s,
    )
    try:
        (rows,) = await transact(TenantScope(tenant_id), stored)
    except IntegrityError as error:
        if refused_by(error) == "uq_web_conversation_messages_client_message_id":
            return None
        raise
    return (rows[0][0], rows[0][1]) if rows else None
