"""Channels of other platforms: an answer is shown when it is whole, and sent by its delivery. While
it is made, the person sees that somebody writes, if the platform shows that.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from shared.valkey.publish import publish_delivery_ready, publish_working

from orchestrator.channels.port import Preview, Told, Turn, Unseen

SIGN_EVERY_S = 4.0
"""Platforms show one for five seconds and longer."""


class WorkingSign(Unseen):
    """Renewed while its run is in our hands: whoever loses the run closes the preview. It goes by
    the account's sender; a Valkey that is away costs the sign alone."""

    def __init__(self, connection_id: str, conversation_id: str) -> None:
        super().__init__()
        self._showing = asyncio.create_task(_show(connection_id, conversation_id))

    def complete(self) -> None:
        self._showing.cancel()

    def close(self) -> None:
        self._showing.cancel()


async def _show(connection_id: str, conversation_id: str) -> None:
    while True:
        await publish_working(connection_id, conversation_id)
        await asyncio.sleep(SIGN_EVERY_S)


class OutsideChannel:
    """The answer's delivery is stored with it."""

    tries_again_after_s = (30.0, 120.0, 600.0)

    def rule(self, extras: Mapping[str, Any]) -> str:  # noqa: ARG002
        return ""

    def preview(self, turn: Turn, window_s: Callable[[], float]) -> Preview:  # noqa: ARG002
        if turn.connection_id is None:
            return Unseen()
        return WorkingSign(turn.connection_id, turn.thread_id)

    async def tell(self, turn: Turn, told: Told) -> None:  # noqa: ARG002
        """Wake the account's sender. One that hears nothing looks by itself."""
        if turn.connection_id is not None:
            await publish_delivery_ready(turn.connection_id)
