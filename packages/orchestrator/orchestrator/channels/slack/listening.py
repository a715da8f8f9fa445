"""Socket Mode: events over a WebSocket that we open, where Slack cannot reach us by HTTP.

An envelope is acknowledged once what it says is stored, so Slack tells it again if we die in
between. Slack ends each connection after some hours, and the next is opened then. One that says
nothing, not even to a ping, is given up.
"""

from collections.abc import AsyncIterator
from typing import Any, Final

import aiohttp
import orjson
from shared.channels.events import Ignored, Inbound
from shared.channels.slack.events import account_key, read_event
from shared.channels.slack.sentences import sentence
from shared.log import get_logger

from orchestrator.channels.adapter import AccountRefused, Line
from orchestrator.channels.slack.account import asked
from orchestrator.channels.slack.calls import NotItself

log = get_logger(__name__)

HEARTBEAT_S: Final = 15.0
MOST_BYTES: Final = 1024 * 1024
Heard = tuple[Inbound | None, None]


async def listen(line: Line) -> AsyncIterator[Heard]:
    """What happens, until Slack wants the connection opened anew. Whoever takes one has stored it
    before asking for the next. There is no cursor: Slack remembers what was not acknowledged.
    Raises AccountRefused, and aiohttp's errors, after which the next is opened in a while."""
    address = await _address(line)
    async with line.http.ws_connect(
        address, heartbeat=HEARTBEAT_S, max_msg_size=MOST_BYTES
    ) as socket:
        async for message in socket:
            if message.type != aiohttp.WSMsgType.TEXT:
                continue
            envelope = _read(message.data)
            if envelope.get("type") == "disconnect":
                if _ends(envelope):
                    return
                continue
            if envelope.get("type") == "events_api":
                yield _inbound(envelope, line), None
            if envelope_id := envelope.get("envelope_id"):
                await socket.send_json({"envelope_id": envelope_id})
    raise NotItself("the connection broke")


async def _address(line: Line) -> str:
    """Of one connection, good once."""
    token = line.account.credentials.get("app_token", "")
    if not token:
        raise AccountRefused("no_app_token", sentence("no_app_token"))
    said = await asked(line, "apps.connections.open", token=token)
    return str(said.body["url"])


def _ends(envelope: dict[str, Any]) -> bool:
    """A warning is no end: it comes some seconds before. Raises AccountRefused, NotItself."""
    reason = str(envelope.get("reason"))
    log.info("slack_socket_ends", reason=reason)
    if reason == "link_disabled":
        raise AccountRefused(reason, sentence(reason))
    if reason not in ("warning", "refresh_requested"):
        raise NotItself(reason)  # too many connections, for one
    return reason == "refresh_requested"


def _inbound(envelope: dict[str, Any], line: Line) -> Inbound:
    """What cannot be read is acknowledged all the same: told again, it would be the same."""
    try:
        payload = envelope["payload"]
        if account_key(payload) != line.account.external_key:
            return Ignored("another_account")
        return read_event(payload, line.account)
    except (KeyError, TypeError, ValueError, AttributeError):
        return Ignored("unreadable")


def _read(data: str) -> dict[str, Any]:
    try:
        said = orjson.loads(data)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
