"""Publishes what changed, to all sockets of a conversation, to workers and to gateways.

Publishing only wakes others up: PostgreSQL is the truth, and a reader that misses a message catches
up from there. So it goes through the batch, and a failure is logged and swallowed.
"""

from uuid import UUID

import orjson

from shared.events import Changeable, ChangedFrame, ServerFrame
from shared.redis_keys import (
    Id,
    access_revoked_key,
    account_changed_key,
    channel_working_key,
    delivery_ready_key,
    gateway_canary_key,
    person_news_key,
    run_control_key,
    tenant_news_key,
    webchat_response_key,
)
from shared.valkey.batch import get_batch


async def publish_frame(tenant_id: UUID, conversation_id: UUID, frame: ServerFrame) -> None:
    """Send a frame to every socket of the conversation, on every gateway."""
    await publish(webchat_response_key(tenant_id, conversation_id), frame.wire())


def tell_changed(tenant_id: UUID, what: Changeable, *, person_id: Id | None = None) -> None:
    """Tell a tenant's people, or one of them, to look a list up again. Nobody waits for it."""
    get_batch().put("PUBLISH", _news_key(tenant_id, person_id), ChangedFrame(what=what).wire())


async def publish_changed(
    tenant_id: UUID, what: Changeable, *, person_id: Id | None = None
) -> None:
    """The same, and wait until it is told: for processes that end soon."""
    await publish(_news_key(tenant_id, person_id), ChangedFrame(what=what).wire())


def _news_key(tenant_id: UUID, person_id: Id | None) -> str:
    return (
        tenant_news_key(tenant_id) if person_id is None else person_news_key(tenant_id, person_id)
    )


async def publish_run_control(run_ids: list[UUID]) -> None:
    """Tell workers to check these runs, because they were stopped or reset."""
    if run_ids:
        await publish(run_control_key(), orjson.dumps([str(run_id) for run_id in run_ids]))


async def publish_access_revoked(user_id: UUID) -> None:
    """Tell gateways to check this person's sockets now."""
    await publish(access_revoked_key(), orjson.dumps({"user_id": str(user_id)}))


async def publish_account_changed(connection_id: UUID) -> None:
    """Tell gateways that what they know of this connection is old."""
    await publish(account_changed_key(), orjson.dumps({"connection_id": str(connection_id)}))


async def publish_canary(gateway_id: UUID, sent_at: float) -> None:
    """Send a gateway's canary back to it; `sent_at` is by that gateway's clock."""
    await publish(gateway_canary_key(gateway_id), orjson.dumps({"sent_at": sent_at}))


async def publish_delivery_ready(connection_id: UUID | str) -> None:
    """Tell the account's sender to look for deliveries."""
    await publish(delivery_ready_key(), str(connection_id).encode())


async def publish_working(connection_id: UUID | str, conversation_id: UUID | str) -> None:
    """Tell the account's sender that somebody writes there."""
    told = {"connection_id": str(connection_id), "conversation_id": str(conversation_id)}
    await publish(channel_working_key(), orjson.dumps(told))


async def publish(channel: str, data: bytes) -> None:
    """Publish `data` to the subscribers of `channel`."""
    await get_batch().ask("PUBLISH", channel, data)
