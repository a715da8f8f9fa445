"""A workspace on the scripted Slack: people, channels and messages, and the app installed in it.

What it holds is as the Web API tells it. Nothing here speaks to anybody: `people.py` tells the app
what happens, `methods/` what it asks for.
"""

import time
from dataclasses import dataclass, field
from typing import Any, Literal

from orchestrator.scripted_channel.faults import Faults
from orchestrator.scripted_slack.dispatch import Dispatch
from orchestrator.scripted_slack.ids import Clock, new_id
from orchestrator.scripted_slack.sockets import Sockets

Kind = Literal["im", "channel", "group", "mpim"]
SCOPES = frozenset(
    {
        "app_mentions:read",
        "channels:history",
        "channels:read",
        "chat:write",
        "files:read",
        "groups:history",
        "groups:read",
        "im:history",
        "im:read",
        "im:write",
        "mpim:history",
        "mpim:read",
        "team:read",
        "users:read",
    }
)
Message = dict[str, Any]


@dataclass
class App:
    """A Slack app: who it is, what it signs with, and how it is told what happens."""

    name: str
    dispatch: Dispatch
    sockets: Sockets
    id: str = field(default_factory=lambda: new_id("A"))
    client_id: str = field(default_factory=lambda: f"{new_id('')}.{new_id('')}")
    client_secret: str = field(default_factory=lambda: new_id("client-secret-"))
    app_token: str = field(default_factory=lambda: new_id("xapp-1-"))
    socket_mode: bool = False

    @property
    def signing_secret(self) -> str:
        return self.dispatch.signing_secret


@dataclass
class Installation:
    """The app in a workspace: its bot, and the token that acts for it."""

    app: App
    bot_user_id: str = field(default_factory=lambda: new_id("U"))
    bot_id: str = field(default_factory=lambda: new_id("B"))
    token: str = field(default_factory=lambda: new_id("xoxb-"))
    scopes: set[str] = field(default_factory=lambda: set(SCOPES))
    refresh_token: str | None = None
    expires_at: float | None = None
    """Of a token that rotates."""
    older: dict[str, float] = field(default_factory=dict)
    """Tokens before this one, and when they end."""
    revoked: bool = False
    uninstalled: bool = False
    takes: int | None = None
    """So many more messages, before its token is taken away; None if it is not."""

    def took(self) -> None:
        """A message of the app's."""
        if self.takes is not None:
            self.takes -= 1

    def restore(self) -> None:
        """The same token is good again."""
        self.revoked, self.uninstalled, self.takes = False, False, None

    def rotate(self, lasts_s: float) -> None:
        """A new pair. The token before is good until its end, the refresh token no more."""
        if self.expires_at is not None:
            self.older[self.token] = self.expires_at
        self.token = new_id("xoxe.xoxb-")
        self.refresh_token = new_id("xoxe-")
        self.expires_at = time.time() + lasts_s

    def knows(self, token: str) -> bool:
        return token == self.token or time.time() < self.older.get(token, 0.0)

    def problem(self) -> str | None:
        """Why its token is not taken."""
        if self.uninstalled:
            return "account_inactive"
        if self.revoked or (self.takes is not None and self.takes <= 0):
            return "token_revoked"
        if self.expires_at is not None and time.time() >= self.expires_at:
            return "token_expired"
        return None


@dataclass
class Person:
    id: str
    name: str
    team_id: str
    is_bot: bool = False
    locale: str = "en-US"
    deleted: bool = False


@dataclass
class Channel:
    id: str
    kind: Kind
    name: str = ""
    members: set[str] = field(default_factory=set)
    archived: bool = False
    shared_with: tuple[str, ...] = ()
    """Other companies' teams, of a Slack Connect channel."""
    messages: dict[str, Message] = field(default_factory=dict)

    def thread(self, ts: str) -> list[Message]:
        """A thread's first message and its replies, oldest first."""
        found = [each for each in self.messages.values() if each.get("thread_ts", each["ts"]) == ts]
        return sorted(found, key=lambda each: str(each["ts"]))

    def timeline(self) -> list[Message]:
        """What the channel shows by itself, newest first: no replies within threads."""
        shown = (
            each
            for each in self.messages.values()
            if each.get("thread_ts", each["ts"]) == each["ts"]
            or each.get("subtype") == "thread_broadcast"
        )
        return sorted(shown, key=lambda each: str(each["ts"]), reverse=True)


@dataclass
class File:
    id: str
    name: str
    mimetype: str
    content: bytes
    user: str


@dataclass
class Workspace:
    """`received` is what came of the app's sending, in order."""

    name: str
    clock: Clock
    installation: Installation
    id: str = field(default_factory=lambda: new_id("T"))
    enterprise_id: str | None = None
    org_wide: bool = False
    """Installed for the whole Grid: the installation is the enterprise's."""
    people: dict[str, Person] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    answers: list[dict[str, Any]] = field(default_factory=list)
    """What the next calls of a method are answered with, instead of being done."""
    received: list[Message] = field(default_factory=list)
    asked: int = 0
    """Look-ups in histories."""
    statuses: list[tuple[str, str, str]] = field(default_factory=list)
    """(channel, thread, status) as they were set."""
    echoes: bool = True
    """Whether what the app posts comes back as an event, as it does on Slack."""

    @property
    def account_key(self) -> str:
        """What names the installation."""
        return self.enterprise_id if self.org_wide and self.enterprise_id else self.id

    def person(self, name: str, *, team_id: str | None = None, is_bot: bool = False) -> Person:
        """Of this name, made at the first call."""
        for each in self.people.values():
            if each.name == name:
                return each
        made = Person(new_id("U"), name, team_id or self.id, is_bot)
        self.people[made.id] = made
        return made

    def direct(self, person: Person) -> Channel:
        """The direct messages between the app's bot and a person."""
        members = {person.id, self.installation.bot_user_id}
        for each in self.channels.values():
            if each.kind == "im" and each.members == members:
                return each
        return self._add(Channel(new_id("D"), "im", members=members))

    def channel(self, name: str, kind: Kind = "channel", **more: Any) -> Channel:
        """Of this name, made at the first call with the bot in it."""
        for each in self.channels.values():
            if each.name == name:
                return each
        letter = "C" if kind == "channel" else "G"
        made = Channel(new_id(letter), kind, name, {self.installation.bot_user_id}, **more)
        return self._add(made)

    def _add(self, channel: Channel) -> Channel:
        self.channels[channel.id] = channel
        return channel

    def of_key(self, key: str) -> list[Message]:
        """Messages that bear this key in their metadata."""
        return [each for each in self.received if key in str(each.get("metadata", {}))]

    def texts(self, channel_id: str) -> list[str]:
        """What the app has said in a channel and has not deleted, in order."""
        channel = self.channels[channel_id]
        bot = self.installation.bot_user_id
        mine = (each for each in channel.messages.values() if each.get("user") == bot)
        return [str(each["text"]) for each in sorted(mine, key=lambda each: str(each["ts"]))]

    def next_answer(self, method: str) -> dict[str, Any] | None:
        """What was told to be said at this call."""
        for answer in self.answers:
            if answer["method"] == method:
                answer["times"] = int(answer.get("times", 1)) - 1
                if answer["times"] <= 0:
                    self.answers.remove(answer)
                return answer
        return None
