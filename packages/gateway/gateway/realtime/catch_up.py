"""Catch-up of a socket: messages it has not had from PostgreSQL, answers so far from Valkey.

What is read is sent at once, ahead of the queue. Each call raises the errors of a server in an
outage and those of `send`. What was sent before the error is noted, so the call can be repeated.
"""

from collections.abc import Sequence
from uuid import UUID

from shared.conversations.catch_up import CatchUp, InFlight, catch_up
from shared.conversations.frames import message_frame, response_frame
from shared.conversations.history import MAX_PAGE
from shared.events import (
    AcceptedFrame,
    DeltaFrame,
    Handling,
    ResetFrame,
    ServerFrame,
    TypingFrame,
)
from shared.models import WebConversationMessage
from shared.redis_keys import answer_so_far_key
from shared.valkey.client import get_redis

from gateway import metrics
from gateway.realtime.due import Due, Frame
from gateway.realtime.identified import Identified
from gateway.realtime.ordering import Missing
from gateway.realtime.outlet import Outlet, send
from gateway.realtime.published import Published


class CatchingUp:
    """Call `begin` once; then `again` whenever something may have been missed, and `up_to` for a
    frame before which something is missing."""

    __slots__ = ("_due", "_outlet", "_who")

    def __init__(self, who: Identified, due: Due, outlet: Outlet) -> None:
        self._who = who
        self._due = due
        self._outlet = outlet

    async def begin(self) -> None:
        """Send messages newer than the client's `last_seq`, and answers being written."""
        metrics.CAUGHT_UP_FIRST.inc()
        after = self._who.last_seq
        news = await self._read(after)
        has = news.last_seq if after is None else min(after, news.last_seq)
        self._due.begin_after(max(has, news.reset_seq), news.reset_seq)
        self._due.handling = news.handling
        news = await self._send_messages(news, live=False)
        self._expect(news)
        if news.in_flight and news.handling == "agent":
            await self._send(TypingFrame(conversation_id=self._who.conversation_id))
        await self._send_answers_so_far(news.in_flight)

    async def again(self, until_seq: int | None = None) -> None:
        """Send every stored message this socket has not had, and answers being written."""
        metrics.CAUGHT_UP_AGAIN.inc()
        news = await self._read(self._due.ordering.last_seq)
        news = await self._send_messages(news, live=True, until_seq=until_seq)
        self._due.now_handled_by(news.handling)
        self._expect(news)
        await self._send_answers_so_far(news.in_flight)

    async def up_to(self, frame: Frame, missing: Missing) -> None:
        """Send what is missing before `frame`, and then `frame`."""
        if missing is Missing.ANSWER_SO_FAR:
            assert isinstance(frame, Published)
            await self._join(UUID(frame.fields["reply_to"]))
        elif isinstance(frame, AcceptedFrame):
            await self.again(until_seq=frame.seq)
            self._due.ordering.sent(frame.seq - 1)
            await self._tell(frame)
        else:
            await self.again()  # a published message is stored, so this sends it too

    async def _join(self, reply_to: UUID) -> None:
        """The socket missed a part of this answer: send the answer so far."""
        news = await self._read(None)
        await self._send_answers_so_far([run for run in news.in_flight if run.reply_to == reply_to])

    async def _read(self, after: int | None) -> CatchUp:
        who = self._who
        return await catch_up(
            who.tenant_id,
            who.conversation_id,
            after,
            person_id=who.claims.user_id,
            channel=who.channel,
        )

    async def _send_messages(
        self, news: CatchUp, *, live: bool, until_seq: int | None = None
    ) -> CatchUp:
        """Send this page of messages and all after it; returns the last page."""
        while True:
            if news.reset_seq > self._due.ordering.reset_seq:
                await self._tell(Published.of(ResetFrame(seq=news.reset_seq)))
            for message in news.messages:
                if until_seq is None or message.seq < until_seq:
                    await self._send_stored(message, news, live=live)
            if len(news.messages) < MAX_PAGE:
                return news
            news = await self._read(self._due.ordering.last_seq)

    async def _send_stored(
        self, message: WebConversationMessage, news: CatchUp, *, live: bool
    ) -> None:
        """On a live socket an outcome is sent as `response`, any other message as `message`."""
        author, attempt = news.authors.get(message.id), news.attempts.get(message.id)
        frame: ServerFrame
        if live and message.reply_to is not None:
            frame = response_frame(message, author=author, attempt=attempt)
        else:
            frame = message_frame(
                message,
                author=author,
                attempt=attempt,
                handling=held(news.handling) if message.role == "user" else None,
            )
        # Gaps in a page are messages that were reset away; the `reset` frame is on its way.
        self._due.ordering.sent(message.seq - 1)
        await self._tell(Published.of(frame))

    def _expect(self, news: CatchUp) -> None:
        """Nobody claims a run of a conversation that its agent has not."""
        if news.handling == "agent":
            for run in news.in_flight:
                self._due.awaits(run.reply_to)

    async def _send_answers_so_far(self, in_flight: Sequence[InFlight]) -> None:
        for run in in_flight:
            if run.running:
                await self._send_answer_so_far(run)

    async def _send_answer_so_far(self, run: InFlight) -> None:
        ordering, reply_to = self._due.ordering, str(run.reply_to)
        key = answer_so_far_key(self._who.tenant_id, run.run_id, run.attempt)
        stored = await get_redis().get(key)
        stored = stored if isinstance(stored, bytes) else b""
        text = "" if b"\0" in stored else stored.decode()  # a hole: set again in a moment
        have = ordering.has(reply_to, run.attempt)
        if len(text) > have:
            await self._send(
                DeltaFrame(reply_to=run.reply_to, attempt=run.attempt, index=have, text=text[have:])
            )
            ordering.joined(reply_to, run.attempt, len(text))

    async def _tell(self, frame: Frame) -> None:
        """Send a frame before which nothing is missing."""
        due = self._due.of(frame)
        assert not isinstance(due, Missing)
        for wire in due:
            await send(self._outlet, wire)

    async def _send(self, frame: ServerFrame) -> None:
        await send(self._outlet, frame.wire())


def held(handling: Handling) -> Handling | None:
    """The `handling` that frames carry; None if the agent has the conversation."""
    return None if handling == "agent" else handling
