"""An account on the scripted platform: who writes to it, what it got, and how it answers."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any, Literal
from uuid import uuid4

from orchestrator.scripted_channel.faults import Faults
from orchestrator.scripted_channel.webhooks import How, Webhooks

Keys = Literal["repeat", "ask", "none"]
"""What the account does with idempotency keys: the same key makes one message; it can be asked
what came of a key; or neither."""

_ids = count(1)


@dataclass(frozen=True, slots=True)
class Received:
    """A message this platform took from us. `order` counts all it ever took."""

    id: str
    order: int
    place: str
    text: str
    key: str | None
    format: str
    thread: str | None
    at: float


@dataclass
class Account:
    """`say`, `edit` and `delete` are what people do; `received` is what came of our sending."""

    name: str
    webhooks: Webhooks
    keys: Keys = "repeat"
    token: str = field(default_factory=lambda: f"token-{uuid4().hex}")
    echoes: bool = True
    """Whether what we send comes back as an event, as on most platforms."""
    max_chars: int = 2_000
    faults: Faults = field(default_factory=Faults)
    received: list[Received] = field(default_factory=list)
    asked: int = 0
    """Look-ups of keys."""
    files: dict[str, bytes] = field(default_factory=dict)
    """What people sent, by its id."""
    typing: int = 0
    typing_fails: bool = False
    revoked: bool = False
    _good_for: int | None = None
    """So many more messages; None for any number."""
    _by_key: dict[str, Received] = field(default_factory=dict)
    _said: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def bot_id(self) -> str:
        return f"bot-{self.name}"

    def say(
        self,
        place: str,
        text: str,
        how: How | None = None,
        *,
        author: str | None = None,
        bot: bool = False,
        kind: str = "direct",
        thread: str | None = None,
        message_id: str | None = None,
        at: datetime | None = None,
        **more: Any,
    ) -> str:
        """Somebody writes; the message's id. Without an author it is the person of the place."""
        message_id = message_id or f"m-{next(_ids):06}"
        author_id = author or f"person-{place}"
        event = {
            "type": "message",
            "id": message_id,
            "place": place,
            "kind": kind,
            "thread": thread,
            "author": {"id": author_id, "name": author_id.title(), "bot": bot},
            "text": text,
            "at": (at or datetime.now(UTC)).isoformat(),
            "revision": "",
            **more,
        }
        self._said[message_id] = event
        self.webhooks.post(event, how or How())
        return message_id

    def edit(self, message_id: str, text: str, how: How | None = None) -> None:
        """Its author writes it anew. The same text again is an edit, too: platforms do that."""
        changed = {"type": "edit", "text": text, "revision": f"r-{next(_ids):06}"}
        event = self._said[message_id] | changed | {"at": datetime.now(UTC).isoformat()}
        self.webhooks.post(event, how or How())

    def delete(self, message_id: str, how: How | None = None) -> None:
        event = self._said[message_id] | {"type": "delete", "text": "", "revision": "deleted"}
        self.webhooks.post(event, how or How())

    def revoke(self) -> None:
        """Its owner takes the token away; the platform says so, as most do."""
        self.revoked = True
        self.webhooks.post({"type": "revoked", "id": f"r-{next(_ids):06}"}, How())

    def revoke_after(self, count: int) -> None:
        """The same, once so many more messages were taken."""
        self._good_for = count
        if not count:
            self.revoke()

    def restore(self) -> None:
        """The same token is good again."""
        self.revoked, self._good_for = False, None

    def take(
        self, place: str, text: str, key: str | None, format_: str, thread: str | None
    ) -> Received:
        """A message of ours is there from now on; with `keys="repeat"` one for each key."""
        if self.keys == "repeat" and key is not None and key in self._by_key:
            return self._by_key[key]
        number = next(_ids)
        took = Received(
            f"m-{number:06}", number, place, text, key, format_, thread, time.monotonic()
        )
        self.received.append(took)
        if self._good_for is not None:
            self.revoke_after(self._good_for - 1)
        if key is not None:
            self._by_key[key] = took
        if self.echoes:
            self.say(place, text, author=self.bot_id, bot=True, message_id=took.id)
        return took

    def of_key(self, key: str) -> Received | None:
        self.asked += 1
        return self._by_key.get(key)

    def texts(self, place: str) -> list[str]:
        """What a person at this place reads, in order."""
        return [took.text for took in self.received if took.place == place]
