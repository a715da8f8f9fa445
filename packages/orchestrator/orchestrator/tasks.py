"""The worker's task, and how an answer goes back to the channel its message came from.

Tasks are sync and thin: they hand a coroutine to the process's loop and wait for it. The worker's
own intake starts the coroutine itself.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import orjson
import redis.asyncio as aioredis
from shared.config import settings
from shared.log import get_logger
from shared.models.message import ChannelType
from shared.outages import VALKEY_AWAY
from shared.redis_keys import webchat_response_key
from shared.runs.nudges import CANARY_NAME, TASK_NAME
from shared.telemetry.tracing import TRACEPARENT
from shared.valkey.publish import publish, publish_canary

from orchestrator.app import app
from orchestrator.life.runtime import runtime
from orchestrator.life.worker_life import WorkerLife, current_life
from orchestrator.pipeline.claim import Claimed
from orchestrator.pipeline.respond import respond_in_turn

log = get_logger(__name__)

ANSWERED_WITHIN_S = 600.0
"""How long a caller that is no worker of ours waits, its tenant's turn included."""

CANARY_WITHIN_S = 15.0

Extras = dict[str, Any]


@app.task(name=TASK_NAME, ignore_result=True)  # type: ignore[untyped-decorator]
def handle_message(payload: dict[str, Any]) -> None:
    """Answer the message the payload names, in its tenant's turn."""
    if _named(payload):
        runtime.run(answer_message(current_life(), payload), ANSWERED_WITHIN_S)


async def answer_message(life: WorkerLife, payload: dict[str, Any]) -> None:
    """The same, for who is on the worker's loop already."""
    if named := _named(payload):
        await respond_in_turn(life, *named, payload, _respond_on_channel)


@app.task(name=CANARY_NAME, ignore_result=True)  # type: ignore[untyped-decorator]
def canary(payload: dict[str, Any]) -> None:
    """Send a gateway's canary back to it."""
    runtime.run(return_canary(payload), timeout_s=CANARY_WITHIN_S)


async def return_canary(payload: dict[str, Any]) -> None:
    """The same, for who is on the worker's loop already. It went all the way a message goes,
    through the broker and this loop, and has nothing to do with any tenant."""
    try:
        gateway_id, sent_at = UUID(str(payload["gateway_id"])), float(payload["sent_at"])
    except (KeyError, ValueError, TypeError) as error:
        log.warning("task_refused", error=type(error).__name__)
        return
    await publish_canary(gateway_id, sent_at)


def _named(payload: dict[str, Any]) -> tuple[UUID, UUID] | None:
    """Tenant and message, which are all that is taken from the nudge: the rest is read from
    PostgreSQL. What names none is refused."""
    try:
        return UUID(str(payload["tenant_id"])), UUID(str(payload["id"]))
    except (KeyError, ValueError, TypeError) as error:
        log.warning("task_refused", error=type(error).__name__)
        return None


async def _respond_on_channel(claimed: Claimed, text: str, told: Extras) -> None:
    channel = claimed.message.channel
    await _send_response(channel, text, _build_response_extras(channel, claimed.extras) | told)


def _build_response_extras(channel: str, extras: Extras) -> Extras:
    """What the channel's sender needs to find the person again, taken from the extras."""
    return {name: extras[name] for name in _RESPONSE_EXTRAS.get(channel, ()) if name in extras}


async def _send_response(channel: str, text: str, extras: Extras) -> None:
    """Send an answer out on the channel its message came from."""
    sender = _SENDERS.get(channel)
    if sender is None:
        log.warning("no_sender_for_channel", channel=str(channel))
        return
    await sender(text, extras)


WEB_FIELDS = (
    "message_id",
    "seq",
    "reply_to",
    "status",
    "created_at",
    "error_code",
    "finish",
    TRACEPARENT,
)


async def _send_web(text: str, extras: Extras) -> None:
    """Publish the outcome to every socket of the conversation. It is stored already, so a Valkey
    that is away only means that clients get it when they catch up."""
    conversation_id, tenant_id = extras.get("conversation_id"), extras.get("tenant_id")
    if not conversation_id or not tenant_id:
        log.warning("web_response_without_address", has_tenant=bool(tenant_id))
        return
    frame = {"type": "response", "text": text, "conversation_id": str(conversation_id)}
    frame |= {name: extras[name] for name in WEB_FIELDS if extras.get(name) is not None}
    channel, data = webchat_response_key(str(tenant_id), str(conversation_id)), orjson.dumps(frame)
    if runtime.is_loop(asyncio.get_running_loop()):
        await publish(channel, data)
        return
    try:
        client = aioredis.from_url(settings.redis.url)
        try:
            await client.publish(channel, data)
        finally:
            await client.aclose()
    except VALKEY_AWAY as error:
        log.warning("response_not_published", error=type(error).__name__)


# A channel is one row in each of these two tables.
_SENDERS: dict[str, Callable[[str, Extras], Awaitable[None]]] = {ChannelType.WEB: _send_web}
_RESPONSE_EXTRAS: dict[str, tuple[str, ...]] = {ChannelType.WEB: ("conversation_id", "tenant_id")}
