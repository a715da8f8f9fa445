"""What a platform told us, in our words: a channel's reader makes these, the gateway stores them.

A message is a `Heard`. Edits and deletes name the message they are about and have a revision.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

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


ReportState = Literal["sent", "delivered", "read", "failed"]


@dataclass(frozen=True, slots=True)
class Reported:
    """What became of a message of ours, told afterwards: by the platform's id of it, and by our
    key of it where the platform tells that, too.

    `failed` has the code; `again_after_s` if it may be sent again then, since it was not taken.
    """

    external_id: str
    state: ReportState
    at: datetime
    key: str | None = None
    code: str | None = None
    again_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class AddressChanged:
    """Whom the platform called `before` it calls `now`: the person is the same."""

    before: str
    now: str
    number: str | None = None


Inbound = Heard | Edited | Deleted | Moved | AddressChanged | Reported | Lifecycle | Ignored
