"""What a channel adds to be shown to keep the promises: how its platform speaks, and its fake.

A driver makes what its platform would send, byte by byte, and tells what its fake was sent. What
the platform cannot do it says in its `Facts`; the cases about that are then left out, or expect the
other outcome.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Literal, Self
from uuid import uuid4

from orchestrator.channels.adapter import Keys, OnUnknown

By = Literal["person", "bot", "ourselves"]
Fault = Literal["limit", "drop", "error", "blocked"]
"""429 with an hour; taken, and the connection lost before the answer; 500; this person takes
nothing from us, now or ever. Each befalls the next message that is sent."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the platform can do."""

    keys: Keys
    """What it does with our key of a message; `ask` also where it is asked by other ways."""
    on_unknown: OnUnknown
    most: int
    """The largest part, as `measure` measures."""
    measure: Callable[[str], int] = len
    edits: bool = True
    deletes: bool = True
    groups: bool = True
    echoes: bool = True
    """What we send comes back as an event."""
    delivery_ids: bool = True
    """A delivery has an id besides the message's, and a message may come under two of them."""
    timed: bool = True
    """Requests say when they were signed, and an old one is refused."""
    names_account: bool = True
    """Requests name the account they are about."""
    listens: bool = False
    """It posts nothing: a worker asks for what happened."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account on the fake. `given` are the answers to the channel's form; `key` is what the
    platform calls it; `its` is whatever the driver needs."""

    name: str
    key: str
    given: Mapping[str, Any]
    its: Any = None


@dataclass(frozen=True, slots=True)
class Word:
    """Something that is said to an account, and how. `place` is the person's own name, or the
    group's; `odd` has fields that nobody has told us of, and lacks all that may be missing."""

    text: str
    place: str = "mia"
    by: By = "person"
    is_group: bool = False
    addressed: bool = True
    odd: bool = False
    message: str = field(default_factory=lambda: str(uuid4().int % 10**9))
    """Digits that name it: the driver makes its platform's id of them."""
    delivery: str = field(default_factory=lambda: str(uuid4().int % 10**9))
    at: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class Posted:
    """A request of the platform's. `path` begins behind `/channels/{type}/`: "events" or "{id}"
    is put there by who posts it."""

    body: bytes
    headers: Mapping[str, str]


class Driver(ABC):
    """`async with` starts the fake; its addresses are then in `settings()`."""

    channel: str
    facts: Facts

    @abstractmethod
    def settings(self) -> Mapping[str, str]:
        """`KONSTRUCT_*` variables that point us at the fake."""

    @abstractmethod
    async def __aenter__(self) -> Self: ...

    @abstractmethod
    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    @abstractmethod
    def account(self, name: str) -> Account:
        """A new account on the fake."""

    @abstractmethod
    def said(self, account: Account, word: Word) -> Any:
        """The event that a message makes."""

    def edited(self, account: Account, word: Word, text: str) -> Any:
        """The event that its author's other text makes. For platforms with `edits`."""
        raise NotImplementedError

    def deleted(self, account: Account, word: Word) -> Any:
        """The event that taking it back makes. For platforms with `deletes`."""
        raise NotImplementedError

    @abstractmethod
    def posted(
        self,
        account: Account,
        event: Any,
        *,
        forged: bool = False,
        age_s: float = 0.0,
        about: Account | None = None,
    ) -> Posted:
        """The request that carries the event: `forged` with a proof that is not the account's;
        signed so long ago; `about` another account, with a good proof of this one."""

    @abstractmethod
    def arrived(self, account: Account, place: str) -> Sequence[str]:
        """What a person or group reads of us there, part by part, without the platform's marks."""

    @abstractmethod
    def fault(self, account: Account, kind: Fault) -> None:
        """Befalls the next message that we send."""

    @abstractmethod
    def faultless(self, account: Account) -> None:
        """No fault any more."""

    @abstractmethod
    def revoke(self, account: Account, *, after: int = 0) -> None:
        """The token is no good any more, once so many more messages were taken."""

    @abstractmethod
    def restore(self, account: Account) -> None:
        """It is good again."""
