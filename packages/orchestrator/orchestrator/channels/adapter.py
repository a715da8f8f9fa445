"""What speaks to a platform: it renders, sends, looks up, and proves an account.

An adapter holds no state and no connection to PostgreSQL. What a platform answers becomes one of
few verdicts, and what is done about them is the sender's, for all platforms alike.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable
from uuid import UUID

import aiohttp
from shared.channels.accounts import Account
from shared.channels.cursors import Cursor
from shared.channels.events import Inbound
from shared.channels.proofs import Health, Person, Proved
from shared.conversations.media import MediaRef

Keys = Literal["repeat", "ask", "report", "none"]
"""What an account does with our key of a message: the same key again makes no second message; it
can be asked what came of a key; it tells afterwards what came of it; or nothing."""
OnUnknown = Literal["repeat", "leave"]
"""What is done where nobody knows whether a message arrived and nobody can be asked: send it once
more, marked, or leave it, marked."""


@dataclass(frozen=True, slots=True)
class Rate:
    """`per_s` messages a second, `burst` of them at once."""

    per_s: float
    burst: int


@dataclass(frozen=True, slots=True)
class Abilities:
    """What an account can do, and how much of it."""

    keys: Keys
    on_unknown: OnUnknown
    account_rate: Rate
    place_rate: Rate
    sign_of_message_s: float | None = None
    """For how long a sign that somebody writes is shown, where it names the message that is
    answered; None where it names none."""


@dataclass(frozen=True, slots=True)
class Line:
    """An account, and the connections by which its platform is reached."""

    account: Account
    http: aiohttp.ClientSession
    answering: str | None = None
    """The platform's id of the message that is being answered, where it is known."""


Part = dict[str, Any]
"""One message of the platform's, as its adapter renders and sends it; kept as JSON."""


@dataclass(frozen=True, slots=True)
class Sent:
    """It arrived, and the platform calls it so."""

    external_id: str


@dataclass(frozen=True, slots=True)
class Later:
    """Not now, but after so long: for the whole account, or for this conversation alone."""

    wait_s: float
    code: str
    whole_account: bool = True


@dataclass(frozen=True, slots=True)
class Refused:
    """This message is not taken, now or ever."""

    code: str


@dataclass(frozen=True, slots=True)
class Failing:
    """Nothing of this account is taken until a person has done something about it."""

    code: str


@dataclass(frozen=True, slots=True)
class NotSent:
    """The platform was not reached: nothing has left."""

    code: str


@dataclass(frozen=True, slots=True)
class Unsure:
    """It left, and no verdict came. It is asked about again, after `wait_s` at least."""

    code: str
    wait_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Absent:
    """The platform knows no message of this key."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """The platform cannot be asked about this key, now or later."""

    code: str


Verdict = Sent | Later | Refused | Failing | NotSent | Unsure
Found = Sent | Absent | Unknown | Unsure


class AccountRefused(Exception):
    """The credentials are no good, or what is asked is not allowed with them; `code` says which."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class MediaRefused(Exception):
    """A file cannot be had, now or later; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Adapter(Protocol):
    """`place` is where a message goes; `key` names it, the same at each attempt. Every call ends
    within `leases.CALL_TIMEOUT_S`, by its caller's doing; only a file may take longer."""

    def abilities(self, account: Account) -> Abilities: ...
    def render(self, markdown: str) -> Sequence[Part]:
        """The text as messages of the platform's, none longer than it takes."""

    async def send(self, part: Part, place: str, key: UUID, line: Line) -> Verdict: ...
    async def look_up(self, place: str, key: UUID, line: Line) -> Found: ...
    def opener(self, line: Line) -> Part | None:
        """What may be sent where the platform takes no replies any more, and asks the person to
        write again."""

    async def working(self, place: str, line: Line) -> None:
        """Show there that somebody writes, if the platform can."""

    def fetch(self, media: MediaRef, line: Line) -> AsyncIterator[bytes]:
        """A file that somebody sent, in pieces. Raises MediaRefused."""

    async def person(self, external_id: str, line: Line) -> Person | None:
        """Who this is, where messages do not say it. Raises AccountRefused."""

    async def prove(self, line: Line) -> Proved:
        """Which account it is, as the platform calls it. Raises AccountRefused."""

    async def subscribe(self, webhook_url: str, line: Line) -> None:
        """Have the platform tell us there what happens. Raises AccountRefused."""

    async def unsubscribe(self, line: Line) -> None:
        """The opposite. Raises AccountRefused."""

    async def check(self, line: Line) -> Health:
        """Whether the account is well: its credentials are taken, and we hear of it."""

    async def refresh(self, line: Line) -> dict[str, str] | None:
        """Credentials instead of those that end soon, if there are any. Raises AccountRefused."""


@runtime_checkable
class Listening(Protocol):
    """What an adapter has, too, whose platform tells us nothing unless we ask."""

    def listen(
        self, cursors: Mapping[str, str], line: Line
    ) -> AsyncIterator[tuple[Inbound | None, Cursor | None]]:
        """What happens, until the line ends; then it is opened anew.

        Whoever takes one has stored it before asking for the next: only then it may be acknowledged
        to the platform. None is nothing to store. The cursor is stored with the event; without one
        the platform remembers by itself how far we are. Raises AccountRefused, and aiohttp's errors
        or OSError for what passes.
        """


class BaseAdapter(Adapter):
    """What a platform does that cannot do more."""

    def opener(self, line: Line) -> Part | None:  # noqa: ARG002
        return None

    async def working(self, place: str, line: Line) -> None:  # noqa: ARG002
        return None

    async def person(self, external_id: str, line: Line) -> Person | None:  # noqa: ARG002
        return None

    async def fetch(self, media: MediaRef, line: Line) -> AsyncIterator[bytes]:  # noqa: ARG002
        raise MediaRefused("no_files_on_this_channel")
        yield b""

    async def check(self, line: Line) -> Health:
        """It takes the credentials, and says the same account."""
        try:
            proved = await self.prove(line)
        except AccountRefused as error:
            return Health(False, error.code, error.sentence)
        if proved.external_key != line.account.external_key:
            sentence = "The credentials are now those of another account. Connect it anew."
            return Health(False, "another_account", sentence)
        return Health(True, name=proved.name, picture_url=proved.picture_url)

    async def refresh(self, line: Line) -> dict[str, str] | None:  # noqa: ARG002
        return None
