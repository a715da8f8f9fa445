"""A line to a server that forwards everything until it is made silent."""

import asyncio
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from konstruct.devstack.ports import LOOPBACK


class Line:
    """Forwards to the server of `url`; while `silent`, the server's bytes are dropped."""

    def __init__(self, url: str) -> None:
        self._server_url = urlsplit(url)
        self.silent = False
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, LOOPBACK, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def url(self) -> str:
        real = f"{self._server_url.hostname}:{self._server_url.port}"
        return self._server_url.geturl().replace(real, f"{LOOPBACK}:{self.port}")

    async def asked(
        self, said: bytes, to_server: asyncio.StreamWriter, to_client: asyncio.StreamWriter
    ) -> None:
        """Called with the bytes that the client sent."""
        to_server.write(said)

    async def _connected(
        self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter
    ) -> None:
        server, to_server = await asyncio.open_connection(
            self._server_url.hostname, self._server_url.port
        )
        for work in (self._ask(client, to_server, to_client), self._answer(server, to_client)):
            task = asyncio.create_task(work)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _ask(
        self,
        client: asyncio.StreamReader,
        to_server: asyncio.StreamWriter,
        to_client: asyncio.StreamWriter,
    ) -> None:
        try:
            while said := await client.read(65536):
                await self.asked(said, to_server, to_client)
        except OSError:
            pass
        finally:
            to_server.close()

    async def _answer(self, server: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        try:
            while said := await server.read(65536):
                if not self.silent:
                    to_client.write(said)
        except OSError:
            pass
        finally:
            to_client.close()
