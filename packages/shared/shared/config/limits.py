"""Settings of rate limits and of a tenant's quotas."""

from shared.config.kinds import CheckedSettings, Rate, named


class LimitSettings(CheckedSettings):
    """How much a person, an address or a tenant may do in a period."""

    enabled: bool = named("LIMITS_ENABLED", True)
    """False lifts every rate and connection limit, for load tests. Runs at once stay limited."""
    login: Rate = named("LOGIN_LIMIT", "10/5 minutes")
    """Failed log-ins per e-mail."""
    login_address: Rate = named("LOGIN_ADDRESS_LIMIT", "100/5 minutes")
    """Failed log-ins per address. An address may be a whole office."""
    invitation: Rate = named("INVITATION_LIMIT", "20/5 minutes")
    """Attempts with invalid invitation links, per address."""
    message: Rate = named("MESSAGE_LIMIT", "30/minute")
    """Messages per user."""
    contact: Rate = named("CONTACT_LIMIT", "120/hour")
    """Messages per person on a channel of another platform. Only a loop is faster."""
    visit: Rate = named("VISIT_LIMIT", "60/5 minutes")
    """Visits that an address may begin at the doors of this installation. It may be an office."""
    visitor_message: Rate = named("VISITOR_MESSAGE_LIMIT", "20/minute")
    """Messages per visitor of a door."""
    visitor_address: Rate = named("VISITOR_ADDRESS_LIMIT", "120/minute")
    """Messages of all visitors from one address."""
    door_message: Rate = named("DOOR_MESSAGE_LIMIT", "300/minute")
    """Messages of all visitors of one door, so that none uses up what its business may send."""
    tenant_messages_per_minute: int = 600
    tenant_tokens_per_day: int = 50_000_000
    """Input and output tokens together: far above what people use, low enough to end a runaway."""
    tenant_runs_at_once: int = 256
    """Of a worker's 320, so that one tenant's flood leaves room. Further runs wait."""
    tenant_ttl_s: float = named("TENANT_LIMITS_TTL_S", 10.0)
    """How long a gateway relies on what it last read of a tenant's limits and tokens."""
