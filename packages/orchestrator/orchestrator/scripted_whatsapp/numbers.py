"""A business's number: who writes to it, what it sent, and what became of that."""

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import uuid4

from orchestrator.scripted_channel.faults import Faults
from orchestrator.scripted_channel.webhooks import How
from orchestrator.scripted_whatsapp.apps import App, NumberWebhooks
from orchestrator.scripted_whatsapp.people import Person, number_of
from orchestrator.scripted_whatsapp.refusals import status_error

WINDOW_S = 86_400.0
_ids = count(1)


@dataclass(frozen=True, slots=True)
class Received:
    """A message that Meta took from the business; `order` counts all there ever were."""

    id: str
    order: int
    person: str
    text: str
    key: str | None
    kind: str
    at: float


@dataclass
class Number:
    """`say` is what people do; `received` what came of the business's sending."""

    phone_number_id: str
    waba: str
    app: App
    display_phone_number: str = "15550783881"
    verified_name: str = "Acme Bakery"
    access_token: str = field(default_factory=lambda: f"EAA{uuid4().hex}")
    reports: Sequence[str] = ("sent", "delivered")
    """What is told of a message that arrives, in this order."""
    keeps_window: bool = True
    faults: Faults = field(default_factory=Faults)
    codes: deque[tuple[int, int | None]] = field(default_factory=deque)
    """The next messages are refused with these, and this Retry-After."""
    fails: deque[int] = field(default_factory=deque)
    """The next messages are taken, and fail afterwards with these."""
    received: list[Received] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    """Messages marked as read with a typing sign."""
    people: dict[str, Person] = field(default_factory=dict)
    templates: set[tuple[str, str]] = field(default_factory=set)
    media: dict[str, tuple[bytes, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.webhooks = NumberWebhooks(self.phone_number_id, self.app)
        self._good_until: int | None = None
        self.told: list[dict[str, Any]] = []
        """All events, as they were told."""

    def person(self, name: str, *, hidden: bool = False) -> Person:
        """The one of this name, made at the first call."""
        return self.people.setdefault(name, Person(name, number_of(name), hidden))

    def say(
        self,
        person: str,
        text: str = "",
        how: How | None = None,
        *,
        kind: str = "text",
        content: dict[str, Any] | None = None,
        message_id: str | None = None,
        at: float | None = None,
        **more: Any,
    ) -> str:
        """Somebody writes; the message's id. `content` is that of another kind than text."""
        who = self.person(person)
        message_id = message_id or _wamid()
        at = time.time() if at is None else at
        who.last_wrote_at[self.phone_number_id] = max(
            at, who.last_wrote_at.get(self.phone_number_id, 0.0)
        )
        said = {"text": {"body": text}} if kind == "text" else {}
        if content is not None:
            said = {kind: content}
        message = {
            **who.author(self.waba),
            "id": message_id,
            "timestamp": str(int(at)),
            "type": kind,
            **said,
            **more,
        }
        self.tell({"contacts": [who.contact(self.waba)], "messages": [message]}, who.name, how)
        return message_id

    def attach(
        self, person: str, kind: str, data: bytes, mime: str, how: How | None = None, **more: Any
    ) -> str:
        """Somebody sends a file."""
        media_id = str(10**15 + next(_ids))
        self.media[media_id] = (data, mime)
        content = {"id": media_id, "mime_type": mime, "sha256": "", **more}
        return self.say(person, how=how, kind=kind, content=content)

    def move(self, person: str, how: How | None = None) -> None:
        """A person gets another number, and so another id."""
        who = self.person(person)
        before, old_number = who.user_id(self.waba), who.wa_id
        who.moves += 1
        who.wa_id = number_of(f"{person}/{who.moves}")
        system: dict[str, Any] = {
            "body": f"User {who.name} changed from {old_number} to {who.wa_id}",
            "type": "user_changed_user_id" if who.hidden else "user_changed_number",
            "user_id": who.user_id(self.waba),
            "previous_user_id": before,
        }
        message = {"id": _wamid(), "timestamp": str(int(time.time())), "type": "system"}
        if not who.hidden:
            system["wa_id"] = who.wa_id
            message["from"] = old_number
        self.tell({"messages": [message | {"system": system}]}, who.name, how)

    def take(self, place: str, text: str, key: str | None, kind: str) -> Received:
        """A message of the business's is there from now on, or is not: what becomes of it is told
        afterwards."""
        number = next(_ids)
        who = self._reached(place)
        took = Received(
            _wamid(), number, place if who is None else who.name, text, key, kind, time.monotonic()
        )
        code = self._failure(who, kind)
        if code is None:
            self.received.append(took)
        asyncio.get_running_loop().call_soon(self._report, took, who, code)
        return took

    @property
    def revoked(self) -> bool:
        """Whether the access token is no good (any more)."""
        return self._good_until is not None and len(self.received) >= self._good_until

    def revoke_after(self, messages: int = 0) -> None:
        """The access token is good for so many more messages."""
        self._good_until = len(self.received) + messages

    def restore(self) -> None:
        self._good_until = None

    def texts(self, person: str) -> list[str]:
        """What a person reads, in order."""
        return [took.text for took in self.received if took.person == person]

    def tell(self, value: dict[str, Any], person: str, how: How | None = None) -> None:
        """Deliver what happened, soon."""
        metadata = {
            "display_phone_number": self.display_phone_number,
            "phone_number_id": self.phone_number_id,
        }
        event = {
            "place": person,
            "waba": self.waba,
            "field": "messages",
            "value": {"messaging_product": "whatsapp", "metadata": metadata, **value},
        }
        self.told.append(event)
        if self.webhooks.url is None:
            self.webhooks.url = self.app.callback_url
        self.webhooks.post(event, how or How())

    def _reached(self, place: str) -> Person | None:
        for person in self.people.values():
            if place in (person.wa_id, person.user_id(self.waba)):
                return person
        return None

    def _failure(self, who: Person | None, kind: str) -> int | None:
        if self.fails:
            return self.fails.popleft()
        if who is None or who.blocks:
            return 131026
        wrote_at = who.last_wrote_at.get(self.phone_number_id, 0.0)
        if self.keeps_window and kind != "template" and time.time() - wrote_at > WINDOW_S:
            return 131047
        return None

    def _report(self, took: Received, who: Person | None, code: int | None) -> None:
        for state in self.reports if code is None else ("failed",):
            status: dict[str, Any] = {
                "id": took.id,
                "status": state,
                "timestamp": str(int(time.time())),
                "recipient_id": took.person if who is None or who.hidden else who.wa_id,
            }
            if who is not None:
                status["recipient_user_id"] = who.user_id(self.waba)
            if took.key is not None:
                status["biz_opaque_callback_data"] = took.key
            if code is not None:
                status["errors"] = [status_error(code, "it did not arrive")]
            contacts = [] if who is None else [who.contact(self.waba)]
            self.tell({"contacts": contacts, "statuses": [status]}, took.person)


def _wamid() -> str:
    return f"wamid.HBgL{next(_ids):016}"
