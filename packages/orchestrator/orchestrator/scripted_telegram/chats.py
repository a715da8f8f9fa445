"""Who and what there is on Telegram: people, chats, messages and files, as the Bot API shows them.

A positive id is a person's, and of the talk with them; a negative one a group's, and one that
begins with -100 a supergroup's.
"""

import hashlib
import time
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Literal

SUPERGROUPS = -1_000_000_000_000
"""Ids of supergroups are below."""
MAX_DOWNLOAD = 20 * 1024 * 1024
"""Bytes of a file that a bot can fetch."""
MEDIA = frozenset(
    {"photo", "document", "voice", "audio", "video", "animation", "video_note", "sticker"}
)

FileKind = str
ChatKind = Literal["private", "group", "supergroup"]


@dataclass
class Person:
    id: int
    first_name: str
    username: str | None = None
    language: str | None = "en"
    is_bot: bool = False

    def as_json(self) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "id": self.id,
            "is_bot": self.is_bot,
            "first_name": self.first_name,
        }
        if self.username:
            shown["username"] = self.username
        if self.language and not self.is_bot:
            shown["language_code"] = self.language
        return shown


@dataclass
class Chat:
    """`closed` is why nothing is taken there, in Telegram's words."""

    id: int
    kind: ChatKind
    title: str
    is_forum: bool = False
    closed: str | None = None
    migrated_to: int | None = None
    messages: dict[int, dict[str, Any]] = field(default_factory=dict)
    ids: "count[int]" = field(default_factory=lambda: count(1))

    def as_json(self) -> dict[str, Any]:
        shown: dict[str, Any] = {"id": self.id, "type": self.kind}
        shown["first_name" if self.kind == "private" else "title"] = self.title
        return shown | ({"is_forum": True} if self.is_forum else {})


def kind_of(chat_id: int) -> ChatKind:
    if chat_id > 0:
        return "private"
    return "supergroup" if chat_id < SUPERGROUPS else "group"


@dataclass(frozen=True, slots=True)
class Given:
    """A file that somebody sends. `size` is told of it where it shall not be its content's."""

    kind: FileKind = "document"
    content: bytes = b"content"
    name: str | None = None
    mime: str | None = None
    size: int | None = None
    told_size: bool = True
    """Whether the update says how large it is, which the Bot API leaves open."""


@dataclass(frozen=True, slots=True)
class Stored:
    file_id: str
    unique_id: str
    path: str
    content: bytes
    size: int


class Files:
    """Files of one bot, whose ids are good for that bot alone."""

    def __init__(self) -> None:
        self._by_id: dict[str, Stored] = {}
        self._numbers = count(1)

    def by_id(self, file_id: str) -> Stored | None:
        return self._by_id.get(file_id)

    def by_path(self, path: str) -> Stored | None:
        return next((one for one in self._by_id.values() if one.path == path), None)

    def add(self, given: Given) -> dict[str, Any]:
        """The part of a message that shows it."""
        number = next(self._numbers)
        unique = hashlib.sha256(f"{number}".encode() + given.content).hexdigest()[:16]
        ending = (given.name or "").rpartition(".")[2] or "bin"
        stored = Stored(
            file_id=f"AgAC{number:06}{unique}",
            unique_id=unique,
            path=f"{given.kind}s/file_{number}.{ending}",
            content=given.content,
            size=len(given.content) if given.size is None else given.size,
        )
        self._by_id[stored.file_id] = stored
        return {given.kind: _shown(stored, given)}


def _shown(stored: Stored, given: Given) -> Any:
    shown: dict[str, Any] = {"file_id": stored.file_id, "file_unique_id": stored.unique_id}
    if given.told_size:
        shown["file_size"] = stored.size
    match given.kind:
        case "photo":  # several sizes of one picture, the smallest first
            small = shown | {"file_id": f"small{stored.file_id}", "width": 90, "height": 90}
            return [small | {"file_size": 100}, shown | {"width": 1280, "height": 960}]
        case "voice":
            return shown | {"duration": 3, "mime_type": given.mime or "audio/ogg"}
        case "video_note":
            return shown | {"duration": 3, "length": 240}
        case "sticker":
            of_sticker = {"width": 512, "height": 512, "is_animated": False, "is_video": False}
            return shown | of_sticker | {"type": "regular", "emoji": "👍"}
        case "audio":
            shown["duration"] = 3
        case "video" | "animation":
            shown |= {"width": 640, "height": 480, "duration": 3}
    if given.name:
        shown["file_name"] = given.name
    return shown | ({"mime_type": given.mime} if given.mime else {})


def now() -> int:
    """As Telegram's `date`: whole seconds."""
    return int(time.time())
