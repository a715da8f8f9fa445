"""Channels of other platforms: an answer is shown when it is whole, and sent by its delivery."""

from collections.abc import Callable, Mapping
from typing import Any

from shared.valkey.publish import publish_delivery_ready

from orchestrator.channels.port import Preview, Told, Turn, Unseen


class OutsideChannel:
    """The answer's delivery is stored with it."""

    tries_again_after_s = (30.0, 120.0, 600.0)

    def rule(self, extras: Mapping[str, Any]) -> str:  # noqa: ARG002
        return ""

    def preview(self, turn: Turn, window_s: Callable[[], float]) -> Preview:  # noqa: ARG002
        return Unseen()

    async def tell(self, turn: Turn, told: Told) -> None:  # noqa: ARG002
        """Wake the account's sender. One that hears nothing looks by itself."""
        if turn.connection_id is not None:
            await publish_delivery_ready(turn.connection_id)
