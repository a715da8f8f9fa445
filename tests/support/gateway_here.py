"""A gateway in this process, on a real port: uvicorn as `konstruct gateway` configures it.

For tests of the raw bytes and of the process's memory. There is no worker, so messages are stored
and wait.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from uuid import UUID

import orjson
import pytest
import uvicorn
from gateway import server
from konstruct.devstack.ports import LOOPBACK, free_port
from shared.config import get_settings
from websockets.client import ClientProtocol
from websockets.uri import parse_uri

from tests.support.chat_client import ChatClient
from tests.support.people import Person

WITHIN_S = 15.0


@dataclass
class GatewayHere:
    """A running gateway and its address."""

    port: int
    server: uvicorn.Server
    url: str

    def socket_url(self, conversation_id: UUID) -> str:
        return f"ws{self.url.removeprefix('http')}/chat/ws/{conversation_id}"

    async def connect(self, person: Person, conversation_id: UUID) -> ChatClient:
        """A socket that is authenticated and caught up."""
        client = await ChatClient.open(self.socket_url(conversation_id))
        await client.send(person.auth_frame())
        await client.expect("ready")
        return client

    async def raw(self, conversation_id: UUID, *, receive_buffer: int | None = None) -> "RawSocket":
        """A WebSocket after its handshake; the test writes and reads its bytes."""
        sock = socket.socket()
        if receive_buffer:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, (LOOPBACK, self.port))
        raw = RawSocket(sock, ClientProtocol(parse_uri(self.socket_url(conversation_id))))
        raw.protocol.send_request(raw.protocol.connect())
        await raw.flush()
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += await raw.read()
        assert answer.startswith(b"HTTP/1.1 101"), answer
        raw.protocol.receive_data(answer)
        return raw


@dataclass
class RawSocket:
    """Sends and reads only when told to."""

    sock: socket.socket
    protocol: ClientProtocol

    async def authenticate(self, person: Person) -> None:
        self.protocol.send_text(orjson.dumps(person.auth_frame()))
        await self.flush()

    async def flush(self) -> None:
        await self.send(b"".join(self.protocol.data_to_send()))

    async def send(self, data: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self.sock, data)

    async def read(self) -> bytes:
        """The next bytes; empty at the end. Raises ConnectionError."""
        async with asyncio.timeout(WITHIN_S):
            return await asyncio.get_running_loop().sock_recv(self.sock, 65536)

    async def read_to_the_end(self) -> bytes:
        """Everything until the other side ends the connection."""
        read = b""
        try:
            while data := await self.read():
                read += data
        except ConnectionError:
            pass
        return read

    def close(self) -> None:
        self.sock.close()


@contextmanager
def _no_signals() -> Iterator[None]:
    """Signal handlers stay pytest's."""
    yield


@asynccontextmanager
async def gateway_here(
    settings: pytest.MonkeyPatch, **changes: object
) -> AsyncIterator[GatewayHere]:
    """A gateway with these settings changed: `gateway_here(patch, sockets_per_user=2)`."""
    port = free_port()
    host = str(changes.get("host", LOOPBACK))
    for name, value in {"host": host, "port": port, **changes}.items():
        settings.setenv(f"KONSTRUCT_{name}".upper(), str(value))
    get_settings.cache_clear()
    config = server.configured(host, port)
    running = uvicorn.Server(config)
    running.capture_signals = _no_signals  # type: ignore[method-assign]
    serving = asyncio.create_task(running.serve(sockets=[server.listen(config)]))
    try:
        async with asyncio.timeout(WITHIN_S):
            while not (running.started or serving.done()):  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.01)
        yield GatewayHere(port, running, get_settings().gateway.local_url())
    finally:
        running.should_exit = True
        await serving
