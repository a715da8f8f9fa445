"""The runs this process works on, from before their claim until their outcome is stored."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(slots=True)
class RunInHand:
    """A run this process works on."""

    run_id: UUID | None = None
    """None until it is claimed; before, nobody can know more of it than its message."""
    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    """Somebody wants no more of the answer."""
    lost: asyncio.Event = field(default_factory=asyncio.Event)
    """It is no longer ours, or we are leaving: nothing may be stored."""


class RunsInHand:
    """By message, which is known before the run is."""

    def __init__(self) -> None:
        self._by_message: dict[str, RunInHand] = {}
        self._empty = asyncio.Event()
        self._empty.set()
        self.closed = False

    def __len__(self) -> int:
        return len(self._by_message)

    @contextmanager
    def working_on(self, message_id: UUID) -> Iterator[RunInHand | None]:
        """Hold a message's run while it is claimed and answered; None when it is in hand already
        or no more are taken."""
        name = str(message_id)
        if name in self._by_message or self.closed:
            yield None
            return
        in_hand = self._by_message[name] = RunInHand()
        self._empty.clear()
        try:
            yield in_hand
        finally:
            del self._by_message[name]
            if not self._by_message:
                self._empty.set()

    def is_held(self, message_id: str) -> bool:
        return message_id in self._by_message

    def claimed(self) -> dict[UUID, RunInHand]:
        """Those that are claimed, by run."""
        return {run.run_id: run for run in self._by_message.values() if run.run_id}

    def lose_all(self) -> None:
        """Nothing of them may be stored any more."""
        for run in self._by_message.values():
            run.lost.set()

    def close(self) -> None:
        """Take no more."""
        self.closed = True

    async def until_empty(self, within_s: float) -> bool:
        """Wait until all are finished; whether they are."""
        try:
            async with asyncio.timeout(within_s):
                await self._empty.wait()
        except TimeoutError:
            return False
        return True
