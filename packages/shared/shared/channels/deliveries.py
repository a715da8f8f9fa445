"""What a sender does to deliveries: finds what is next, and begins it.

Each is one transaction, sent whole. A delivery is begun by whoever has the account's lease, and
bears its number from then on; what became of it is written only under that number. In a
conversation the parts leave one after the other, in order of `seq` and `n`: the oldest unfinished
one is the only one that can be begun.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import orjson

from shared.channels.leases import holds, is_open
from shared.conversations.predicates import CONFIRMS_OPT_OUT, has_opted_out, window_is_open
from shared.db.pipelined import Statement, transact
from shared.db.scopes import HouseScope

NO_CONVERSATION = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery that could be begun. If it `was_begun`, nobody knows what came of that."""

    id: UUID
    conversation_id: UUID
    message_id: UUID
    n: int
    was_begun: bool
    maybe_twice: bool
    attempts: int
    body: dict[str, Any] | None
    """None until the message is rendered."""
    text: str
    external_key: str
    address: str | None
    """The person's, one-to-one; else the place is the conversation's key."""
    hints: dict[str, Any] | None
    code: str | None
    """What was last written down about it."""
    parts: list[dict[str, Any]] | None = None
    """The message's, like its citations."""


# One step along the index of what is open for each conversation, from one on.
_NEXT = f"""
        SELECT delivery.* FROM deliveries AS delivery
         WHERE delivery.tenant_id = $1 AND delivery.channel = $2
           AND delivery.conversation_id > {{}} AND {is_open("delivery")}
         ORDER BY delivery.conversation_id, delivery.seq, delivery.n LIMIT 1
"""  # noqa: S608 - of our own constants
_DUE = Statement(
    f"""
    WITH RECURSIVE head AS (
        ({_NEXT.format("$4::uuid")})
        UNION ALL
        SELECT next.* FROM head CROSS JOIN LATERAL ({_NEXT.format("head.conversation_id")}) AS next
    ), due AS (
        SELECT head.* FROM head
         WHERE head.connection_id = $3
           AND (head.not_before IS NULL OR head.not_before <= clock_timestamp())
           AND NOT head.conversation_id = ANY ($5::uuid[])
         LIMIT $6::integer
    )
    SELECT due.id, due.conversation_id, due.message_id, due.n, due.state = 'sending',
           due.maybe_twice, due.attempts, due.body::text, message.content, its.external_key,
           address.external_id, due.hints::text, due.last_code, message.parts::text
      FROM due
      JOIN messages AS message
        ON message.tenant_id = due.tenant_id AND message.channel = due.channel
       AND message.id = due.message_id
      JOIN conversations AS its
        ON its.tenant_id = due.tenant_id AND its.channel = due.channel
       AND its.id = due.conversation_id
      LEFT JOIN contact_addresses AS address
        ON address.connection_id = due.connection_id AND address.contact_id = its.contact_id
    """  # noqa: S608 - of our own constants
)
_CONDITION = Statement(
    """
    SELECT connection.state IN ('live', 'failing'),
           extract(epoch FROM connection.not_before - clock_timestamp())::float8,
           (SELECT min(extract(epoch FROM open.not_before - clock_timestamp()))::float8
              FROM deliveries AS open
             WHERE open.connection_id = connection.id AND open.state IN ('ready', 'sending')
               AND open.not_before > clock_timestamp())
      FROM channel_connections AS connection WHERE connection.id = $1
    """
)


@dataclass(frozen=True, slots=True)
class Look:
    """What a sender sees: what could be begun, and for how long the account, or the conversation
    that waits shortest, waits; None if it does not."""

    due: list[Due]
    serves: bool
    """Whether there is anything to serve: not if the account was given up."""
    account_waits_s: float | None
    shortest_wait_s: float | None


async def look(
    tenant_id: UUID,
    channel: str,
    connection_id: UUID,
    *,
    after: UUID,
    without: Sequence[UUID],
    limit: int,
) -> Look:
    """The oldest open delivery of up to `limit` conversations, beginning behind conversation
    `after`, so that each has its turn; `without` those being sent to."""
    busy = "{" + ",".join(map(str, without)) + "}"
    rows, condition = await transact(
        HouseScope(tenant_id, "send"),
        _DUE(tenant_id, channel, connection_id, after, busy, limit),
        _CONDITION(connection_id),
    )
    if not condition:
        return Look([], False, None, None)
    (serves, account_waits_s, shortest_wait_s) = condition[0]
    due = [_due(*row) for row in rows]
    waits = account_waits_s if account_waits_s and account_waits_s > 0 else None
    return Look(due, serves, waits, shortest_wait_s)


