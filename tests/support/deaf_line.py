"""A line to Valkey on which a worker's intake goes deaf: all it says is answered, and whenever it
asks for work there is none."""

import asyncio
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from konstruct.devstack.ports import LOOPBACK

NOTHING_TO_DO = b"*-1\r\n"
ASKED_AGAIN_S = 0.2


class DeafLine:
    """Forwards everything to the server at `redis_url` until `deaf` is set."""

    def __init__(self, redis_url: str) -> None:
        self._server_url = urlsplit(redis_url)
        self.deaf = False
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
                if self.deaf and b"BLMPOP" in said:
                    await asyncio.sleep(ASKED_AGAIN_S)
                    to_client.write(NOTHING_TO_DO)
                else:
                    to_server.write(said)
        except OSError:
            pass
        finally:
            to_server.close()

    @staticmethod
    async def _answer(server: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        try:
            while said := await server.read(65536):
                to_client.write(said)
        except OSError:
            pass
        finally:
            to_client.close()
