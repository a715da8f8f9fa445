"""Small versions of asyncio's Queue and Event, for thousands of mostly idle users in one process.

asyncio's own hold one or more deques, 0.8 KiB each. These hold nothing while nobody waits.
"""

import asyncio
from typing import Generic, TypeVar

Item = TypeVar("Item")


class LeanQueue(Generic[Item]):
    """An unbounded first-in, first-out queue for one reader, with asyncio.Queue's names."""

    __slots__ = ("_items", "_news")

    def __init__(self) -> None:
        self._items: list[Item] = []
        self._news: asyncio.Future[None] | None = None

    def put_nowait(self, item: Item) -> None:
        self._items.append(item)
        if self._news is not None and not self._news.done():
            self._news.set_result(None)

    def empty(self) -> bool:
        return not self._items

    async def get(self) -> Item:
        """Wait for the oldest item."""
        while not self._items:
            self._news = asyncio.get_running_loop().create_future()
            try:
                await self._news
            finally:
                self._news = None
        return self._items.pop(0)


class LeanEvent:
    """An event for any number of waiters, with asyncio.Event's names."""

    __slots__ = ("_is_set", "_news")

    def __init__(self, *, is_set: bool = False) -> None:
        self._is_set = is_set
        self._news: asyncio.Future[None] | None = None

    def is_set(self) -> bool:
        return self._is_set

    def set(self) -> None:
        self._is_set = True
        news, self._news = self._news, None
        if news is not None:
            news.set_result(None)

    def clear(self) -> None:
        self._is_set = False

    async def wait(self) -> bool:
        """Wait until it is set."""
        if not self._is_set:
            if self._news is None:
                self._news = asyncio.get_running_loop().create_future()
            await asyncio.shield(self._news)  # shared: one waiter must not cancel it
        return True
