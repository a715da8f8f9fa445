"""What a channel provides to whoever answers on it: a preview while it is spoken, then the outcome.

The pipeline knows channels by this alone. What is told here is stored already, so nothing of it can
fail an answer.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Turn:
    """What is answered, by its ids. `thread_id` is our conversation's."""

    tenant_id: UUID
    thread_id: str
    run_id: UUID
    message_id: str
    attempt: int
    connection_id: str | None = None
    """The account it came in by; None on the web."""
    person_id: str | None = None
    """Whose own chat it is; None of a contact's."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no whole answer. `sentence` is for the person."""

    code: str
    sentence: str
    retryable: bool
    retry_after_s: int | None


@dataclass(frozen=True, slots=True)
class Told:
    """A stored outcome: the `response` as sockets get it, why it failed if it did, and those of
    the older messages that were answered together with it."""

    frame: dict[str, Any]
    failure: Failure | None = None
    merged: Sequence[dict[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Doing:
    """What the agent does beside talking, as a person is told of it: never what with."""

    call_id: UUID
    tool: str
    label: str


class Preview(Protocol):
    """Where the text goes while it comes, and what the agent does beside talking."""

    @property
    def text(self) -> str: ...
    def add(self, piece: str) -> None: ...
    def begun(self, doing: Doing) -> None: ...
    def done(self, doing: Doing, *, failed: bool) -> None: ...
    def complete(self) -> None:
        """Nothing more comes."""

    def close(self) -> None:
        """Show no more. The outcome follows, or somebody else's does."""


class Channel(Protocol):
    """`window_s` says how long text may gather before it is shown."""

    @property
    def tries_again_after_s(self) -> Sequence[float]:
        """How long an answer that failed waits each time before we try it again; empty where its
        person sees that it failed and can have it tried again."""

    def rule(self, extras: Mapping[str, Any]) -> str:
        """What an employee is told of answering there; empty where there is nothing to tell.
        `extras` are the run's."""

    def preview(self, turn: Turn, window_s: Callable[[], float]) -> Preview: ...
    async def tell(self, turn: Turn, told: Told) -> None: ...


class Unseen:
    """The preview of channels that show an answer only when it is whole."""

    def __init__(self) -> None:
        self._pieces: list[str] = []

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    def add(self, piece: str) -> None:
        self._pieces.append(piece)

    def begun(self, doing: Doing) -> None:
        """Nothing to do."""

    def done(self, doing: Doing, *, failed: bool) -> None:
        """Nothing to do."""

    def complete(self) -> None:
        """Nothing to do."""

    def close(self) -> None:
        """Nothing to do."""
