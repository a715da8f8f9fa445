"""Ordering: which frame one socket gets next, nothing twice. A state machine without I/O.

Gateways and workers publish independently, so frames may arrive late, twice, or with one missing.

Stored messages carry `seq`. The next one goes out, a lower one is dropped, and a higher one means
that something is missing: PostgreSQL is read first.

Deltas carry `reply_to`, `attempt` and `index`. Text that continues goes out, an overlap is trimmed,
and after a gap the answer so far is read first. It is also read first for a message this socket
does not know: the delta may be a late one, of a run that another worker has answered or that was
reset away.

What the agent does beside talking has `reply_to` and `attempt`, and is dropped where text would be.
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

REMEMBERED_ANSWERS = 256
TOOLS = ("tool_started", "tool_finished")


class Missing(Enum):
    """What must be read before the frame can go out."""

    MESSAGES = auto()
    ANSWER_SO_FAR = auto()


@dataclass(slots=True)
class _Answer:
    attempt: int = 0
    next_index: int = 0
    ended: bool = False


class Ordering:
    """`admit` a frame: returns the frame to send (perhaps trimmed), None to drop it, or what is
    missing."""

    __slots__ = ("_answers", "last_seq", "reset_seq")

    def __init__(self, last_seq: int, reset_seq: int) -> None:
        self.last_seq = last_seq
        self.reset_seq = reset_seq
        self._answers: dict[str, _Answer] = {}

    def admit(self, frame: dict[str, Any]) -> dict[str, Any] | Missing | None:
        kind = frame.get("type")
        if kind == "delta":
            return self._admit_delta(frame)
        if kind in TOOLS:
            return frame if self._is_awaited(frame) else None
        if kind == "reset":
            return self._admit_reset(frame)
        seq = frame.get("seq")
        if kind in ("message", "response") and seq is not None:
            if seq <= self.last_seq:
                return None
            if seq > self.last_seq + 1:
                return Missing.MESSAGES
            self.sent(seq)
            if frame.get("role") == "user":
                self.expect(frame["id"])
            self._note_outcome(frame)
        return frame

    def expect(self, reply_to: str) -> None:
        """This message will be answered: accept deltas for it."""
        self._answer(reply_to)

    def sent(self, seq: int) -> None:
        """The message with this number was sent."""
        self.last_seq = max(self.last_seq, seq)

    def joined(self, reply_to: str, attempt: int, length: int) -> None:
        """The answer so far, `length` code points of this attempt, was sent."""
        answer = self._answer(reply_to)
        answer.attempt, answer.next_index = attempt, length

    def has(self, reply_to: str, attempt: int) -> int:
        """How many code points of this attempt were sent."""
        answer = self._answers.get(reply_to)
        return answer.next_index if answer and answer.attempt == attempt else 0

    def _admit_reset(self, frame: dict[str, Any]) -> dict[str, Any] | None:
        seq = frame["seq"]
        if seq <= self.reset_seq:
            return None
        self.reset_seq = seq
        self.sent(seq)
        self._answers.clear()
        return frame

    def _admit_delta(self, frame: dict[str, Any]) -> dict[str, Any] | Missing | None:
        answer = self._answers.get(frame["reply_to"])
        if answer is None:
            return Missing.ANSWER_SO_FAR
        attempt, index, text = frame["attempt"], frame["index"], frame["text"]
        if not self._is_awaited(frame):
            return None
        have = answer.next_index if attempt == answer.attempt else 0
        if index > have:
            return Missing.ANSWER_SO_FAR
        fresh = text[have - index :]
        if not fresh:
            return None
        answer.attempt, answer.next_index = attempt, have + len(fresh)
        return frame if index == have else frame | {"index": have, "text": fresh}

    def _is_awaited(self, frame: dict[str, Any]) -> bool:
        """More of this attempt at this answer may still be told."""
        answer = self._answers.get(frame["reply_to"])
        return answer is not None and not answer.ended and frame["attempt"] >= answer.attempt

    def _note_outcome(self, frame: dict[str, Any]) -> None:
        """After an answer, drop further deltas; after a failed one, accept only a later attempt's.
        The frame says which attempt failed; else it is the one heard last."""
        reply_to = frame.get("reply_to")
        if reply_to is not None:
            answer = self._answer(reply_to)
            if frame.get("status") == "failed":
                next_attempt = (frame.get("attempt") or answer.attempt) + 1
                if next_attempt > answer.attempt:
                    answer.attempt, answer.next_index = next_attempt, 0
            else:
                answer.ended = True

    def _answer(self, reply_to: str) -> _Answer:
        answer = self._answers.get(reply_to)
        if answer is None:
            answer = self._answers[reply_to] = _Answer()
            if len(self._answers) > REMEMBERED_ANSWERS:
                del self._answers[next(iter(self._answers))]
        return answer
