"""Every Redis key and pub-sub channel, all `{tenant_id}:{key_type}:{discriminator}`.

A key that belongs to no tenant begins with `platform:`. Ids may be given as UUID or text.
"""

from uuid import UUID

Id = UUID | str

BROKER_PREFIX = "platform:celery:"
"""Put by kombu before every key of the broker."""

LIMITS_PREFIX = "platform:limits"
"""Put before every rate-limit counter."""


def broker_queue_key(queue: str) -> str:
    """The list in which the broker keeps a queue's messages: put in on the left, taken on the
    right. The name is kombu's."""
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


def answer_so_far_key(tenant_id: Id, run_id: Id, attempt: int) -> str:
    """Text an attempt of a run has streamed so far, for those who join in the middle.

    Where a NUL stands in it, something has been lost, which its worker is about to set again.
    """
    return f"{tenant_id}:run:answer:{run_id}:{attempt}"


def run_control_key() -> str:
    """Pub-sub channel that tells workers to look at a run again: stopped, or reset away."""
    return "platform:run:control"


def access_revoked_key() -> str:
    """Pub-sub channel that tells gateways to check their sockets' rights again."""
    return "platform:access:revoked"


def login_link_key(token_hash: str) -> str:
    """Whom a log-in link that is not used yet logs in, by its token's hash."""
    return f"platform:login-link:{token_hash}"


def gateway_probe_key(gateway_id: Id) -> str:
    """Pub-sub channel on which a gateway asks itself whether it still hears anything."""
    return f"platform:gateway:probe:{gateway_id}"


def gateway_canary_key(gateway_id: Id) -> str:
    """Pub-sub channel on which workers send a gateway's canaries back to it."""
    return f"platform:gateway:canary:{gateway_id}"
