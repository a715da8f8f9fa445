"""Channels of other platforms: an answer is shown when it is whole."""

from collections.abc import Callable

from orchestrator.channels.port import Preview, Told, Turn, Unseen


class OutsideChannel:
    """Its answers are told by their deliveries, which are stored with them."""

    def preview(self, turn: Turn, window_s: Callable[[], float]) -> Preview:  # noqa: ARG002
        return Unseen()

    async def tell(self, turn: Turn, told: Told) -> None:
        """Nothing to do."""
