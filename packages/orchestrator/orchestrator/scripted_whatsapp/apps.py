"""A Meta app: its secret signs the webhooks of all numbers that it is subscribed to."""

import hashlib
import hmac
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aiohttp
import orjson

from orchestrator.scripted_channel.webhooks import TAKEN_WITHIN_S, Webhooks


def sign(secret: str, body: bytes) -> dict[str, str]:
    """The header that proves where a request comes from. There is no time stamp in it."""
    proof = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={proof}"}


@dataclass
class App:
    """`callback_url` is set by hand in Meta's dashboard; a number may have its own."""

    name: str
    secret: str = field(default_factory=lambda: f"secret-{uuid4().hex}")
    callback_url: str | None = None
    subscribed: set[str] = field(default_factory=set)
    """WhatsApp business accounts whose events it hears."""

    @property
    def id(self) -> str:
        return str(int(hashlib.sha256(self.name.encode()).hexdigest()[:12], 16))


class NumberWebhooks(Webhooks):
    """What happens at one number, told where the app or the number says. Nothing is in order."""

    def __init__(self, number_id: str, app: App) -> None:
        super().__init__(number_id, app.secret, ordered=False)
        self.app = app

    def body_of(self, events: Sequence[dict[str, Any]]) -> bytes:
        return payload(events)

    def signed(self, body: bytes) -> dict[str, str]:
        return sign(self.app.secret, body)


def payload(events: Sequence[dict[str, Any]]) -> bytes:
    """Meta's request; several events may be of several business accounts."""
    entries = [
        {"id": event["waba"], "changes": [{"value": event["value"], "field": event["field"]}]}
        for event in events
    ]
    return orjson.dumps({"object": "whatsapp_business_account", "entry": entries})


async def is_ours(url: str, verify_token: str) -> bool:
    """Whether the address answers Meta's greeting as it must."""
    challenge = str(random.randrange(10**9))  # noqa: S311 - no secret
    asked = {
        "hub.mode": "subscribe",
        "hub.verify_token": verify_token,
        "hub.challenge": challenge,
    }
    timeout = aiohttp.ClientTimeout(total=TAKEN_WITHIN_S)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(url, params=asked) as answer,
        ):
            return answer.status == 200 and await answer.text() == challenge
    except (aiohttp.ClientError, TimeoutError, OSError):
        return False
