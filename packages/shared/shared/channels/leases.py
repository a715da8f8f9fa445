"""Who sends for an account, and who listens: one worker each, for as long as its lease holds.

The number grows with each change of hands; what the worker before still writes bears the old one
and is refused. A lease is good for 30 s and a call to a platform takes 15 s at most, so whoever
takes over knows that the calls of the one before are over.
"""

from dataclasses import dataclass
from uuid import UUID

from shared.db.pipelined import Statement, transact
from shared.db.scopes import SystemScope

TTL_S = 30.0
RENEW_S = 10.0
CALL_TIMEOUT_S = 15.0
SEND = "send"
LISTEN = "listen"


@dataclass(frozen=True, slots=True)
class Taken:
    """An account that is ours to serve."""

    connection_id: UUID
    tenant_id: UUID
    channel: str
    number: int


def is_open(delivery: str) -> str:
    """It is unfinished, as the indexes of what is open say it."""
    return f"{delivery}.state IN ('ready', 'sending')"


def holds(connection_id: str, number: str, role: str = SEND) -> str:
    """The sender of this number has the account, by the database's clock."""
    return f"""EXISTS (SELECT FROM connection_leases AS lease
                    WHERE lease.connection_id = {connection_id} AND lease.role = '{role}'
                      AND lease.number = {number} AND lease.until > clock_timestamp())"""


# Accounts with something to send, each found by one step along the index of what is open. After a
# day what is left is given up, whatever the account waits for.
_WANTING = """
    WITH RECURSIVE wanting (connection_id) AS (
        (SELECT delivery.connection_id FROM deliveries AS delivery
          WHERE delivery.state IN ('ready', 'sending')
          ORDER BY delivery.connection_id LIMIT 1)
        UNION ALL
        SELECT (SELECT delivery.connection_id FROM deliveries AS delivery
                 WHERE delivery.state IN ('ready', 'sending')
                   AND delivery.connection_id > wanting.connection_id
                 ORDER BY delivery.connection_id LIMIT 1)
          FROM wanting WHERE wanting.connection_id IS NOT NULL
    )
"""
_SERVED = """
    EXISTS (SELECT FROM connection_leases AS its
             WHERE its.connection_id = connection.id AND its.role = $2
               AND its.until > clock_timestamp())
"""
_TAKE = f"""
    INSERT INTO connection_leases AS lease (connection_id, role, worker_id, number, until)
    SELECT connection.id, $2, $1::uuid, 1, clock_timestamp() + make_interval(secs => $3)
      FROM channel_connections AS connection
     WHERE connection.state IN ('live', 'failing') AND NOT {_SERVED}
"""  # noqa: S608 - of our own constants
_ON_CONFLICT = """
    ON CONFLICT (connection_id, role) DO UPDATE
       SET worker_id = excluded.worker_id, number = lease.number + 1, until = excluded.until
     WHERE lease.until <= clock_timestamp()
    RETURNING lease.connection_id, lease.number
"""
_OURS = """
    SELECT taken.connection_id, connection.tenant_id, connection.channel_type, taken.number
      FROM taken JOIN channel_connections AS connection ON connection.id = taken.connection_id
"""
_TAKE_WANTING = Statement(
    f"""
    {_WANTING}, taken AS ({_TAKE}
       AND connection.id IN (SELECT wanting.connection_id FROM wanting)
       AND (coalesce(connection.not_before, '-infinity') <= clock_timestamp()
            OR EXISTS (SELECT FROM deliveries AS old
                        WHERE old.connection_id = connection.id
                          AND old.state IN ('ready', 'sending')
                          AND old.created_at < clock_timestamp() - interval '1 day'))
     LIMIT $4::integer
    {_ON_CONFLICT}) {_OURS}
    """  # noqa: S608 - of our own constants
)
_TAKE_ONE = Statement(f"WITH taken AS ({_TAKE} AND connection.id = $4 {_ON_CONFLICT}) {_OURS}")
_LISTENED_TO = "(connection.config ->> 'listens') = 'true'"
_TAKE_LISTENING = Statement(
    f"""
    WITH taken AS ({_TAKE} AND {_LISTENED_TO}
       AND (connection.state = 'live'
            OR coalesce(connection.not_before, '-infinity') <= clock_timestamp())
     LIMIT $4::integer
    {_ON_CONFLICT}) {_OURS}
    """
)
_RENEW_LISTENING = Statement(
    f"""
    UPDATE connection_leases AS lease
       SET until = clock_timestamp() + make_interval(secs => $3)
      FROM channel_connections AS connection
     WHERE lease.worker_id = $1 AND lease.role = $2 AND lease.until > clock_timestamp()
       AND connection.id = lease.connection_id AND connection.state IN ('live', 'failing')
       AND {_LISTENED_TO}
    RETURNING lease.connection_id, lease.number
    """  # noqa: S608 - of our own constants
)
_RENEW = Statement(
    """
    UPDATE connection_leases AS lease
       SET until = clock_timestamp() + make_interval(secs => $3)
     WHERE lease.worker_id = $1 AND lease.role = $2 AND lease.until > clock_timestamp()
    RETURNING lease.connection_id, lease.number
    """
)
_GIVE_BACK = Statement(
    """
    UPDATE connection_leases AS lease
       SET until = clock_timestamp()
     WHERE lease.connection_id = $1 AND lease.role = $2 AND lease.number = $3
    """
)


async def take_wanting(worker_id: UUID, *, role: str, limit: int) -> list[Taken]:
    """Accounts that have something to send and that nobody serves: they are this worker's now."""
    call = _TAKE_WANTING(worker_id, role, TTL_S, limit)
    (rows,) = await transact(SystemScope("lease"), call)
    return [Taken(*row) for row in rows]


async def take(worker_id: UUID, connection_id: UUID, *, role: str) -> Taken | None:
    """This account, unless somebody serves it."""
    (rows,) = await transact(SystemScope("lease"), _TAKE_ONE(worker_id, role, TTL_S, connection_id))
    return Taken(*rows[0]) if rows else None


async def take_listening(worker_id: UUID, *, limit: int) -> list[Taken]:
    """Accounts that are to be listened to, and that nobody listens to: this worker does now. One
    that is failing has its pause first."""
    call = _TAKE_LISTENING(worker_id, LISTEN, TTL_S, limit)
    (rows,) = await transact(SystemScope("lease"), call)
    return [Taken(*row) for row in rows]


async def renew_listening(worker_id: UUID) -> dict[UUID, int]:
    """As `renew`, of what is to be listened to still."""
    (rows,) = await transact(SystemScope("lease"), _RENEW_LISTENING(worker_id, LISTEN, TTL_S))
    return dict(rows)


async def renew(worker_id: UUID, *, role: str) -> dict[UUID, int]:
    """All of this worker's, at once: accounts and numbers. Any other it has lost."""
    (rows,) = await transact(SystemScope("lease"), _RENEW(worker_id, role, TTL_S))
    return dict(rows)


async def give_back(connection_id: UUID, number: int, *, role: str) -> None:
    await transact(SystemScope("lease"), _GIVE_BACK(connection_id, role, number))
