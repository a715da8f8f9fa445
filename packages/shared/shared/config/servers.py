"""Settings of PostgreSQL and Valkey."""

from shared.config.kinds import CheckedSettings, DatabaseUrl, RedisUrl, named, reads
from shared.errors import ConfigError


class DatabaseSettings(CheckedSettings):
    """How PostgreSQL is reached, and the bounds of waiting for it."""

    model_config = reads("DATABASE_")

    url: DatabaseUrl | None = None
    """PostgreSQL as the application role, which row-level security binds."""
    owner_url: DatabaseUrl | None = named("OWNER_DATABASE_URL", None)
    """PostgreSQL as the owner of the tables. Only migrations use it."""
    pool_size: int = 16
    """Connections per process at most: enough for what one core can do. They stay open, because
    opening one costs 10 ms of CPU. `shared.db.connection_room` has the sum over all processes."""
    pool_timeout_s: float = 5.0
    connect_timeout_s: float = 5.0
    statement_timeout_s: float = 10.0
    transaction_timeout_s: float = 30.0
    """A connection that is in use for longer is closed by us, even if the server is silent."""

    def require_url(self) -> str:
        if not self.url:
            raise ConfigError(
                "KONSTRUCT_DATABASE_URL is not set. `konstruct up` starts everything by itself; "
                "`konstruct env` prints the settings of one that runs."
            )
        return self.url


class RedisSettings(CheckedSettings):
    """How Valkey is reached. It speaks Redis's protocol."""

    model_config = reads("REDIS_")

    url: RedisUrl = "redis://127.0.0.1:6379/0"
    connect_timeout_s: float = 2.0
    socket_timeout_s: float = 5.0
    pool_size: int = 32
    batch_size: int = named("OUTBOX_SIZE", 10_000)
    """Nudges and frames waiting to be sent to Valkey. One more is dropped, as in an outage."""
