"""A platform's double on the running event loop."""

import asyncio
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

from aiohttp import web


class Served(ABC):
    """`async with` serves `application()` at `base_url`, at a free port if `port` is 0."""

    def __init__(self, *, port: int = 0) -> None:
        self.gone = asyncio.Event()
        """Set when it leaves: requests that hang end then."""
        self._port = port

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @abstractmethod
    def application(self) -> web.Application: ...

    @abstractmethod
    async def leave(self) -> None:
        """End what it has under way towards others."""

    async def __aenter__(self) -> Self:
        self._runner = web.AppRunner(self.application(), access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.gone.set()
        await self.leave()
        await self._runner.cleanup()
