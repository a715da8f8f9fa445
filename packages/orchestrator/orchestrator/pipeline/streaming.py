"""Showing an answer while it is spoken.

The first text goes out at once, then what has gathered every `window_s`. Each time, the answer so
far is continued and the delta published in one transaction, so that whoever joins in between misses
nothing. All of this is a preview: a Valkey that is away costs the preview and nothing else.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol
from uuid import UUID

from shared.config import settings
from shared.db.away import VALKEY_AWAY
from shared.events import DeltaFrame
from shared.log import get_logger
from shared.models.message import ChannelType
from shared.redis import get_redis
from shared.redis_keys import answer_so_far_key, webchat_response_key

from orchestrator.pipeline.claim import Claimed

log = get_logger(__name__)

CLOSES_WITHIN_S = 0.5


class Preview(Protocol):
    """Where the text goes while it comes."""

    @property
    def text(self) -> str: ...
    def add(self, piece: str) -> None: ...
    def complete(self) -> None: ...
    async def close(self) -> None: ...


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

    async def close(self) -> None:
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
        self._on_its_way = False
        """Whether some text has left and not arrived yet."""
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

    async def close(self) -> None:
        """Stop publishing. What was not published comes with the outcome.

        Text on its way gets a moment to arrive: cancelling would cost its connection, and until
        Python 3.12 might be swallowed by redis-py.
        """
        self._closed = True
        if not self._on_its_way:
            self._publishing.cancel()
        await asyncio.wait({self._publishing}, timeout=CLOSES_WITHIN_S)
        self._publishing.cancel()

    async def _publish_until_closed(self) -> None:
        while not self._closed:
            await self._more.wait()
            self._more.clear()
            if self._closed:
                break
            self._on_its_way = True
            try:
                await self._publish()
            except VALKEY_AWAY as error:
                log.warning("delta_not_published", error=type(error).__name__)
            self._on_its_way = False
            if not self._closed:
                await asyncio.sleep(self._window_s())

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
        offset = self._published_bytes
        self._published_bytes += len(text.encode())
        kept_s = int(settings.run_deadline_s) + 60
        pipeline = get_redis().pipeline(transaction=True)
        pipeline.strlen(self._key)
        if offset == 0:
            pipeline.set(self._key, text, ex=kept_s)
        else:
            # In its own place: what is missing before it becomes a hole, and nothing counts twice.
            pipeline.setrange(self._key, offset, text)
        pipeline.publish(self._channel, frame.wire())
        stored_before, *_ = await pipeline.execute()
        if stored_before < offset:
            whole = "".join(self._pieces[: self._published_pieces])
            await get_redis().set(self._key, whole, ex=kept_s)


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
