"""A browser tab on one conversation, over any number of sockets.

It remembers every frame and checks each against the earlier ones: a stored message comes once and
is the next in order; a delta continues the text, and the outcome begins with it. Violations are
counted in `faults`, by name.

    tab = Tab(anna, conversation_id)
    await tab.connect(gateways[0])
    answer = await tab.ask("hello")
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any
from uuid import UUID, uuid4

from shared.events import ServerFrame
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.support.chat_client import WITHIN_S, ChatClient, SocketClosed
from tests.support.people import Person
from tests.support.processes import Gateway

RETRY_PAUSE_S = 0.1
SHOWN_FRAMES = 40
CONNECTION_LOST = (SocketClosed, ConnectionClosed, InvalidHandshake, OSError)


@dataclass
class Stream:
    """A streamed answer: its whole text, and how much of it came on this socket."""

    attempt: int = 0
    text: str = ""
    told: int = 0


@dataclass(frozen=True)
class Outcome:
    """How a message was answered."""

    id: UUID
    seq: int
    text: str
    status: str


class Tab:
    """One person looking at one conversation. `last_seq` None: only what comes next."""

    def __init__(self, person: Person, conversation_id: UUID, last_seq: int | None = 0) -> None:
        self.person = person
        self.conversation_id = conversation_id
        self.last_seq = last_seq
        self.since = last_seq
        """It was told everything after this seq."""
        self.faults: Counter[str] = Counter()
        self.evidence: list[str] = []
        self.ids: dict[UUID, int] = {}
        """Every stored message it was told, with its seq."""
        self.accepted: dict[str, UUID] = {}
        """The message's id by its client_message_id."""
        self.outcomes: dict[UUID, Outcome] = {}
        self.streams: dict[UUID, Stream] = {}
        self.errors: list[Any] = []
        self.close_codes: list[int | None] = []
        self.reconnects: list[int] = []
        self.client: ChatClient | None = None
        self._acknowledged: set[str] = set()
        self._resent: set[str] = set()

    def __repr__(self) -> str:
        frames = self.client.frames if self.client else []
        last = "".join(f"\n  {frame!r}" for frame in frames[-SHOWN_FRAMES:])
        return (
            f"Tab({self.conversation_id}, last_seq={self.last_seq}, faults={dict(self.faults)}, "
            f"accepted={self.accepted}, {len(frames)} frames on this socket:{last})"
        )

    # ── the connection ─────────────────────────────────────────────────────────────────────────

    async def connect(self, gateway: Gateway) -> None:
        """Open a socket and catch up to `ready`. Raises one of CONNECTION_LOST."""
        self.client = await ChatClient.open(gateway.socket_url(self.conversation_id))
        for stream in self.streams.values():
            stream.told = 0
        resume = {} if self.last_seq is None else {"last_seq": self.last_seq}
        await self.client.send(self.person.auth_frame(**resume))
        while (await self.take()).type != "ready":
            pass

    def cut(self) -> None:
        """Lose the network, in the middle of whatever is under way."""
        assert self.client is not None
        self.client.drop()
        self.client = None

    async def close(self) -> None:
        if self.client is not None:
            self.client.require_valid()
            await self.client.close()
            self.client = None

    # ── talking ────────────────────────────────────────────────────────────────────────────────

    async def send(self, text: str, client_message_id: str | None = None) -> str:
        """Send a message, or resend one; returns its client_message_id."""
        assert self.client is not None
        known = client_message_id is not None
        name = client_message_id or uuid4().hex
        if known:
            self._resent.add(name)
        await self.client.say(text, name)
        return name

    async def ask(self, text: str, within_s: float = WITHIN_S) -> Outcome:
        """Send a message and wait for its outcome on this socket."""
        return await self.answered(await self.send(text), within_s)

    async def insist(
        self, text: str, gateways: Sequence[Gateway], within_s: float = 60.0
    ) -> Outcome:
        """Send a message and wait for its outcome, on any gateway that answers, as often as it
        takes.

        Every refusal meanwhile must be retryable.
        """
        places = cycle(gateways)
        name = uuid4().hex
        async with asyncio.timeout(within_s):
            while (outcome := self.answer_to(name)) is None:
                errors = len(self.errors)
                try:
                    await self._be_connected(places)
                    if name not in self.accepted:
                        await self.send(text, name)
                    await self.until(
                        lambda: self.answer_to(name) is not None or len(self.errors) > errors,  # noqa: B023
                        within_s,
                    )
                except CONNECTION_LOST:
                    self._note_close()
                    await asyncio.sleep(RETRY_PAUSE_S)
                if len(self.errors) > errors:
                    assert all(error.retryable for error in self.errors), self.errors
                    await asyncio.sleep(RETRY_PAUSE_S)
        return outcome

    async def _be_connected(self, places: Iterator[Gateway]) -> None:
        if self.client is None:
            await self.connect(next(places))

    def _note_close(self) -> None:
        if self.client is not None:
            self.close_codes.append(self.client.socket.close_code)
            self.client = None

    def answer_to(self, client_message_id: str) -> Outcome | None:
        """The outcome of our message, if it is known."""
        message_id = self.accepted.get(client_message_id)
        return self.outcomes.get(message_id) if message_id else None

    async def answered(self, client_message_id: str, within_s: float = WITHIN_S) -> Outcome:
        """Wait for the outcome of our message."""
        await self.until(lambda: self.answer_to(client_message_id) is not None, within_s)
        outcome = self.answer_to(client_message_id)
        assert outcome is not None
        return outcome

    async def begun(self, client_message_id: str, within_s: float = WITHIN_S) -> str:
        """Wait until the answer to our message has begun."""
        await self.until(lambda: self._has_begun(client_message_id), within_s)
        return client_message_id

    def _has_begun(self, client_message_id: str) -> bool:
        message_id = self.accepted.get(client_message_id)
        return message_id is not None and self.streamed(message_id) != ""

    def streamed(self, message_id: UUID) -> str:
        """The streamed part of the answer."""
        stream = self.streams.get(message_id)
        return stream.text if stream else ""

    async def until(self, happened: Callable[[], bool], within_s: float = WITHIN_S) -> None:
        """Take frames until `happened`. Raises SocketClosed if the socket ends before."""
        try:
            async with asyncio.timeout(within_s):
                while not happened():
                    await self.take(within_s)
        except TimeoutError:
            raise AssertionError(f"it did not happen within {within_s} s; {self!r}") from None

    async def closed(self, within_s: float = WITHIN_S) -> int | None:
        """Take the remaining frames until the socket is closed; its close code."""
        assert self.client is not None
        try:
            async with asyncio.timeout(within_s):
                while True:
                    await self.take(within_s)
        except SocketClosed:
            self._note_close()
        return self.close_codes[-1]

    def require_faultless(self) -> None:
        assert not self.faults, f"{dict(self.faults)} {self.evidence}; {self!r}"

    # ── what it is told ────────────────────────────────────────────────────────────────────────

    async def take(self, within_s: float = WITHIN_S) -> ServerFrame:
        """The next frame, checked and remembered."""
        assert self.client is not None
        frame: Any = await self.client.next(within_s=within_s)
        match frame.type:
            case "ready":
                self._on_ready(frame)
            case "accepted":
                self._on_accepted(frame)
            case "message":
                self._on_stored(frame.id, frame)
                if frame.client_message_id:
                    self.accepted[frame.client_message_id] = frame.id
                if frame.reply_to:
                    self._on_outcome(frame.id, frame.reply_to, frame.content, frame)
            case "response":
                if not self._is_resent(frame.reply_to):
                    self._on_stored(frame.message_id, frame)
                self._on_outcome(frame.message_id, frame.reply_to, frame.text, frame)
            case "delta":
                self._on_delta(frame)
            case "reset":
                self.last_seq = self.since = frame.seq
                for memory in (self.ids, self.accepted, self.outcomes, self.streams):
                    memory.clear()
            case "error":
                self.errors.append(frame)
            case "reconnect":
                self.reconnects.append(frame.after_ms)
        return frame

    def _on_ready(self, frame: Any) -> None:
        if self.last_seq is None:
            self.last_seq = self.since = frame.last_seq
        elif self.last_seq != frame.last_seq:
            self.faults["ready before caught up"] += 1

    def _on_accepted(self, frame: Any) -> None:
        name = frame.client_message_id
        if self.ids.get(frame.message_id) != frame.seq:  # or a catch-up sent it first
            self._on_stored(frame.message_id, frame)
        again = name in self._acknowledged and name not in self._resent
        if again and frame.message_id not in self.outcomes:  # an accepted retry
            self.faults["accepted twice"] += 1
        if name is not None:
            self._acknowledged.add(name)
            self.accepted[name] = frame.message_id

    def _on_stored(self, message_id: UUID, frame: Any) -> None:
        if message_id in self.ids:
            self.faults["message doubled"] += 1
            return
        assert self.last_seq is not None
        if frame.seq != self.last_seq + 1:
            self.faults["message missing"] += abs(frame.seq - self.last_seq - 1)
        self.ids[message_id] = frame.seq
        self.last_seq = frame.seq

    def _is_resent(self, reply_to: UUID) -> bool:
        """Whether the outcome is repeated because its message was sent again."""
        known = reply_to in self.outcomes
        return known and any(self.accepted.get(name) == reply_to for name in self._resent)

    def _on_outcome(self, message_id: UUID, reply_to: UUID, text: str, frame: Any) -> None:
        known = self.outcomes.get(reply_to)
        if known is not None and known.status != "failed" and known.id != message_id:
            self.faults["answered twice"] += 1
        if frame.status != "failed" and not text.startswith(self.streamed(reply_to)):
            self.faults["streamed otherwise than stored"] += 1
            self.evidence.append(f"{self.streamed(reply_to)!r}, but {text!r}")
        self.outcomes[reply_to] = Outcome(message_id, frame.seq, text, frame.status)

    def _on_delta(self, frame: Any) -> None:
        outcome = self.outcomes.get(frame.reply_to)
        stream = self.streams.setdefault(frame.reply_to, Stream())
        if outcome is not None and outcome.status != "failed":
            self.faults["text after the outcome"] += 1
            return
        if frame.attempt < stream.attempt:
            self.faults["text of an attempt that is over"] += 1
            return
        if frame.attempt > stream.attempt:
            stream.attempt, stream.text, stream.told = frame.attempt, "", 0
        if frame.index != stream.told:
            kind = "characters missing" if frame.index > stream.told else "characters doubled"
            self.faults[kind] += abs(frame.index - stream.told)
        again = stream.text[frame.index : frame.index + len(frame.text)]
        if again != frame.text[: len(again)]:
            self.faults["streamed differently again"] += 1
        stream.told = frame.index + len(frame.text)
        stream.text += frame.text[len(again) :]
