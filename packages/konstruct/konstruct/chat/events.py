"""A chat client's events about a conversation, in the order in which they happened."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Connected:
    """Authenticated and caught up; `again` after the line broke."""

    again: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """No connection; the next attempt is in `seconds`. `why` is a sentence."""

    seconds: float
    why: str


@dataclass(frozen=True, slots=True)
class Typing:
    """The agent is working on an answer."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message of ours is stored. With `handling` set, somebody other than the agent has the
    conversation, and no answer will come."""

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
    """More of the answer to `reply_to`. With `afresh`, what was said of it before no longer
    counts."""

    reply_to: str
    text: str
    afresh: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """The outcome. Its status is `merged`, and it is empty, for a message answered together with a
    newer one. `rest` is the text that `Said` did not bring; with `afresh`, all of it."""

    reply_to: str | None
    text: str
    status: str
    rest: str
    afresh: bool
    finish: str | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """The person's own message, sent from another client."""

    message_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Emptied:
    """The conversation was reset: everything said before is gone."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence the person should see."""

    code: str
    message: str
    reply_to: str | None


@dataclass(frozen=True, slots=True)
class Postponed:
    """A message of ours was not accepted yet; it is sent again in so many seconds."""

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
