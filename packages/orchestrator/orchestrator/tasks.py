"""The worker's tasks, and a door by which scripts send one text on a channel.

Tasks are sync and thin: they hand a coroutine to the process's loop and wait for it. The worker's
own consumer starts the coroutine itself.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID

import orjson
import redis.asyncio as aioredis
from shared.config import settings
from shared.conversations.turns.claiming import Nudge
from shared.jobs.nudges import JOB_NAME
from shared.log import get_logger
from shared.models.message import ChannelType
from shared.outages import VALKEY_AWAY
from shared.redis_keys import webchat_response_key
from shared.runs.nudges import CANARY_NAME, TASK_NAME
from shared.telemetry.tracing import TRACEPARENT
from shared.valkey.publish import publish_canary

from orchestrator.app import app
from orchestrator.beside import begin_beside
from orchestrator.channels.at_once import send_at_once
from orchestrator.life.context import WorkerContext
from orchestrator.life.current import current_life
from orchestrator.life.runtime import runtime
from orchestrator.pipeline.respond import respond_in_turn

log = get_logger(__name__)

ANSWERED_WITHIN_S = 600.0
"""How long a caller that is no worker of ours waits, its tenant's turn included."""

CANARY_WITHIN_S = 15.0

Extras = dict[str, Any]
Sender = Callable[[str, Extras], Awaitable[None]]


@app.task(name=TASK_NAME, ignore_result=True)  # type: ignore[untyped-decorator]
def handle_message(payload: dict[str, Any]) -> None:
    """Answer the message the payload names, in its tenant's turn."""
    if _named(payload):
        runtime.run(answer_message(current_life().worker, payload), ANSWERED_WITHIN_S)


async def answer_message(worker: WorkerContext, payload: dict[str, Any]) -> None:
    """The same, for who is on the worker's loop already."""
    if named := _named(payload):
        await respond_in_turn(worker, named, payload)


@app.task(name=JOB_NAME, ignore_result=True)  # type: ignore[untyped-decorator]
def handle_job(payload: dict[str, Any]) -> None:
    """Do the job the payload names, in its tenant's turn."""
    runtime.run(_do_job(payload), ANSWERED_WITHIN_S)


async def _do_job(payload: dict[str, Any]) -> None:
    await (await begin_beside(current_life().worker)).jobs.handle(payload)


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


def _named(payload: dict[str, Any]) -> Nudge | None:
    """Tenant, run and message, which are all that is taken from the nudge: the rest is read from
    PostgreSQL. What names none is refused."""
    try:
        run_id, message_id = payload.get("run_id"), payload.get("id")
        return Nudge(
            tenant_id=UUID(str(payload["tenant_id"])),
            run_id=UUID(str(run_id)) if run_id else None,
            message_id=UUID(str(message_id)) if message_id or not run_id else None,
        )
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        log.warning("task_refused", error=type(error).__name__)
        return None


# ── doors for scripts, used by nothing of ours ─────────────────────────────────────────────────


def _build_response_extras(channel: str, extras: Extras) -> Extras:
    """What the channel's sender needs to find the person again, taken from the extras."""
    return {name: extras[name] for name in _RESPONSE_EXTRAS.get(channel, ()) if name in extras}


async def _send_response(channel: str, text: str, extras: Extras) -> None:
    """Send one text out on a channel, now. It makes no delivery: what our own agents say goes by
    `orchestrator.channels`."""
    sender = _SENDERS.get(channel)
    if sender is None:
        log.warning("no_such_channel", channel=str(channel))
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
    """Publish it to every socket of the conversation."""
    conversation_id, tenant_id = extras.get("conversation_id"), extras.get("tenant_id")
    if not conversation_id or not tenant_id:
        log.warning("web_response_without_address", has_tenant=bool(tenant_id))
        return
    frame = {"type": "response", "text": text, "conversation_id": str(conversation_id)}
    frame |= {name: extras[name] for name in WEB_FIELDS if extras.get(name) is not None}
    channel, data = webchat_response_key(str(tenant_id), str(conversation_id)), orjson.dumps(frame)
    try:
        client = aioredis.from_url(settings.redis.url)
        try:
            await client.publish(channel, data)
        finally:
            await client.aclose()
    except VALKEY_AWAY as error:
        log.warning("response_not_published", error=type(error).__name__)


async def _update_slack_placeholder(text: str, extras: Extras) -> None:
    """Put the text in the placeholder's place; beyond 4,000 characters, which an edit does not
    take, the placeholder goes and the parts are posted."""
    hints = {name: extras[name] for name in ("placeholder_ts", "channel_id") if extras.get(name)}
    await send_at_once(ChannelType.SLACK, text, extras, place=extras.get("channel_id"), hints=hints)


async def send_whatsapp_message(text: str, extras: Extras) -> None:
    """Send the text to the person's address."""
    await send_at_once(ChannelType.WHATSAPP, text, extras, place=extras.get("to"))


async def _send_outside(channel: ChannelType, text: str, extras: Extras) -> None:  # noqa: ARG001
    log.warning("channel_without_adapter", channel=str(channel))


def _by_name(name: str) -> Sender:
    """The function that has this name when it is called, so that another may stand for it."""

    async def send(text: str, extras: Extras) -> None:
        await globals()[name](text, extras)

    return send


# A channel is one row in each of these two tables.
_SENDERS: dict[str, Sender] = {
    **{channel: partial(_send_outside, channel) for channel in ChannelType},
    ChannelType.SLACK: _by_name("_update_slack_placeholder"),
    ChannelType.WHATSAPP: _by_name("send_whatsapp_message"),
    ChannelType.WEB: _send_web,
}
_ADDRESS = ("tenant_id", "connection_id")
"""Of a connection's token."""
_RESPONSE_EXTRAS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(ChannelType, (*_ADDRESS, "conversation_id")),
    ChannelType.SLACK: (*_ADDRESS, "channel_id", "placeholder_ts"),
    ChannelType.WHATSAPP: (*_ADDRESS, "phone_number_id", "to"),
    ChannelType.WEB: ("conversation_id", "tenant_id"),
}
