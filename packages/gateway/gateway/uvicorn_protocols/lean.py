"""asyncio's Queue and Event for those of whom a process holds thousands, most of them idle.

asyncio's own keep a deque or four ready, each of 0.8 KiB; these hold nothing while nobody waits.
"""

import asyncio
from typing import Generic, TypeVar

Item = TypeVar("Item")


class LeanQueue(Generic[Item]):
    """First in, first out, without bound, for one reader. The names are those of asyncio.Queue."""

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
        """The oldest item, waited for."""
        while not self._items:
            self._news = asyncio.get_running_loop().create_future()
            try:
                await self._news
            finally:
                self._news = None
        return self._items.pop(0)


class LeanEvent:
    """Set or not, for any number who wait. The names are those of asyncio.Event."""

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
        """Until it is set."""
        if not self._is_set:
            if self._news is None:
                self._news = asyncio.get_running_loop().create_future()
            await asyncio.shield(self._news)  # it is everybody's: who leaves does not end it
        return True
