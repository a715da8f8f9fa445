"""Which errors say that a server is away or too slow, and not that we asked it something wrong."""

from redis.exceptions import RedisError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeoutError, OSError)
VALKEY_AWAY = (RedisError, OSError)
"""OSError covers refused connections and time-outs."""

_OF_DATA = ("22", "23", "54")
"""Classes of SQLSTATE: data that cannot be, constraints, and limits of the program's."""


def passes(error: BaseException) -> bool:
    """Whether asking again later may help. Some errors of data are called operational, too."""
    state = getattr(getattr(error, "orig", error), "sqlstate", None)
    return not str(state or "").startswith(_OF_DATA)
