"""Reads what the scripted platform posts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from shared.channels.accounts import Account
from shared.channels.events import Inbound
from shared.channels.scripted.events import read_event
from shared.config import settings
from shared.conversations.receive import Heard
from shared.models.message import ChannelType, KonstructMessage

from gateway.channels.reader import Handshake, Raw, as_message
from gateway.channels.signed import require_signed_lately


def normalize_scripted_event(event: Mapping[str, Any], account: Account) -> KonstructMessage:
    """A `message` event as the pipeline takes it. Raises ValueError for any other."""
    read = read_event(event, account)
    if not isinstance(read, Heard):
        raise ValueError("this event is no message to be answered")
    return as_message(account, read)


class _ScriptedReader:
    channel = ChannelType.SCRIPTED

    def app_credentials(self) -> Mapping[str, str]:
        secret = settings.channels.scripted_signing_secret
        return {} if secret is None else {"signing_secret": secret.get_secret_value()}

    def verify(self, request: Raw, credentials: Mapping[str, str], now: datetime) -> None:
        require_signed_lately(
            request,
            credentials.get("signing_secret", ""),
            now,
            version="v1",
            stamp="X-Scripted-Timestamp",
            proof="X-Scripted-Signature",
        )

    def claim(self, request: Raw) -> list[str] | Handshake:
        body = _read(request)
        if "challenge" in body:
            return Handshake(str(body["challenge"]))
        return [str(body["account"])]

    def read(self, request: Raw, account: Account) -> list[Inbound]:
        try:
            return [read_event(event, account) for event in _read(request)["events"]]
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("this is no request of the scripted platform") from error


READER = _ScriptedReader()


def _read(request: Raw) -> dict[str, Any]:
    body = orjson.loads(request.body)
    if not isinstance(body, dict) or not {"challenge", "account"} & set(body):
        raise ValueError("this is no request of the scripted platform")
    return body
