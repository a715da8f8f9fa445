"""What became of a delivery, told by its platform afterwards.

Reports come in any order and more than once: a delivery keeps the furthest it got. One that arrived
settles a delivery of which no verdict came; one that failed ends it, or has it sent again where the
platform will take it later.
"""

from uuid import UUID

from shared.channels.accounts import Account
from shared.channels.events import Reported
from shared.channels.leases import is_open
from shared.channels.repository import FOLLOWS_A_DEAD_PART
from shared.db.pipelined import Statement, transact
from shared.db.scopes import HouseScope

MOST_ATTEMPTS = 8
"""Of sending what is reported as failed for now."""

# What has failed once is over: told again, or overtaken, it is not about the next try.
_ITS = """delivery.connection_id = $1
       AND (delivery.external_id = $2 OR delivery.id = $3::uuid)
       AND NOT coalesce(delivery.hints -> 'failed' ? $2, false)"""
_ARRIVED = Statement(
    f"""
    UPDATE deliveries AS delivery
       SET state = CASE WHEN delivery.state IN ('sending', 'unsure') THEN 'sent'
                        ELSE delivery.state END,
           external_id = coalesce(delivery.external_id, $2), not_before = NULL,
           last_code = CASE WHEN delivery.maybe_twice THEN 'maybe_twice' END,
           finished_at = coalesce(delivery.finished_at, clock_timestamp()),
           delivered_at = CASE WHEN $4 IN ('delivered', 'read')
                               THEN least(delivery.delivered_at, to_timestamp($5::float8))
                               ELSE delivery.delivered_at END,
           read_at = CASE WHEN $4 = 'read'
                          THEN least(delivery.read_at, to_timestamp($5::float8))
                          ELSE delivery.read_at END
     WHERE {_ITS} AND delivery.state IN ('sending', 'unsure', 'sent')
    RETURNING true
    """  # noqa: S608 - of our own constants
)
_AGAIN = Statement(
    f"""
    UPDATE deliveries AS delivery
       SET state = 'ready', external_id = NULL, last_code = $4, finished_at = NULL,
           hints = jsonb_set(coalesce(delivery.hints, '{{}}'), '{{failed}}',
                             coalesce(delivery.hints -> 'failed', '[]') || to_jsonb($2::text)),
           not_before = clock_timestamp() + make_interval(secs => $5)
     WHERE {_ITS} AND delivery.state IN ('sending', 'unsure', 'sent')
       AND delivery.delivered_at IS NULL AND delivery.attempts < {MOST_ATTEMPTS}
    RETURNING true
    """  # noqa: S608 - of our own constants
)
_FAILED = Statement(
    f"""
    WITH over AS (
        UPDATE deliveries AS delivery
           SET state = 'dead', last_code = $4, finished_at = clock_timestamp(),
               external_id = coalesce(delivery.external_id, $2)
         WHERE {_ITS} AND delivery.state IN ('sending', 'unsure', 'sent')
           AND delivery.delivered_at IS NULL
        RETURNING delivery.*
    ), rest AS (
        UPDATE deliveries AS delivery
           SET state = 'dead', last_code = '{FOLLOWS_A_DEAD_PART}', finished_at = clock_timestamp()
          FROM over
         WHERE delivery.tenant_id = over.tenant_id AND delivery.channel = over.channel
           AND delivery.message_id = over.message_id AND delivery.n > over.n
           AND {is_open("delivery")}
    ), item AS (
        INSERT INTO attention_items (tenant_id, kind, subject, channel, conversation_id, details)
        SELECT over.tenant_id, 'delivery_dead', over.message_id::text, over.channel,
               over.conversation_id,
               jsonb_build_object('code', over.last_code, 'delivery', over.id)
          FROM over
        ON CONFLICT DO NOTHING
    )
    SELECT true FROM over
    """  # noqa: S608 - of our own constants
)


async def note(account: Account, told: Reported) -> str:
    """What became of it, as figures name it."""
    its = (account.id, told.external_id, _as_uuid(told.key))
    if told.state != "failed":
        call = _ARRIVED(*its, told.state, told.at.timestamp())
    elif told.again_after_s is not None:
        call = _AGAIN(*its, told.code, told.again_after_s)
    else:
        call = _FAILED(*its, told.code)
    (rows,) = await transact(HouseScope(account.tenant_id, "send"), call)
    if not rows and told.state == "failed" and told.again_after_s is not None:
        (rows,) = await transact(HouseScope(account.tenant_id, "send"), _FAILED(*its, told.code))
    return told.state if rows else "report_of_nothing"


def _as_uuid(key: str | None) -> UUID | None:
    try:
        return UUID(key) if key else None
    except ValueError:
        return None
