"""Which errors say that a server is away or too slow, and not that we asked it something wrong."""

from redis.exceptions import RedisError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeoutError, OSError)
VALKEY_AWAY = (RedisError, OSError)
"""OSError covers refused connections and time-outs."""
