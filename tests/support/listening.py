"""Frames of a talk's sockets: of all of them together, and of each alone."""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from uuid import UUID

from tests.support.stored import Stored
from tests.support.talks import (
    MODEL_FAILS,
    REFUSALS,
    WORKERS_FAIL,
    Line,
    Talk,
    answer_to,
    words_in,
)


@dataclass(frozen=True)
class Told:
    """What all sockets and the table say of one message."""

    id: UUID
    seq: int
    text: str | None
    name: str | None

    def agrees_with(self, other: "Told") -> bool:
        same_text = self.text is None or other.text is None or self.text == other.text
        return self.id == other.id and same_text

    def or_of(self, other: "Told") -> "Told":
        return Told(self.id, self.seq, self.text or other.text, self.name or other.name)


def require_one_story(talk: Talk, stored: Stored) -> dict[UUID, Told]:
    """Check that all frames and the table agree on each message, and that no `seq` is used twice.

    Returns the messages by id.
    """
    story = {m.seq: Told(m.id, m.seq, m.content, m.client_message_id) for m in stored.messages}
    for line in talk.lines:
        for told in filter(None, map(_told, line.frames)):
            known = story.setdefault(told.seq, told)
            assert known.agrees_with(told), (known, told)
            story[told.seq] = known.or_of(told)
    names: dict[str, list[int]] = {}
    for seq, told in sorted(story.items()):
        names.setdefault(told.name or f"answer {seq}", []).append(seq)
    for name, numbers in names.items():
        for earlier, later in pairwise(numbers):
            assert any(earlier <= seq < later for seq in talk.resets), (name, numbers, talk.resets)
    return {told.id: told for told in story.values()}


def _told(frame: Any) -> Told | None:
    match frame.type:
        case "accepted":
            return Told(frame.message_id, frame.seq, None, frame.client_message_id)
        case "message":
            return Told(frame.id, frame.seq, frame.content, frame.client_message_id)
        case "response":
            return Told(frame.message_id, frame.seq, frame.text, None)
    return None


@dataclass
class _Stream:
    attempt: int = 0
    text: str = ""
    is_over: bool = False
    """No more of this attempt may come."""


@dataclass
class Listener:
    """One socket's frames, taken one after the other as a client takes them."""

    talk: Talk
    line: Line
    stored: Stored
    story: dict[UUID, Told]
    _began_at: int = 0
    last_seq: int = 0
    reset_seq: int = 0
    seen: set[int] = field(default_factory=set)
    passed_over: set[int] = field(default_factory=set)
    streams: dict[UUID, _Stream] = field(default_factory=dict)
    answered: set[UUID] = field(default_factory=set)
    waits: bool = False

    def require_kept(self) -> None:
        self.line.client.require_valid()
        assert self.line.is_cut or self.line.client.socket.close_code is None
        self.last_seq = self.line.since or 0
        previous = None
        for frame in self.line.frames:
            is_gone = getattr(previous, "type", "") == "accepted" and previous.seq <= self.reset_seq
            assert not is_gone or frame.type == "reset", ("accepted, and gone before", previous)
            assert words_in(frame) <= {self.talk.word}, frame
            getattr(self, f"_on_{frame.type}")(frame, previous)
            previous = frame
        told_nowhere = {seq for seq in self.passed_over if seq > self.stored.reset_seq}
        assert not told_nowhere, told_nowhere
        if not self.line.is_cut:
            self._require_complete()

    def _require_complete(self) -> None:
        assert self.line.has_all_answered()
        assert self.last_seq == self.stored.last_seq
        assert self.reset_seq == self.stored.reset_seq
        missing = {m.seq for m in self.stored.messages if m.seq > self._began_at} - self.seen
        assert not missing, missing
        assert not self.waits, "typing that never ends"

    def _on_ready(self, frame: Any, _: Any) -> None:
        if self.line.since is None:
            assert not self.seen, "told of the past without having asked"
            self.last_seq = frame.last_seq
        self._began_at = frame.last_seq if self.line.since is None else self.line.since
        self.reset_seq = frame.reset_seq
        self.last_seq = max(self.last_seq, frame.reset_seq)
        assert frame.last_seq == self.last_seq, frame

    def _on_accepted(self, frame: Any, _: Any) -> None:
        texts = [text for name, text in self.line.said if name == frame.client_message_id]
        right = frame.message_id in self.line.retried or self.story[frame.message_id].text in texts
        assert right or self.story[frame.message_id].text is None, (frame, texts)
        if frame.seq > self.last_seq:
            self._advance(frame)

    def _on_message(self, frame: Any, _: Any) -> None:
        self._advance(frame)
        if frame.reply_to is not None:
            self._on_outcome(frame.id, frame.content, frame)

    def _on_response(self, frame: Any, previous: Any) -> None:
        is_told_again = (
            frame.seq <= self.last_seq
            and previous.type == "accepted"
            and previous.message_id == frame.reply_to
        )
        if not is_told_again:
            self._advance(frame)
        self._on_outcome(frame.message_id, frame.text, frame)

    def _advance(self, frame: Any) -> None:
        assert frame.seq > self.last_seq, f"again or out of order, after {self.last_seq}: {frame}"
        self.passed_over |= set(range(self.last_seq + 1, frame.seq))
        self.seen.add(frame.seq)
        self.last_seq = frame.seq

    def _on_outcome(self, outcome_id: UUID, text: str, frame: Any) -> None:
        stream = self.streams.setdefault(frame.reply_to, _Stream())
        stream.is_over = True
        self.waits = False
        if frame.status == "failed":
            return
        assert frame.reply_to not in self.answered or frame.seq <= self.last_seq, frame
        self.answered.add(frame.reply_to)
        said_by = self.stored.attempt_of(outcome_id)
        if frame.status == "complete" or said_by == stream.attempt:
            assert text.startswith(stream.text), (stream, frame)

    def _on_delta(self, frame: Any, _: Any) -> None:
        self.waits = True
        assert frame.reply_to not in self.answered, ("text after the outcome", frame)
        said = self.story.get(frame.reply_to)
        assert said is None or said.seq > self.reset_seq, ("text of what was reset away", frame)
        stream = self.streams.setdefault(frame.reply_to, _Stream())
        if frame.attempt > stream.attempt:
            stream = self.streams[frame.reply_to] = _Stream(frame.attempt)
        assert frame.attempt == stream.attempt, ("text of an attempt that is over", frame)
        assert not stream.is_over, ("text after the outcome", frame)
        assert frame.index == len(stream.text), (stream, frame)
        stream.text += frame.text
        if said is not None and said.text is not None:
            assert answer_to(said.text).startswith(stream.text), (said, stream)

    def _on_reset(self, frame: Any, previous: Any) -> None:
        overtook = previous.type == "accepted" and previous.seq <= self.reset_seq
        assert frame.seq > self.reset_seq - overtook, frame
        assert frame.seq in self.talk.resets, frame
        self.reset_seq = frame.seq
        self.last_seq = max(self.last_seq, frame.seq)
        self.streams.clear()
        self.waits = False

    def _on_typing(self, _frame: Any, _: Any) -> None:
        self.waits = True

    def _on_error(self, frame: Any, _: Any) -> None:
        self.waits = False
        assert frame.code in REFUSALS | MODEL_FAILS | WORKERS_FAIL, frame
        if frame.code == "client_message_id_reused":
            assert len(set(self.talk.said[frame.client_message_id])) > 1, frame
