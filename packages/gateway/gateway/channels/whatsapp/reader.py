"""Reads what Meta posts: one request may tell of several businesses' numbers.

A request proves itself with the app's secret and has no time stamp, so nothing but what we have
stored already tells a replay from news.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import orjson
from shared.channels.accounts import Account
from shared.channels.events import Inbound, NotGenuine
from shared.channels.whatsapp.ids import own_verify_token
from shared.config import settings
from shared.conversations.receive import Heard
from shared.models.message import ChannelType, KonstructMessage
from shared.secrets.sealing import digest

from gateway.channels.reader import Handshake, Raw, as_message
from gateway.channels.signed import same, sha256_of
from gateway.channels.whatsapp.events import read_value

NOT_METAS = "this is no request of Meta's about WhatsApp"


def normalize_whatsapp_event(value: Mapping[str, Any], account: Account) -> KonstructMessage:
    """The first message of a change's `value` as the pipeline takes it. Raises ValueError if there
    is none."""
    for event in read_value(value, account):
        if isinstance(event, Heard):
            return as_message(account, event)
    raise ValueError("there is no message to be answered in this event")


class _WhatsAppReader:
    channel = ChannelType.WHATSAPP

    def app_credentials(self) -> Mapping[str, str]:
        secret = settings.channels.whatsapp_app_secret
        token = settings.channels.whatsapp_verify_token
        if secret is None:
            return {}
        known = {"app_secret": secret.get_secret_value()}
        return known | ({"verify_token": digest(token.get_secret_value())} if token else {})

    def verify(self, request: Raw, credentials: Mapping[str, str], now: datetime) -> None:  # noqa: ARG002
        secret = credentials.get("app_secret", "")
        if request.method == "GET":
            _verify_greeting(request, secret, credentials.get("verify_token", ""))
            return
        proof = request.headers.get("X-Hub-Signature-256", "")
        if not secret or not same(f"sha256={sha256_of(secret, request.body)}", proof):
            raise NotGenuine

    def claim(self, request: Raw) -> list[str] | Handshake:
        if request.method == "GET":
            return Handshake(request.query["hub.challenge"])
        try:
            return [number for number, _ in _changes(request) if number is not None]
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(NOT_METAS) from error

    def read(self, request: Raw, account: Account) -> list[Inbound]:
        try:
            return [
                event
                for number, value in _changes(request)
                if number == account.external_key
                for event in read_value(value, account)
            ]
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(NOT_METAS) from error


READER = _WhatsAppReader()


def _verify_greeting(request: Raw, secret: str, token_digest: str) -> None:
    """Meta asks whether the address is ours, with a token that we have said or made."""
    said = request.query.get("hub.verify_token", "")
    right = [token_digest] if token_digest else []
    if secret:
        right.append(digest(own_verify_token(secret)))
    is_ours = any(same(each, digest(said)) for each in right)
    greets = request.query.get("hub.mode") == "subscribe" and "hub.challenge" in request.query
    if not (is_ours and greets):
        raise NotGenuine


def _changes(request: Raw) -> Iterator[tuple[str | None, Mapping[str, Any]]]:
    """Each change with the number it is about; None where it is about none."""
    body = orjson.loads(request.body)
    if body["object"] != "whatsapp_business_account":
        raise ValueError(NOT_METAS)
    for entry in body["entry"]:
        for change in entry["changes"]:
            value = change["value"]
            number = value.get("metadata", {}).get("phone_number_id")
            if change["field"] != "messages":
                value = {"other": change["field"]}
            yield None if number is None else str(number), value
