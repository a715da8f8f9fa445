"""On pages of ours, the web chat's and the widget's: an answer is shown while it is spoken, then
its outcome is published.

The first text goes out at once, then what has gathered every `window_s`. Each time, the answer so
far is continued and the delta published in one step, so that whoever joins in between misses
nothing. It goes by the batch, as the outcome does: in order, and with what others have to tell at
that moment. All of this is a preview: a Valkey that is away costs the preview and nothing else. The
outcome is stored already; clients that miss it get it when they catch up.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

import orjson
from shared.config import settings
from shared.events import (
    DeltaFrame,
    ErrorFrame,
    ServerFrame,
    ToolFinishedFrame,
    ToolStartedFrame,
)
from shared.redis_keys import answer_so_far_key, webchat_response_key
from shared.valkey.batch import get_batch
from shared.valkey.publish import publish, tell_changed

from orchestrator.channels.port import Doing, Preview, Told, Turn
from orchestrator.life.lag import in_step

CONTINUE = """
local had, offset = redis.call('STRLEN', KEYS[1]), tonumber(ARGV[2])
if offset == 0 then
    redis.call('SET', KEYS[1], ARGV[3], 'EX', ARGV[4])
elseif had >= offset then
    redis.call('SETRANGE', KEYS[1], offset, ARGV[3])
end
redis.call('PUBLISH', ARGV[1], ARGV[5])
return had
"""
"""Key; channel, bytes before this text, the text, seconds to keep it, the frame. Text has its own
place, so nothing counts twice. Returns how many bytes were there: fewer than those before it, and
Valkey has lost some of the answer."""


class WebPreview:
    """Publishes deltas, and what the agent does beside them, to the conversation's sockets.
    `close` when nothing more comes."""

    def __init__(
        self,
        *,
        tenant_id: UUID,
        conversation_id: UUID,
        run_id: UUID,
        reply_to: UUID,
        attempt: int,
        window_s: Callable[[], float],
    ) -> None:
        self._channel = webchat_response_key(tenant_id, conversation_id)
        self._key = answer_so_far_key(tenant_id, run_id, attempt)
        self._reply_to = reply_to
        self._attempt = attempt
        self._window_s = window_s
        self._pieces: list[str] = []
        self._published_pieces = 0
        self._published_chars = 0
        self._published_bytes = 0
        self._more = asyncio.Event()
        self._closed = False
        self._publishing = asyncio.create_task(self._publish_until_closed())

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    def add(self, piece: str) -> None:
        self._pieces.append(piece)
        self._more.set()

    def begun(self, doing: Doing) -> None:
        self._show(ToolStartedFrame(**self._of(doing)))

    def done(self, doing: Doing, *, failed: bool) -> None:
        self._show(ToolFinishedFrame(**self._of(doing), failed=failed))

    def _of(self, doing: Doing) -> dict[str, Any]:
        return {"reply_to": self._reply_to, "attempt": self._attempt, **asdict(doing)}

    def _show(self, frame: ServerFrame) -> None:
        if not self._closed:
            get_batch().put("PUBLISH", self._channel, frame.wire())

    def complete(self) -> None:
        """Nothing more comes: what has not left yet is left to the outcome, so that an answer that
        came at once is told once."""
        self._closed = True

    def close(self) -> None:
        """Stop publishing. What is on its way arrives before the outcome, what is not comes with
        it."""
        self._closed = True
        self._publishing.cancel()

    async def _publish_until_closed(self) -> None:
        while not self._closed:
            await self._more.wait()
            self._more.clear()
            if self._closed:
                break
            await self._publish()
            await asyncio.sleep(in_step(self._window_s()))

    async def _publish(self) -> None:
        text = "".join(self._pieces[self._published_pieces :])
        frame = DeltaFrame(
            reply_to=self._reply_to,
            attempt=self._attempt,
            index=self._published_chars,
            text=text,
        )
        # Counted as published whatever happens: a joiner's next gap has the answer so far read.
        self._published_pieces = len(self._pieces)
        self._published_chars += len(text)
        stored, offset = text.encode(), self._published_bytes
        self._published_bytes += len(stored)
        kept_s = int(settings.worker.run_deadline_s) + 60
        words = (CONTINUE, 1, self._key, self._channel, offset, stored, kept_s, frame.wire())
        had = await get_batch().ask("EVAL", *words)
        if had is not None and had < offset:
            whole = "".join(self._pieces[: self._published_pieces])
            get_batch().put("SET", self._key, whole.encode(), "EX", kept_s)


class WebChannel:
    """Everything is published to the conversation's sockets, on every gateway."""

    tries_again_after_s = ()

    def rule(self, extras: Mapping[str, Any]) -> str:  # noqa: ARG002
        return ""

    def preview(self, turn: Turn, window_s: Callable[[], float]) -> Preview:
        return WebPreview(
            tenant_id=turn.tenant_id,
            conversation_id=UUID(turn.thread_id),
            run_id=turn.run_id,
            reply_to=UUID(turn.message_id),
            attempt=turn.attempt,
            window_s=window_s,
        )

    async def tell(self, turn: Turn, told: Told) -> None:
        """Why it failed, if it did, and then the outcomes in their order."""
        channel = webchat_response_key(turn.tenant_id, turn.thread_id)
        if (failure := told.failure) is not None:
            error = ErrorFrame(
                code=failure.code,
                message=failure.sentence,
                retryable=failure.retryable,
                retry_after_s=failure.retry_after_s,
                reply_to=UUID(turn.message_id),
            )
            await publish(channel, error.wire())
        for frame in (*told.merged, told.frame):
            await publish(channel, orjson.dumps(frame))
        if turn.person_id is not None:
            tell_changed(turn.tenant_id, "conversations", person_id=turn.person_id)
