"""Every Redis key and pub-sub channel, all `{tenant_id}:{key_type}:{discriminator}`.

A key that belongs to no tenant begins with `platform:`. Ids may be given as UUID or text.
"""

from uuid import UUID

Id = UUID | str

BROKER_PREFIX = "platform:celery:"
"""kombu puts this before every key of the broker."""

LIMITS_PREFIX = "platform:limits"
"""Put before every rate-limit counter."""


def broker_queue_key(queue: str) -> str:
    """The list that holds a queue's messages in the broker: pushed on the left, taken on the right.
    kombu gives the name."""
    return f"{BROKER_PREFIX}{queue}"


def memory_short_key(tenant_id: Id, agent_id: Id, user_id: Id) -> str:
    """Short-term memory of one agent about one user."""
    return f"{tenant_id}:memory:short:{agent_id}:{user_id}"


def escalation_status_key(tenant_id: Id, thread_id: Id) -> str:
    """Whether a thread has been handed to a person."""
    return f"{tenant_id}:escalation:status:{thread_id}"


def webchat_response_key(tenant_id: Id, conversation_id: Id) -> str:
    """Pub-sub channel on which every frame about a web conversation is published."""
    return f"{tenant_id}:webchat:response:{conversation_id}"


def tenant_news_key(tenant_id: Id) -> str:
    """Pub-sub channel that tells all of a tenant's people which lists have changed."""
    return f"{tenant_id}:news:everybody"


def person_news_key(tenant_id: Id, person_id: Id) -> str:
    """Pub-sub channel that tells one person which of their own lists have changed."""
    return f"{tenant_id}:news:{person_id}"


def all_news_key(tenant_id: Id) -> str:
    """Pattern of all channels of a tenant's news: everybody's, and each person's own."""
    return f"{tenant_id}:news:*"


def answer_so_far_key(tenant_id: Id, run_id: Id, attempt: int) -> str:
    """The text an attempt of a run has streamed so far, for sockets that join in the middle.

    A NUL in it marks a hole: a part got lost, and the worker will set the whole text again.
    """
    return f"{tenant_id}:run:answer:{run_id}:{attempt}"


def run_control_key() -> str:
    """Pub-sub channel that tells workers to check runs that were stopped or reset."""
    return "platform:run:control"


def access_revoked_key() -> str:
    """Pub-sub channel that tells gateways to check their sockets' rights again."""
    return "platform:access:revoked"


def delivery_ready_key() -> str:
    """Pub-sub channel that tells workers which account has a delivery to send."""
    return "platform:delivery:ready"


def account_changed_key() -> str:
    """Pub-sub channel that tells gateways to read a connection and its secrets again."""
    return "platform:account:changed"


def channel_working_key() -> str:
    """Pub-sub channel that tells workers in which conversation of which account somebody writes."""
    return "platform:channel:working"


def channel_ignored_key(tenant_id: Id, connection_id: Id, hour: str) -> str:
    """How many events of an account were ignored in an hour, by reason."""
    return f"{tenant_id}:channel:ignored:{connection_id}:{hour}"


def login_link_key(token_hash: str) -> str:
    """The person whom an unused log-in link logs in, by the hash of its token."""
    return f"platform:login-link:{token_hash}"


def password_reset_key(token_hash: str) -> str:
    """The person who may set a new password by an unused link, by the hash of its token."""
    return f"platform:password-reset:{token_hash}"


def gateway_probe_key(gateway_id: Id) -> str:
    """Pub-sub channel on which a gateway publishes to itself, to test that it still hears."""
    return f"platform:gateway:probe:{gateway_id}"


def gateway_canary_key(gateway_id: Id) -> str:
    """Pub-sub channel on which workers send a gateway's canaries back to it."""
    return f"platform:gateway:canary:{gateway_id}"
