"""What became of a delivery, written by the sender that has begun it, under its number alone.

A delivery that is another sender's meanwhile is left as it is. What concerns the whole account is
written on its connection, and its deliveries stay as they are, in order.
"""

from uuid import UUID

from shared.channels.leases import holds, is_open
from shared.channels.repository import FOLLOWS_A_DEAD_PART, well
from shared.db.pipelined import Call, Statement, transact
from shared.db.scopes import HouseScope
from shared.valkey.publish import tell_changed

OLDEST_S = 86_400
"""What has not left after so long does not leave any more."""

_MINE = "delivery.id = $1 AND delivery.state = 'sending' AND delivery.lease_number = $2"
_SENT = Statement(
    f"""
    UPDATE deliveries AS delivery
       SET state = 'sent', external_id = $3, finished_at = clock_timestamp(),
           last_code = CASE WHEN delivery.maybe_twice THEN 'maybe_twice' END
     WHERE {_MINE}
    RETURNING true
    """  # noqa: S608 - of our own constants
)
_WELL = Statement(well("$1"))
_WAITS = Statement(
    f"""
    UPDATE deliveries AS delivery
       SET state = $3, last_code = $4,
           not_before = clock_timestamp() + make_interval(secs => $5)
     WHERE {_MINE}
    RETURNING true
    """  # noqa: S608 - of our own constants
)
_ACCOUNT_WAITS = Statement(
    """
    UPDATE channel_connections AS connection
       SET not_before = greatest(connection.not_before,
                                 clock_timestamp() + make_interval(secs => $2)),
           state = CASE WHEN $3::text IS NULL THEN connection.state ELSE 'failing' END,
           failing = coalesce($3, connection.failing)
     WHERE connection.id = $1 AND connection.state IN ('live', 'failing')
    """
)
_ITEM = Statement(
    """
    INSERT INTO attention_items (tenant_id, kind, subject, details)
    VALUES ($1::uuid, $2, $3, jsonb_build_object('code', $4::text))
    ON CONFLICT DO NOTHING
    """
)
# A part that is dead makes what follows of its message dead, and holds up no other message.
_OVER = Statement(
    f"""
    WITH over AS (
        UPDATE deliveries AS delivery
           SET state = $3, last_code = $4, finished_at = clock_timestamp()
         WHERE {_MINE}
        RETURNING delivery.*
    ), rest AS (
        UPDATE deliveries AS delivery
           SET state = 'dead', last_code = '{FOLLOWS_A_DEAD_PART}', finished_at = clock_timestamp()
          FROM over
         WHERE over.state = 'dead' AND delivery.tenant_id = over.tenant_id
           AND delivery.channel = over.channel AND delivery.message_id = over.message_id
           AND delivery.n > over.n AND {is_open("delivery")}
    )
    INSERT INTO attention_items (tenant_id, kind, subject, channel, conversation_id, details)
    SELECT over.tenant_id, 'delivery_dead', over.message_id::text, over.channel,
           over.conversation_id, jsonb_build_object('code', over.last_code, 'delivery', over.id)
      FROM over WHERE over.state IN ('dead', 'unsure')
    ON CONFLICT DO NOTHING
    """  # noqa: S608 - of our own constants
)
_TOO_OLD = Statement(
    f"""
    WITH old AS (
        UPDATE deliveries AS delivery
           SET state = CASE WHEN delivery.state = 'sending' THEN 'unsure' ELSE 'dead' END,
               last_code = 'too_old', finished_at = clock_timestamp()
         WHERE delivery.connection_id = $1 AND {is_open("delivery")}
           AND delivery.created_at < clock_timestamp() - make_interval(secs => $2)
           AND NOT (delivery.state = 'sending' AND delivery.lease_number = $3
                    AND delivery.not_before IS NULL)
           AND {holds("$1::uuid", "$3::bigint")}
        RETURNING delivery.*
    )
    INSERT INTO attention_items (tenant_id, kind, subject, channel, conversation_id, details)
    SELECT DISTINCT ON (old.message_id) old.tenant_id, 'delivery_dead', old.message_id::text,
           old.channel, old.conversation_id,
           jsonb_build_object('code', old.last_code, 'delivery', old.id)
      FROM old ORDER BY old.message_id, old.n
    ON CONFLICT DO NOTHING
    """  # noqa: S608 - of our own constants
)


async def sent(
    tenant_id: UUID, connection_id: UUID, number: int, delivery_id: UUID, external_id: str
) -> bool:
    """It arrived, and so the account is well. False if it is another sender's meanwhile."""
    rows, _ = await transact(
        HouseScope(tenant_id, "send"), _SENT(delivery_id, number, external_id), _WELL(connection_id)
    )
    return bool(rows)


async def waits(
    tenant_id: UUID,
    number: int,
    delivery_id: UUID,
    *,
    code: str,
    pause_s: float,
    left: bool = False,
) -> None:
    """It is tried again after a pause, and its conversation waits with it. `left`: nobody knows
    whether it arrived, which is asked first then."""
    state = "sending" if left else "ready"
    await transact(HouseScope(tenant_id, "send"), _WAITS(delivery_id, number, state, code, pause_s))


async def account_waits(
    tenant_id: UUID,
    connection_id: UUID,
    number: int,
    delivery_id: UUID,
    *,
    code: str,
    pause_s: float,
    failing: bool = False,
) -> None:
    """The whole account waits: what is to be sent stays as it is, in order. `failing`: until a
    person has done something about it."""
    calls: list[Call] = [
        _WAITS(delivery_id, number, "ready", code, 0.0),
        _ACCOUNT_WAITS(connection_id, pause_s, code if failing else None),
    ]
    if failing:
        calls.append(_ITEM(tenant_id, "connection_failing", str(connection_id), code))
    await transact(HouseScope(tenant_id, "send"), *calls)
    if failing:
        tell_changed(tenant_id, "channels")
        tell_changed(tenant_id, "attention")


async def over(tenant_id: UUID, number: int, delivery_id: UUID, *, state: str, code: str) -> None:
    """It is `dead`, `unsure` or `dropped`, which is final."""
    await transact(HouseScope(tenant_id, "send"), _OVER(delivery_id, number, state, code))
    if state == "dead":
        tell_changed(tenant_id, "attention")


async def give_up_old(tenant_id: UUID, connection_id: UUID, number: int) -> None:
    """What has waited for a day is given up, but what this sender is sending just now."""
    await transact(HouseScope(tenant_id, "send"), _TOO_OLD(connection_id, OLDEST_S, number))
