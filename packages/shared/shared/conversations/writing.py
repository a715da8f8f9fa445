"""What is written into conversations on several ways, said once, as SQL whose values are SQL too.

Locks are taken in the order of all who change a conversation: the conversation, then its runs.
"""

from shared.conversations.places import Place


def take_seq(place: Place, where: str, *, numbers: str = "1", also: str = "") -> str:
    """Lock the conversation and take its next numbers, for what the same statement stores. Gives
    whose it is, with the last of the numbers as `last_seq`; `also` sets more of the row."""
    return f"""
    UPDATE {place.conversations} AS conversation
       SET last_seq = conversation.last_seq + {numbers}, updated_at = clock_timestamp(){also}
     WHERE {where}{place.only("conversation")}
    RETURNING conversation.tenant_id, conversation.channel, conversation.id, conversation.agent_id,
              conversation.connection_id, conversation.contact_id, conversation.handling,
              conversation.last_seq
    """  # noqa: S608 - of our own constants


SOMEBODY_WAITS = """, waiting_since = CASE WHEN conversation.handling = 'human'
           THEN coalesce(conversation.waiting_since, clock_timestamp())
           ELSE conversation.waiting_since END"""
"""For `also`, with a person's message: since when the colleague who has the conversation owes them
an answer. Nothing changes where nobody has it."""


def add_message(
    place: Place,
    *,
    id: str,
    tenant_id: str,
    conversation_id: str,
    role: str,
    content: str,
    seq: str = "NULL",
    status: str = "'complete'",
    reply_to: str = "NULL",
    client_message_id: str = "NULL",
    error_code: str = "NULL",
    finish: str = "NULL",
    author_kind: str = "NULL",
    author_id: str = "NULL",
    parts: str = "NULL",
    source: str = "",
) -> str:
    """Insert a message for each row of `source` (`FROM …`), or one; gives the rows. Without a `seq`
    a trigger takes the next one, and with it the conversation's lock."""
    return f"""
    INSERT INTO {place.messages}
           (id, tenant_id, channel, conversation_id, seq, role, content, status, reply_to,
            client_message_id, error_code, finish, author_kind, author_id, parts)
    SELECT {id}, {tenant_id}, {place.channel}, {conversation_id}, {seq}, {role}, {content},
           {status}, {reply_to}, {client_message_id}, {error_code}, {finish}, {author_kind},
           {author_id}, {parts}
     {source}
    RETURNING id, seq, created_at, reply_to, status, content
    """


def add_delivery(message: str, when: str, *, hints: str = "NULL::jsonb") -> str:
    """Insert the delivery of what the same statement stores as `message`, in `conversation`."""
    return f"""
    INSERT INTO deliveries (tenant_id, channel, connection_id, conversation_id, message_id, seq,
                            hints)
    SELECT conversation.tenant_id, conversation.channel, conversation.connection_id,
           conversation.id, {message}.id, {message}.seq, {hints}
      FROM conversation CROSS JOIN {message}
     WHERE {message}.content <> '' AND conversation.connection_id IS NOT NULL
       AND conversation.channel NOT IN ('web', 'widget') AND {when}
    """  # noqa: S608 - of our own constants
