"""A relay before PostgreSQL that counts what a client of it says, at the protocol.

A round trip is a time the client speaks after the server did: what it sends without waiting for an
answer, as in pipeline mode, is one. It slows down what it counts, so nothing is timed through it.
"""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

_STARTUP = 3 << 16
_QUERY, _EXECUTE = b"Q"[0], b"E"[0]


@dataclass(frozen=True, slots=True)
class Said:
    """So far, on all connections."""

    statements: int = 0
    round_trips: int = 0

    def __sub__(self, earlier: "Said") -> "Said":
        return Said(
            self.statements - earlier.statements,
            self.round_trips - earlier.round_trips,
        )


class Relay:
    """Runs on an event loop in a thread of its own, so that others may block."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._target = host, port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._statements = self._round_trips = 0
        self.port = 0

    @property
    def said(self) -> Said:
        return Said(self._statements, self._round_trips)

    def __enter__(self) -> Self:
        self._thread.start()
        listening = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._serve, "127.0.0.1", 0), self._loop
        )
        self.port = listening.result(10).sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _end(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        server, to_server = await asyncio.open_connection(self._host, self._target)
        messages = _Messages(self._note)
        server_spoke = True

        async def up() -> None:
            nonlocal server_spoke
            while data := await client.read(65536):
                self._round_trips += server_spoke
                server_spoke = False
                messages.feed(data)
                to_server.write(data)

        async def down() -> None:
            nonlocal server_spoke
            while data := await server.read(65536):
                server_spoke = True
                to_client.write(data)

        ways = [asyncio.create_task(up()), asyncio.create_task(down())]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            to_server.close()
            to_client.close()

    def _note(self, kind: int) -> None:
        self._statements += kind in (_QUERY, _EXECUTE)


class _Messages:
    """Cuts a client's bytes into messages; the first ones, of the start-up, carry no type."""

    def __init__(self, note: Callable[[int], None]) -> None:
        self._note = note
        self._buffer = bytearray()
        self._started = False

    def feed(self, data: bytes) -> None:
        self._buffer += data
        while True:
            head = 1 if self._started else 0
            if len(self._buffer) < head + 4:
                return
            end = head + int.from_bytes(self._buffer[head : head + 4])
            if len(self._buffer) < end:
                return
            body = bytes(self._buffer[head + 4 : end])
            if self._started:
                self._note(self._buffer[0])
            else:
                # Before it a client may ask for encryption, which this server declines.
                self._started = int.from_bytes(body[:4]) == _STARTUP
            del self._buffer[:end]
