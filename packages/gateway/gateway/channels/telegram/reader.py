"""Reads what Telegram posts. Nothing is signed: who knows the secret that we gave to Telegram is
Telegram. Each request is one update."""

import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from shared.channels.accounts import Account
from shared.channels.events import Inbound, NotGenuine
from shared.channels.telegram.events import read_update
from shared.conversations.receive import Heard
from shared.models.message import ChannelType, KonstructMessage
from shared.secrets.sealing import digest

from gateway.channels.reader import Handshake, Raw, as_message

SECRET = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name


def normalize_telegram_event(update: Mapping[str, Any], account: Account) -> KonstructMessage:
    """An update with a message as the pipeline takes it. Raises ValueError for any other."""
    read = read_update(update, account)
    if not isinstance(read, Heard):
        raise ValueError("this update is no message to be answered")
    return as_message(account, read)


class _TelegramReader:
    channel = ChannelType.TELEGRAM

    def app_credentials(self) -> Mapping[str, str]:
        """Each bot has an address of its own."""
        return {}

    def verify(
        self,
        request: Raw,
        credentials: Mapping[str, str],
        now: datetime,  # noqa: ARG002
    ) -> None:
        said, kept = request.headers.get(SECRET, ""), credentials.get("webhook_secret", "")
        if not said or not kept or not hmac.compare_digest(digest(said), kept):
            raise NotGenuine

    def claim(self, request: Raw) -> list[str] | Handshake:
        """An update does not say whose it is: the secret is that of one bot alone."""
        _update(request)
        return []

    def read(self, request: Raw, account: Account) -> list[Inbound]:
        try:
            return [read_update(_update(request), account)]
        except (KeyError, TypeError, AttributeError, OverflowError) as error:
            raise ValueError("this is no update of Telegram's") from error


READER = _TelegramReader()


def _update(request: Raw) -> dict[str, Any]:
    update = orjson.loads(request.body)
    if not isinstance(update, dict) or "update_id" not in update:
        raise ValueError("this is no update of Telegram's")
    return update
