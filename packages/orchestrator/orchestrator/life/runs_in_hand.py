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
    """None until it is claimed. Before that, only its nudge is known."""
    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when somebody stopped the answer."""
    lost: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the run is no longer ours, or we are leaving: nothing more may be stored."""


class RunsInHand:
    """Runs by the name of their nudge, which is known before the run is."""

    def __init__(self) -> None:
        self._by_name: dict[str, RunInHand] = {}
        self._empty = asyncio.Event()
        self._empty.set()
        self.closed = False

    def __len__(self) -> int:
        return len(self._by_name)

    @contextmanager
    def working_on(self, name: str) -> Iterator[RunInHand | None]:
        """Hold the run of the nudge `name` while it is claimed and answered. None if it is in hand
        already, or no more are taken."""
        if name in self._by_name or self.closed:
            yield None
            return
        in_hand = self._by_name[name] = RunInHand()
        self._empty.clear()
        try:
            yield in_hand
        finally:
            del self._by_name[name]
            if not self._by_name:
                self._empty.set()

    def is_held(self, *names: str) -> bool:
        """Whether a run with any of these names is in hand."""
        return not self._by_name.keys().isdisjoint(names)

    def claimed(self) -> dict[UUID, RunInHand]:
        """The claimed runs, by id."""
        return {run.run_id: run for run in self._by_name.values() if run.run_id}

    def lose_all(self) -> None:
        """Mark all as lost: nothing more of them may be stored."""
        for run in self._by_name.values():
            run.lost.set()

    def close(self) -> None:
        """Take no more runs."""
        self.closed = True

    async def until_empty(self, within_s: float) -> bool:
        """Wait until all are finished; False if `within_s` was too short."""
        try:
            async with asyncio.timeout(within_s):
                await self._empty.wait()
        except TimeoutError:
            return False
        return True
