"""What a chat client knows, and what each frame changes: nothing lost, nothing twice. No I/O.

Stored messages are counted by `seq`: one at or below `last_seq` has been seen, on this connection
or an earlier one. Deltas continue where the text stands: repeats are trimmed, a higher attempt
starts over, and after a gap the rest comes with the outcome. A message stays in the outbox until it
is accepted or refused for good. After a reconnect the outbox is sent again; the `client_message_id`
prevents doubles.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from konstruct.chat.events import (
    Accepted,
    Answered,
    ChatEvent,
    Connected,
    Emptied,
    Heard,
    Notice,
    Postponed,
    Refused,
    Said,
    Typing,
)

Frame = dict[str, Any]

RESEND_AFTER_S = 3.0
"""Used when the gateway does not say how long to wait."""


@dataclass(slots=True)
class _Answer:
    attempt: int = 0
    said: str = ""
    ended: bool = False


class ChatState:
    """One conversation from the client's side. `last_seq` is where its history ends."""

    def __init__(self, last_seq: int = 0) -> None:
        self.last_seq = last_seq
        self._reset_seq: int | None = None
        self._outbox: dict[str, str] = {}
        self._answers: dict[str, _Answer] = {}

    # ── what we send ───────────────────────────────────────────────────────────────────────────

    def compose(self, text: str) -> Frame:
        """The frame that sends this text; it stays in the outbox.

        Lone surrogates, which no frame can hold, become U+FFFD.
        """
        client_message_id = uuid4().hex
        self._outbox[client_message_id] = text.encode("utf-16", "surrogatepass").decode(
            "utf-16", "replace"
        )
        return self._send_frame(client_message_id)

    def refuse(self, client_message_id: str, why: str) -> Refused:
        """Remove a message that cannot be sent from the outbox."""
        del self._outbox[client_message_id]
        return Refused(client_message_id, why)

    def resend(self) -> list[Frame]:
        """The frames that send the outbox again, oldest first."""
        return [self._send_frame(each) for each in self._outbox]

    def _send_frame(self, client_message_id: str) -> Frame:
        return {
            "type": "message",
            "text": self._outbox[client_message_id],
            "client_message_id": client_message_id,
        }

    # ── what we receive ────────────────────────────────────────────────────────────────────────

    def receive(self, frame: Frame) -> Iterator[ChatEvent]:
        """The events of this frame; none for a type this client does not know."""
        match frame.get("type"):
            case "ready":
                yield from self._ready(frame)
            case "typing":
                yield Typing()
            case "accepted":
                self._count(frame["seq"])
                handling = frame.get("handling")
                yield from self._accepted(
                    frame.get("client_message_id"), frame["message_id"], handling
                )
            case "message" if self._is_new(frame):
                self._count(frame["seq"])
                if frame["role"] == "assistant":
                    yield self._answered(frame, _named(frame, frame["content"]))
                else:
                    yield from self._own_message(frame)
            case "response" if self._is_new(frame):
                self._count(frame.get("seq"))
                yield self._answered(frame, _named(frame, frame["text"]))
            case "delta":
                yield from self._delta(frame)
            case "reset":
                yield from self._reset(frame["seq"])
            case "error":
                yield from self._error(frame)

    def _is_new(self, frame: Frame) -> bool:
        seq = frame.get("seq")
        return seq is None or seq > self.last_seq

    def _count(self, seq: int | None) -> None:
        self.last_seq = max(self.last_seq, seq or 0)

    def _ready(self, frame: Frame) -> Iterator[ChatEvent]:
        again = self._reset_seq is not None
        emptied_meanwhile = again and frame["reset_seq"] > (self._reset_seq or 0)
        self._reset_seq = frame["reset_seq"]
        self._count(frame["last_seq"])
        yield Connected(again)
        if emptied_meanwhile:
            yield Emptied()

    def _reset(self, seq: int) -> Iterator[ChatEvent]:
        self._count(seq)
        if seq > (self._reset_seq or 0):
            self._reset_seq = seq
            self._answers.clear()
            yield Emptied()

    def _own_message(self, frame: Frame) -> Iterator[ChatEvent]:
        client_message_id = frame.get("client_message_id")
        if client_message_id in self._outbox:
            yield from self._accepted(client_message_id, frame["id"], frame.get("handling"))
        else:
            yield Heard(frame["id"], frame["content"])

    def _accepted(
        self, client_message_id: str | None, message_id: str, handling: str | None = None
    ) -> Iterator[ChatEvent]:
        if client_message_id is not None and self._outbox.pop(client_message_id, None) is not None:
            yield Accepted(client_message_id, message_id, handling)

    def _delta(self, frame: Frame) -> Iterator[ChatEvent]:
        answer = self._answers.setdefault(frame["reply_to"], _Answer())
        attempt, index, text = frame["attempt"], frame["index"], frame["text"]
        if answer.ended or attempt < answer.attempt:
            return
        known = answer.said if attempt == answer.attempt else ""
        fresh = text[len(known) - index :] if index <= len(known) else ""
        if fresh:
            afresh = bool(answer.said) and attempt > answer.attempt
            answer.attempt, answer.said = attempt, known + fresh
            yield Said(frame["reply_to"], fresh, afresh)

    def _answered(self, frame: Frame, text: str) -> Answered:
        reply_to, status = frame.get("reply_to"), frame.get("status") or "complete"
        answer = self._answers.setdefault(reply_to, _Answer()) if reply_to else _Answer()
        finish = frame.get("finish")
        # A failed answer's content is an error sentence, unless the answer broke off in the middle.
        is_answer = status != "failed" or finish == "broken_off"
        continues = is_answer and text.startswith(answer.said)
        said = answer.said
        if status == "failed":
            answer.attempt, answer.said = answer.attempt + 1, ""
        else:
            answer.ended = True
            answer.said = ""
        return Answered(
            reply_to=reply_to,
            text=text,
            status=status,
            rest=text[len(said) :] if continues else text,
            afresh=bool(said) and not continues,
            finish=finish,
        )

    def _error(self, frame: Frame) -> Iterator[ChatEvent]:
        """A retryable error leaves the message in the outbox."""
        client_message_id = frame.get("client_message_id")
        if client_message_id in self._outbox and not frame.get("retryable"):
            del self._outbox[client_message_id]
            yield Refused(client_message_id, frame["message"])
        elif client_message_id in self._outbox:
            yield Postponed(frame["message"], frame.get("retry_after_s") or RESEND_AFTER_S)
        else:
            yield Notice(frame["code"], frame["message"], frame.get("reply_to"))


def _named(frame: Frame, text: str) -> str:
    """A colleague's words say whose they are."""
    author = frame.get("author") or {}
    if author.get("kind") != "member":
        return text
    return f"{author.get('name') or 'A colleague'}: {text}"
