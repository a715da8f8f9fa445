"""A bot on Telegram: who writes to it, and what it has sent."""

import secrets
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from orchestrator.scripted_channel.faults import Faults
from orchestrator.scripted_channel.webhooks import How
from orchestrator.scripted_telegram.chats import (
    SUPERGROUPS,
    Chat,
    Files,
    Given,
    Person,
    kind_of,
    now,
)
from orchestrator.scripted_telegram.entities import found_in
from orchestrator.scripted_telegram.updates import Updates

_order = count(1)
BLOCKED = "bot was blocked by the user"
KICKED = {
    "group": "bot was kicked from the group chat",
    "supergroup": "bot was kicked from the supergroup chat",
}


@dataclass(frozen=True, slots=True)
class Received:
    """A message this platform took from us. `text` is what people read; `sent` what we sent."""

    id: str
    order: int
    place: str
    text: str
    sent: str
    format: str
    entities: list[dict[str, Any]]
    thread: int | None
    at: float


@dataclass
class Bot:
    """`say`, `edit` and the rest of that chapter are what people do; `received` is what came of
    our sending."""

    id: int
    username: str
    first_name: str
    token: str
    reads_groups: bool = False
    """Its privacy mode is off: it is told everything that is said in its groups."""
    mentions_pass: bool = False
    """With privacy mode on, whether plain mentions reach it. Reports differ."""
    updates: Updates = field(init=False)
    faults: Faults = field(default_factory=Faults)
    files: Files = field(default_factory=Files)
    received: list[Received] = field(default_factory=list)
    requests: "deque[tuple[str, dict[str, Any]]]" = field(
        default_factory=lambda: deque(maxlen=20_000)
    )
    """Each call of a method, with its parameters as they came."""
    typing: int = 0
    revoked: bool = False
    files_lead_to: str | None = None
    """A misbehaving server: a download is redirected there."""
    people: dict[int, Person] = field(default_factory=dict)
    chats: dict[int, Chat] = field(default_factory=dict)
    _good_for: int | None = None
    _ids: "count[int]" = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.updates = Updates(first_id=100_000_000 + self.id % 1000 * 1000)

    @property
    def name(self) -> str:
        """What an account of this platform is called by us."""
        return str(self.id)

    @property
    def user(self) -> Person:
        return Person(self.id, self.first_name, self.username, None, is_bot=True)

    # ── who is there ───────────────────────────────────────────────────────────────────────────

    def person(self, id_: int, **known: Any) -> Person:
        """The person of this id, made at the first call."""
        if id_ not in self.people:
            self.people[id_] = Person(id_, known.pop("first_name", f"Person {id_}"), **known)
        return self.people[id_]

    def chat(self, place: str | int, *, is_forum: bool = False) -> Chat:
        """The chat of this id, made at the first call. A person's is one that they began."""
        id_ = int(place)
        if id_ not in self.chats:
            kind = kind_of(id_)
            title = self.person(id_).first_name if kind == "private" else f"Group {id_}"
            ids = count(1) if kind == "supergroup" else self._ids
            self.chats[id_] = Chat(id_, kind, title, is_forum, ids=ids)
        return self.chats[id_]

    # ── what people do ─────────────────────────────────────────────────────────────────────────

    def say(
        self,
        place: str | int,
        text: str = "",
        how: How | None = None,
        *,
        author: int | None = None,
        reply_to: str | int | None = None,
        thread: int | None = None,
        file: Given | None = None,
        at: int | None = None,
        bot: bool = False,
        **more: Any,
    ) -> str:
        """Somebody writes; the message's id. Without an author it is the person of the place, or
        somebody of the group. `reply_to` is a message of the chat, or `bot` for our newest.
        `more` goes into the message, whatever it is: `{"location": …}`."""
        chat = self.chat(place, is_forum=thread is not None)
        who = self.person(author or (chat.id if chat.kind == "private" else 1 - chat.id % 1000))
        who.is_bot = who.is_bot or bot
        message: dict[str, Any] = {
            "message_id": next(chat.ids),
            "from": who.as_json(),
            "chat": chat.as_json(),
            "date": at or now(),
        }
        if thread is not None:
            message |= {"message_thread_id": thread, "is_topic_message": True}
        if reply_to is not None and (replied := self._replied(chat, reply_to)) is not None:
            message["reply_to_message"] = {
                name: value for name, value in replied.items() if name != "reply_to_message"
            }
        message |= _words(text, file is not None) | (self.files.add(file) if file else {}) | more
        chat.messages[message["message_id"]] = message
        if self._is_told(chat, who, message):
            self.updates.add(chat.id, "message", dict(message), how or How())
        return str(message["message_id"])

    def album(
        self, place: str | int, files: Sequence[Given], caption: str = "", how: How | None = None
    ) -> list[str]:
        """Several files at once: several messages, the first with the caption."""
        group = str(13_000_000_000_000 + next(_order))
        texts = [caption] + [""] * len(files)
        return [
            self.say(place, text, how, file=file, media_group_id=group)
            for text, file in zip(texts, files, strict=False)
        ]

    def start(self, place: str | int, payload: str = "", how: How | None = None) -> str:
        """Somebody presses Start, having come by a link with this payload."""
        return self.say(place, f"/start {payload}".strip(), how)

    def edit(self, place: str | int, id_: str | int, text: str, how: How | None = None) -> None:
        """Its author writes it anew."""
        chat = self.chat(place)
        message = chat.messages[int(id_)]
        for name in ("text", "caption", "entities", "caption_entities"):
            message.pop(name, None)
        has_file = "photo" in message or "document" in message
        message |= _words(text, has_file) | {"edit_date": now()}
        if self._is_told(chat, self.people[message["from"]["id"]], message):
            self.updates.add(chat.id, "edited_message", dict(message), how or How())

    def block(self, place: str | int) -> None:
        """The person wants nothing from us any more."""
        self._change(self.chat(place), BLOCKED)

    def unblock(self, place: str | int) -> None:
        self._change(self.chat(place), None)

    def kick(self, place: str | int) -> None:
        """We are thrown out of the group."""
        chat = self.chat(place)
        self._change(chat, KICKED[chat.kind])

    def migrate(self, place: str | int, *, tell: bool = True) -> str:
        """The group becomes a supergroup; its new id. Both chats say so, if it is told."""
        old = self.chat(place)
        new = self.chat(SUPERGROUPS - abs(old.id) - 7_000_000)
        new.title, old.migrated_to = old.title, new.id
        if tell:
            self._service(old, {"migrate_to_chat_id": new.id})
            self._service(new, {"migrate_from_chat_id": old.id})
        return str(new.id)

    def revoke(self) -> None:
        """Its owner takes the token away. Telegram tells nobody."""
        self.revoked = True

    def revoke_after(self, messages: int) -> None:
        """The same, once so many more messages were taken."""
        self._good_for = messages
        self.revoked = messages == 0

    def restore(self) -> None:
        """The same token is good again, which on Telegram it never is."""
        self.revoked, self._good_for = False, None

    # ── what we do ─────────────────────────────────────────────────────────────────────────────

    def take(
        self,
        chat: Chat,
        text: str,
        entities: list[dict[str, Any]],
        *,
        sent: str,
        format_: str,
        thread: int | None = None,
        reply_to: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """A message of ours is there from now on."""
        message: dict[str, Any] = {
            "message_id": next(chat.ids),
            "from": self.user.as_json(),
            "chat": chat.as_json(),
            "date": now(),
            "text": text,
        }
        if entities:
            message["entities"] = entities
        if thread is not None:
            message |= {"message_thread_id": thread, "is_topic_message": True}
        if reply_to is not None:
            message["reply_to_message"] = reply_to
        chat.messages[message["message_id"]] = message
        if self._good_for is not None:
            self.revoke_after(self._good_for - 1)
        self.received.append(
            Received(
                str(message["message_id"]),
                next(_order),
                str(chat.id),
                text,
                sent,
                format_,
                entities,
                thread,
                time.monotonic(),
            )
        )
        return message

    def texts(self, place: str | int) -> list[str]:
        """What people at this place read, in order."""
        return [took.text for took in self.received if took.place == str(place)]

    # ── within ─────────────────────────────────────────────────────────────────────────────────

    def _is_told(self, chat: Chat, who: Person, message: dict[str, Any]) -> bool:
        """What a bot is told of: all in private, in groups what its privacy mode lets through, and
        never what another bot says."""
        if who.is_bot:
            return False
        if chat.kind == "private" or self.reads_groups:
            return True
        replied = message.get("reply_to_message", {}).get("from", {}).get("id")
        return replied == self.id or self._is_meant(message)

    def _is_meant(self, message: dict[str, Any]) -> bool:
        text = message.get("text") or message.get("caption") or ""
        for entity in message.get("entities") or message.get("caption_entities") or []:
            begin, length = entity["offset"], entity["length"]
            units = text.encode("utf-16-le")[begin * 2 : (begin + length) * 2]
            name = units.decode("utf-16-le").lower()
            of_us = name.endswith(f"@{self.username.lower()}")
            if entity["type"] == "bot_command" and (of_us or "@" not in name):
                return True
            if entity["type"] == "mention" and of_us and self.mentions_pass:
                return True
        return False

    def _replied(self, chat: Chat, to: str | int) -> dict[str, Any] | None:
        if to != "bot":
            return chat.messages.get(int(to))
        ours = [one for one in chat.messages.values() if one["from"]["id"] == self.id]
        return ours[-1] if ours else None

    def _change(self, chat: Chat, closed: str | None) -> None:
        was, chat.closed = chat.closed, closed
        body = {
            "chat": chat.as_json(),
            "from": self.person(abs(chat.id) % 10**10).as_json(),
            "date": now(),
            "old_chat_member": self._member(is_member=was is None),
            "new_chat_member": self._member(is_member=closed is None),
        }
        self.updates.add(chat.id, "my_chat_member", body, How())

    def _member(self, *, is_member: bool) -> dict[str, Any]:
        member = {"user": self.user.as_json(), "status": "member" if is_member else "kicked"}
        return member if is_member else member | {"until_date": 0}

    def _service(self, chat: Chat, what: dict[str, Any]) -> None:
        message = {
            "message_id": next(chat.ids),
            "from": self.person(1 - chat.id % 1000).as_json(),
            "chat": chat.as_json(),
            "date": now(),
        } | what
        self.updates.add(chat.id, "message", message, How())


def made_token(id_: int) -> str:
    """As BotFather makes them: the bot's id, and 35 characters that nobody guesses."""
    return f"{id_}:AA{secrets.token_urlsafe(25)[:33]:x<33}"


def _words(text: str, is_caption: bool) -> dict[str, Any]:
    if not text:
        return {}
    entities = found_in(text)
    names = ("caption", "caption_entities") if is_caption else ("text", "entities")
    return {names[0]: text} | ({names[1]: entities} if entities else {})
