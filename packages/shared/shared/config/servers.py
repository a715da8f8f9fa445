"""PostgreSQL and Valkey."""

from shared.config.kinds import CheckedSettings, DatabaseUrl, RedisUrl, named, reads
from shared.errors import ConfigError


class DatabaseSettings(CheckedSettings):
    """How PostgreSQL is reached, and how long it is waited for."""

    model_config = reads("DATABASE_")

    url: DatabaseUrl | None = None
    """PostgreSQL as the application role, which row-level security binds."""
    owner_url: DatabaseUrl | None = named("OWNER_DATABASE_URL", None)
    """PostgreSQL as the owner of the tables; migrations alone use it."""
    pool_size: int = 16
    """Connections per process at most, which carry what one core can do; they are kept, because
    opening one costs 10 ms of CPU. How many that makes of all: `shared.db.connection_room`."""
    pool_timeout_s: float = 5.0
    connect_timeout_s: float = 5.0
    statement_timeout_s: float = 10.0
    transaction_timeout_s: float = 30.0
    """After that its connection is ended, though the server says nothing."""

    def require_url(self) -> str:
        if not self.url:
            raise ConfigError(
                "KONSTRUCT_DATABASE_URL is not set. `konstruct up` starts everything by itself; "
                "`konstruct env` prints the settings of one that runs."
            )
        return self.url


class RedisSettings(CheckedSettings):
    """How Valkey is reached, which speaks the protocol of Redis."""

    model_config = reads("REDIS_")

    url: RedisUrl = "redis://127.0.0.1:6379/0"
    connect_timeout_s: float = 2.0
    socket_timeout_s: float = 5.0
    pool_size: int = 32
    batch_size: int = named("OUTBOX_SIZE", 10_000)
    """Nudges and frames waiting to leave for Valkey; one more is dropped, as if it were away."""
