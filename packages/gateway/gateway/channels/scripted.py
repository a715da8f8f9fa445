"""The scripted platform's webhooks (docs/scripted-channel.md); only for development."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response
from shared.channels.connections import Account
from shared.channels.events import Deleted, Edited, Ignored, Inbound, Lifecycle, NotGenuine
from shared.config import settings
from shared.conversations.contacts import Author
from shared.conversations.inbound_events import Told
from shared.conversations.receive import Heard
from shared.errors import NotFound
from shared.models.message import ChannelType, KonstructMessage

from gateway.channels.outside import Raw, Read, as_message, take

FRESH_S = 300.0
"""A request signed longer ago, or ahead of our clock, is a replay."""

scripted_router = APIRouter()


@scripted_router.post("/channels/scripted/{connection_id}", include_in_schema=False)
async def scripted_events(connection_id: str, request: Request) -> Response:
    """Something happened on the scripted platform."""
    if not settings.channels.development:
        raise NotFound("There is no channel 'scripted' in this installation.")
    return await take(READER, connection_id, request)


def normalize_scripted_event(event: Mapping[str, Any], account: Account) -> KonstructMessage:
    """A `message` event as the pipeline takes it. Raises ValueError for any other."""
    read = _read_event(event, account)
    if not isinstance(read, Heard):
        raise ValueError("this event is no message to be answered")
    return as_message(account, read)


class _ScriptedReader:
    channel = ChannelType.SCRIPTED

    def verify(self, request: Raw, account: Account, now: datetime) -> None:
        said = request.headers.get("X-Scripted-Timestamp", "")
        proof = request.headers.get("X-Scripted-Signature", "")
        secret = account.credentials.get("signing_secret", "")
        try:
            age_s = now.timestamp() - int(said)
        except ValueError:
            raise NotGenuine from None
        signed = f"v1:{said}:".encode() + request.body
        right = "v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
        is_right = hmac.compare_digest(right.encode(), proof.encode(errors="replace"))
        if not secret or abs(age_s) > FRESH_S or not is_right:
            raise NotGenuine

    def read(self, request: Raw, account: Account) -> Read:
        try:
            body = orjson.loads(request.body)
            events = [_read_event(event, account) for event in body["events"]]
            return Read(str(body["account"]), events)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("this is no request of the scripted platform") from error


READER = _ScriptedReader()


def _read_event(event: Mapping[str, Any], account: Account) -> Inbound:
    kind = str(event["type"])
    if kind == "revoked":
        return Lifecycle("token_revoked")
    if kind not in ("message", "edit", "delete"):
        return Ignored("unknown_event")
    author = event["author"]
    if author["bot"]:
        return Ignored("bot")  # our own among them
    told = Told(
        connection_id=account.id,
        channel=account.channel,
        place=str(event["place"]),
        external_message_id=str(event["id"]),
        delivery_id=str(event["delivery"]),
        revision=str(event["revision"]),
    )
    if kind == "delete":
        return Deleted(told)
    text = str(event["text"]).replace("\0", "").strip()
    if not text:
        return Ignored("empty")
    if kind == "edit":
        return Edited(told, text)
    is_direct = event["kind"] == "direct"
    if not is_direct and f"@{account.external_key}" not in text:
        return Ignored("not_addressed")
    return Heard(
        told=told,
        author=Author(
            external_id=str(author["id"]),
            display_name=str(author.get("name", "")) or None,
            language=event.get("language"),
        ),
        text=text,
        conversation_key=None if is_direct else told.place,
        sent_at=datetime.fromisoformat(event["at"]).astimezone(UTC),
        metadata={"place": told.place, "external_message_id": told.external_message_id},
    )