def _due(*columns: Any) -> Due:
    due = Due(*columns)
    body, hints, parts = (_read(columns[at]) for at in (7, 11, 13))
    return replace(due, body=body, hints=hints, parts=parts)


def _read(json: str | None) -> Any:
    return None if json is None else orjson.loads(json)


_PLACE = Statement(
    """
    SELECT coalesce(address.external_id, its.external_key)
      FROM conversations AS its
      LEFT JOIN contact_addresses AS address
        ON address.connection_id = its.connection_id AND address.contact_id = its.contact_id
     WHERE its.tenant_id = $1 AND its.channel = $2 AND its.id = $3
    """
)


async def place_of(tenant_id: UUID, channel: str, conversation_id: UUID) -> str | None:
    """Where the platform has this conversation."""
    call = _PLACE(tenant_id, channel, conversation_id)
    (rows,) = await transact(HouseScope(tenant_id, "send"), call)
    return rows[0][0] if rows else None


_SAID_LAST = Statement(
    """
    SELECT event.external_message_id FROM inbound_events AS event
     WHERE event.connection_id = $1 AND event.conversation_id = $2 AND event.kind = 'message'
     ORDER BY event.created_at DESC LIMIT 1
    """
)


async def said_last(tenant_id: UUID, connection_id: UUID, conversation_id: UUID) -> str | None:
    """What the platform calls the newest message of its people."""
    call = _SAID_LAST(connection_id, conversation_id)
    (rows,) = await transact(HouseScope(tenant_id, "send"), call)
    return rows[0][0] if rows else None


# ── begun ──────────────────────────────────────────────────────────────────────────────────────

OPTED_OUT, WINDOW_SHUT = "opted_out", "window_shut"


@dataclass(frozen=True, slots=True)
class Begun:
    """A delivery that is ours to send; or why it must not leave, asked unless it was begun
    before: its contact wants no messages, or the platform takes no replies any more."""

    must_not_leave: str | None


_BEGIN = Statement(
    f"""
    WITH begun AS (
        UPDATE deliveries AS delivery
           SET state = 'sending', attempts = delivery.attempts + 1, lease_number = $3,
               started_at = coalesce(delivery.started_at, clock_timestamp()), not_before = NULL,
               body = coalesce(delivery.body, $4::jsonb),
               maybe_twice = delivery.maybe_twice OR $6::boolean
         WHERE delivery.id = $1 AND {is_open("delivery")}
           AND {holds("$2::uuid", "$3::bigint")}
        RETURNING delivery.*
    ), further AS (
        INSERT INTO deliveries (tenant_id, channel, connection_id, conversation_id, message_id,
                                seq, n, body)
        SELECT begun.tenant_id, begun.channel, begun.connection_id, begun.conversation_id,
               begun.message_id, begun.seq, begun.n + part.place, part.body
          FROM begun
         CROSS JOIN jsonb_array_elements($5::jsonb) WITH ORDINALITY AS part (body, place)
        ON CONFLICT DO NOTHING
    )
    SELECT CASE WHEN $7::boolean THEN NULL
                WHEN {has_opted_out("its")}
                     AND NOT coalesce(begun.hints ? '{CONFIRMS_OPT_OUT}', false)
                THEN '{OPTED_OUT}'
                WHEN NOT {window_is_open("its", "connection")} THEN '{WINDOW_SHUT}' END
      FROM begun
      JOIN conversations AS its
        ON its.tenant_id = begun.tenant_id AND its.channel = begun.channel
       AND its.id = begun.conversation_id
      JOIN channel_connections AS connection ON connection.id = begun.connection_id
    """  # noqa: S608 - of our own constants
)


async def begin(
    tenant_id: UUID,
    connection_id: UUID,
    number: int,
    delivery_id: UUID,
    *,
    parts: Sequence[dict[str, Any]] = (),
    was_begun: bool = False,
    maybe_twice: bool = False,
) -> Begun | None:
    """It is being sent from now on, by the sender of this number; at the first time with the
    message's `parts`, of which all but the first get a delivery of their own. None if the account
    is another's or the delivery was dropped.
    """
    first, further = (parts[0], list(parts[1:])) if parts else (None, [])
    begun = _BEGIN(
        delivery_id,
        connection_id,
        number,
        None if first is None else orjson.dumps(first).decode(),
        orjson.dumps(further).decode(),
        maybe_twice,
        was_begun,
    )
    (rows,) = await transact(HouseScope(tenant_id, "send"), begun)
    return Begun(rows[0][0]) if rows else None
