"""What a platform told us, in our words: a channel's reader makes these, the gateway stores them.

A message is a `Heard`. Edits and deletes name the message they are about and have a revision.
"""

from dataclasses import dataclass

from shared.conversations.inbound_events import Told
from shared.conversations.receive import Heard


class NotGenuine(Exception):
    """A request does not prove that the platform sent it. It is counted and answered with 401."""


@dataclass(frozen=True, slots=True)
class Edited:
    told: Told
    text: str


@dataclass(frozen=True, slots=True)
class Deleted:
    told: Told


@dataclass(frozen=True, slots=True)
class Moved:
    """What the platform called `before` it calls `now`: a place that is the same all the same."""

    before: str
    now: str


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """Something happened to the account itself: `code` says what is wrong with it now."""

    code: str


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing to store; counted by its reason."""

    reason: str


Inbound = Heard | Edited | Deleted | Moved | Lifecycle | Ignored
