"""Showing an answer while it is spoken.

The first text goes out at once, then what has gathered every `window_s`. Each time, the answer so
far is continued and the delta published in one step, so that whoever joins in between misses
nothing. It goes by the batch, as the outcome does: in order, and with what others have to tell at
that moment. All of this is a preview: a Valkey that is away costs the preview and nothing else.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol
from uuid import UUID

from shared.config import settings
from shared.events import DeltaFrame
from shared.models.message import ChannelType
from shared.redis_keys import answer_so_far_key, webchat_response_key
from shared.valkey.batch import get_batch

from orchestrator.life.lag import in_step
from orchestrator.pipeline.claim import Claimed

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


class Preview(Protocol):
    """Where the text goes while it comes."""

    @property
    def text(self) -> str: ...
    def add(self, piece: str) -> None: ...
    def complete(self) -> None: ...
    def close(self) -> None: ...


class Unseen:
    """For channels that show an answer only when it is whole."""

    def __init__(self) -> None:
        self._pieces: list[str] = []

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    def add(self, piece: str) -> None:
        self._pieces.append(piece)

    def complete(self) -> None:
        """Nothing to do."""

    def close(self) -> None:
        """Nothing to do."""


class WebPreview:
    """Publishes deltas to the conversation's sockets. `close` when nothing more comes."""

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


def open_preview(claimed: Claimed, window_s: Callable[[], float]) -> Preview:
    if claimed.message.channel is not ChannelType.WEB:
        return Unseen()
    return WebPreview(
        tenant_id=claimed.tenant_id,
        conversation_id=UUID(claimed.thread_id),
        run_id=claimed.run_id,
        reply_to=UUID(claimed.message.id),
        attempt=claimed.attempt,
        window_s=window_s,
    )
