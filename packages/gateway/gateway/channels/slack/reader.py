"""Reads what Slack posts: signed with the app's secret over the raw body, and not older than five
minutes. A retry's header says nothing: it may be the first that arrives."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from shared.channels.accounts import Account
from shared.channels.events import Inbound
from shared.channels.slack.events import account_key, read_event
from shared.config import settings
from shared.conversations.receive import Heard
from shared.models.message import ChannelType, KonstructMessage

from gateway.channels.reader import Handshake, Raw, as_message
from gateway.channels.signed import require_signed_lately

_NOT_SLACKS = "this is no request of Slack's"


def normalize_slack_event(payload: Mapping[str, Any], account: Account) -> KonstructMessage:
    """A message's payload as the pipeline takes it. Raises ValueError for any other."""
    read = read_event(payload, account)
    if not isinstance(read, Heard):
        raise ValueError("this event is no message to be answered")
    return as_message(account, read)


class _SlackReader:
    channel = ChannelType.SLACK

    def app_credentials(self) -> Mapping[str, str]:
        secret = settings.channels.slack_signing_secret
        return {} if secret is None else {"signing_secret": secret.get_secret_value()}

    def verify(self, request: Raw, credentials: Mapping[str, str], now: datetime) -> None:
        require_signed_lately(
            request,
            credentials.get("signing_secret", ""),
            now,
            version="v0",
            stamp="X-Slack-Request-Timestamp",
            proof="X-Slack-Signature",
        )

    def claim(self, request: Raw) -> list[str] | Handshake:
        body = _read(request)
        if body.get("type") == "url_verification":
            said = orjson.dumps({"challenge": str(body.get("challenge", ""))})
            return Handshake(said.decode(), "application/json")
        try:
            return [account_key(body)]
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(_NOT_SLACKS) from error

    def read(self, request: Raw, account: Account) -> list[Inbound]:
        try:
            return [read_event(_read(request), account)]
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(_NOT_SLACKS) from error


READER = _SlackReader()


def _read(request: Raw) -> dict[str, Any]:
    body = orjson.loads(request.body)
    if not isinstance(body, dict):
        raise ValueError(_NOT_SLACKS)
    return body
