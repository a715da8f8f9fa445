"""What a chat client has to tell about a conversation, in the order in which it happened."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Connected:
    """Authenticated and caught up; `again` after the line broke."""

    again: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """No connection; the next attempt is in so many seconds. `why` is a sentence."""

    seconds: float
    why: str


@dataclass(frozen=True, slots=True)
class Typing:
    """The agent is at it."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message of ours is stored. `handling` says who has the conversation, where that is not its
    agent: then no answer is to be awaited."""

    client_message_id: str
    message_id: str
    handling: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A message of ours is not stored and will not be; the sentence says why."""

    client_message_id: str
    message: str


@dataclass(frozen=True, slots=True)
class Said:
    """More of the answer to `reply_to`; `afresh` if what was said of it before does not count."""

    reply_to: str
    text: str
    afresh: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """The outcome; `merged`, empty, for a message that is answered together with a newer one.
    `rest` is what `Said` did not bring; `afresh` as there, `rest` is then all."""

    reply_to: str | None
    text: str
    status: str
    rest: str
    afresh: bool
    finish: str | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """A message of ours that was sent from elsewhere."""

    message_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Emptied:
    """The conversation was reset; nothing said before is there any more."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the person should know, as a sentence."""

    code: str
    message: str
    reply_to: str | None


@dataclass(frozen=True, slots=True)
class Postponed:
    """A message of ours is not taken yet; it is sent again in so many seconds by itself."""

    message: str
    seconds: float


ChatEvent = (
    Connected
    | Waiting
    | Typing
    | Accepted
    | Refused
    | Said
    | Answered
    | Heard
    | Emptied
    | Notice
    | Postponed
)
