"""What is due to one socket for a frame: put in order, noted as told, encoded. No I/O.

`Ordering` says what may go out, `Silence` hears of it, and the clock measures what a person
waited for.
"""

from uuid import UUID

from shared.events import AcceptedFrame, Handling, ResetFrame, ResponseFrame, ServerFrame
from shared.telemetry.tracing import TRACEPARENT, span

from gateway.metrics import AnswerClock
from gateway.realtime.ordering import Missing, Ordering
from gateway.realtime.published import Published, encoded
from gateway.realtime.silence import Silence

Frame = Published | ServerFrame
"""What was published, or what is for this socket alone."""


class Due:
    """`of` a frame: what goes out for it, taken as sent; or what has to be read before."""

    __slots__ = ("clock", "handling", "ordering", "silence")

    def __init__(self, silence: Silence) -> None:
        self.silence = silence
        self.clock = AnswerClock()
        self.ordering = Ordering(last_seq=0, reset_seq=0)
        self.handling: Handling = "agent"
        """Who answers, as far as this socket has heard."""

    def begin_after(self, last_seq: int, reset_seq: int) -> None:
        """The client has everything up to `last_seq`."""
        self.ordering = Ordering(last_seq, reset_seq)

    def awaits(self, reply_to: UUID) -> None:
        """An answer is expected; silence will be told."""
        self.ordering.expect(str(reply_to))
        self.silence.awaits(str(reply_to))

    def now_handled_by(self, handling: Handling) -> None:
        """Another answers from now on; nothing is awaited of an agent that may not speak."""
        self.handling = handling
        if handling != "agent":
            self.silence.expect_nothing()

    def of(self, frame: Frame) -> list[bytes] | Missing:
        if not isinstance(frame, Published):
            return self._of_own(frame)
        admitted = self.ordering.admit(frame.fields)
        if admitted is None:
            return []
        if isinstance(admitted, Missing):
            return admitted
        self.silence.heard_of(admitted)
        self.clock.sent(admitted)
        if "handling" in admitted:
            self.now_handled_by(admitted["handling"])
        elif admitted["type"] == "reset":
            self.handling = "agent"
        if TRACEPARENT not in admitted:
            # The same bytes for every socket, but for one that has some of the text already.
            return [frame.wire() if admitted is frame.fields else encoded(admitted)]
        with span("gateway.deliver", "consumer", parent=admitted[TRACEPARENT]):
            return [frame.wire() if admitted is frame.fields else encoded(admitted)]

    def _of_own(self, frame: ServerFrame) -> list[bytes] | Missing:
        """`accepted` stands for the user's own message and takes its place in the order. An
        outcome that is told again may be news here: then it must not come twice."""
        if isinstance(frame, AcceptedFrame):
            if frame.seq > self.ordering.last_seq + 1:
                return Missing.MESSAGES
            self.ordering.sent(frame.seq)
            if frame.handling is not None:
                self.now_handled_by(frame.handling)
        elif isinstance(frame, ResponseFrame) and (frame.seq or 0) > self.ordering.last_seq:
            return self.of(Published.of(frame))
        self.silence.heard_of(frame.payload())
        due = [frame.wire()]
        if isinstance(frame, AcceptedFrame) and frame.seq <= self.ordering.reset_seq:
            # A reset overtook it and was told before: told again, nobody waits for the answer.
            gone = ResetFrame(seq=self.ordering.reset_seq)
            self.silence.heard_of(gone.payload())
            due.append(gone.wire())
        return due
