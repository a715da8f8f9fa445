"""Tells outages (a server is away or too slow) from errors of our own requests."""

from redis.exceptions import RedisError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeoutError, OSError)
VALKEY_AWAY = (RedisError, OSError)
"""OSError covers refused connections and time-outs."""

_OF_DATA = ("22", "23", "54")
"""SQLSTATE classes of our own mistakes: invalid data, constraints, program limits."""


def passes(error: BaseException) -> bool:
    """Whether asking again later may help. Drivers call some data errors operational too."""
    state = getattr(getattr(error, "orig", error), "sqlstate", None)
    return not str(state or "").startswith(_OF_DATA)
