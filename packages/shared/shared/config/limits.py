"""Rate limits and a tenant's quotas."""

from shared.config.kinds import CheckedSettings, Rate, named


class LimitSettings(CheckedSettings):
    """What a person, an address or a tenant may do in a time."""

    enabled: bool = named("LIMITS_ENABLED", True)
    """False lifts every rate and connection limit, for load tests. Runs at once stay bounded."""
    login: Rate = named("LOGIN_LIMIT", "10/5 minutes")
    """Failed log-ins per e-mail."""
    login_address: Rate = named("LOGIN_ADDRESS_LIMIT", "100/5 minutes")
    """Failed log-ins per address, behind which may be an office."""
    invitation: Rate = named("INVITATION_LIMIT", "20/5 minutes")
    """Invitation links that open nothing, per address."""
    message: Rate = named("MESSAGE_LIMIT", "30/minute")
    """Messages per user."""
    tenant_messages_per_minute: int = 600
    tenant_tokens_per_day: int = 50_000_000
    """Read and written together; far above what people use, near enough to end a runaway."""
    tenant_runs_at_once: int = 256
    """Of a worker's 320, so that one tenant's flood leaves room. More than these wait."""
    tenant_ttl_s: float = named("TENANT_LIMITS_TTL_S", 10.0)
    """How long a gateway goes by what it last read of a tenant's limits and tokens."""
