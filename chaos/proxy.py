"""A TCP proxy that does to a line what networks do to it.

    with Proxy(("127.0.0.1", 5432)) as proxy:
        connect_to(proxy.port)
        proxy.black_hole()      # nobody is refused and nothing arrives
        proxy.heal()            # what waited arrives, as when TCP sends it again

What is set holds for the connections there are and for new ones, until it is set otherwise. Bytes
are never lost in the middle of a stream that goes on: a line that is silent either speaks again
from where it stopped, or is `abandon`ed and stays silent for good, as when a router has forgotten
it. The proxy runs on an event loop in a thread of its own, so it works while the caller blocks.
"""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import Any, Self, TypeVar

LOOPBACK = "127.0.0.1"
CHUNK_BYTES = 64 * 1024
CHUNKS_ON_THE_WAY = 64
"""More is not read, so a line that stands still fills up and pushes back, as a network does."""
PORTIONS_PER_S = 20
"""A throttled line passes bytes in so many portions."""
WITHIN_S = 10.0
RESET_ON_CLOSE = struct.pack("ii", 1, 0)

Address = tuple[str, int]
Result = TypeVar("Result")


@dataclass(frozen=True)
class Way:
    """What one direction does with bytes."""

    flows: bool = True
    delay_s: float = 0.0
    bytes_per_s: float | None = None


@dataclass(frozen=True)
class Line:
    """Both directions, and whether anybody is let in."""

    accepts: bool = True
    to_server: Way = Way()
    to_client: Way = Way()


class Proxy:
    """Stands before `target`, which may be a function that knows it only later. Thread-safe."""

    def __init__(self, target: Address | Callable[[], Address]) -> None:
        self._target = target if callable(target) else lambda: target
        self._line = Line()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._listening: asyncio.Task[None] | None = None
        self._serving: set[asyncio.Task[None]] = set()
        self._pairs: set[_Pair] = set()
        self.port = 0

    @property
    def address(self) -> Address:
        return LOOPBACK, self.port

    @property
    def connections(self) -> int:
        """How many connections are open through it."""
        return len(self._pairs)

    def __enter__(self) -> Self:
        self._thread.start()
        self._run(self._listen())
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(WITHIN_S)
        self._loop.close()

    # ── faults ─────────────────────────────────────────────────────────────────────────────────

    def refuse(self) -> None:
        """As if nobody listened: connections are refused, those there are end."""
        self._set(replace(self._line, accepts=False))
        self.cut()

    def black_hole(self) -> None:
        """Whoever connects is let in; no byte arrives, in either direction."""
        self._set(Line(to_server=Way(flows=False), to_client=Way(flows=False)))

    def silence(self, *, to_server: bool = False, to_client: bool = False) -> None:
        """No byte arrives in the directions named."""
        self._set(Line(to_server=Way(flows=not to_server), to_client=Way(flows=not to_client)))

    def delay(self, seconds: float) -> None:
        """Each byte takes so much longer, each way; their rate stays."""
        self._set(Line(to_server=Way(delay_s=seconds), to_client=Way(delay_s=seconds)))

    def throttle(self, bytes_per_s: float) -> None:
        """No more than so many bytes a second pass, each way, on each connection."""
        way = Way(bytes_per_s=bytes_per_s)
        self._set(Line(to_server=way, to_client=way))

    def cut(self) -> None:
        """Reset every connection; new ones are as set."""
        self._run(self._cut())

    def abandon(self) -> None:
        """The connections there are stay open and are silent for ever; new ones are as set."""
        self._run(self._abandon())

    def heal(self) -> None:
        """Everything passes, at once; what was abandoned is reset."""
        self._set(Line())
        self._run(self._cut(abandoned_only=True))

    # ── on the loop ────────────────────────────────────────────────────────────────────────────

    def _set(self, line: Line) -> None:
        self._run(self._become(line))

    async def _become(self, line: Line) -> None:
        self._line = line
        if line.accepts and self._listening is None:
            await self._listen()
        elif not line.accepts and self._listening is not None:
            await _end(self._listening)
            self._listening = None
        for pair in self._pairs:
            pair.become(line)

    async def _listen(self) -> None:
        listening = socket.create_server((LOOPBACK, self.port), backlog=1024)
        listening.setblocking(False)
        self.port = listening.getsockname()[1]
        self._listening = asyncio.create_task(self._accept(listening))

    async def _accept(self, listening: socket.socket) -> None:
        """Until cancelled. asyncio's own server loses a connection that comes as it closes."""
        with listening:
            while True:
                client, _ = await asyncio.get_running_loop().sock_accept(listening)
                serving = asyncio.create_task(self._serve(client))
                self._serving.add(serving)
                serving.add_done_callback(self._serving.discard)

    async def _serve(self, client: socket.socket) -> None:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        pair = _Pair(client, self._line)
        self._pairs.add(pair)
        try:
            await pair.join(self._target())
        finally:
            self._pairs.discard(pair)

    async def _cut(self, *, abandoned_only: bool = False) -> None:
        for pair in self._pairs:
            if pair.abandoned or not abandoned_only:
                pair.reset()

    async def _abandon(self) -> None:
        for pair in self._pairs:
            pair.abandon()

    async def _end(self) -> None:
        await _end(*self._serving, *filter(None, [self._listening]))

    def _run(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(WITHIN_S)


@dataclass(eq=False)
class _Direction:
    """One direction of one connection: bytes are read, wait as long as they have to, and go on."""

    way: Way
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def become(self, way: Way) -> None:
        self.way = way
        self._changed.set()

    async def pump(self, source: socket.socket, sink: socket.socket) -> None:
        """Until the source ends; what it said by then still arrives."""
        loop = asyncio.get_running_loop()
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(CHUNKS_ON_THE_WAY)
        arriving = asyncio.create_task(self._deliver(under_way, sink))
        try:
            while data := await loop.sock_recv(source, CHUNK_BYTES):
                await under_way.put((loop.time(), data))
            await under_way.put((loop.time(), b""))
            await arriving
        finally:
            await _end(arriving)

    async def _deliver(
        self, under_way: "asyncio.Queue[tuple[float, bytes]]", sink: socket.socket
    ) -> None:
        loop = asyncio.get_running_loop()
        while True:
            said_at, data = await under_way.get()
            await self._may_pass(said_at)
            if not data:
                return
            while data:
                rate = self.way.bytes_per_s
                size = len(data) if rate is None else max(1, int(rate / PORTIONS_PER_S))
                if rate is not None:
                    await asyncio.sleep(min(size, len(data)) / rate)
                    await self._may_pass(said_at)
                await loop.sock_sendall(sink, data[:size])
                data = data[size:]

    async def _may_pass(self, said_at: float) -> None:
        """Wait while nothing flows, and until what was said then is due."""
        while True:
            due_in = said_at + self.way.delay_s - asyncio.get_running_loop().time()
            if self.way.flows and due_in <= 0:
                return
            self._changed.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(due_in if self.way.flows else None):
                    await self._changed.wait()


class _Pair:
    """A client's connection and ours to the server in its place."""

    def __init__(self, client: socket.socket, line: Line) -> None:
        self._sockets = [client]
        self._to_server, self._to_client = _Direction(line.to_server), _Direction(line.to_client)
        self._over = asyncio.Event()
        self.abandoned = False

    def become(self, line: Line) -> None:
        if not self.abandoned:
            self._to_server.become(line.to_server)
            self._to_client.become(line.to_client)

    def abandon(self) -> None:
        self.become(Line(to_server=Way(flows=False), to_client=Way(flows=False)))
        self.abandoned = True

    def reset(self) -> None:
        """Have both ends find their connection reset, not ended."""
        for connected in self._sockets:
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        self._over.set()

    async def join(self, target: Address) -> None:
        """Until one of the two ends. A server that refuses resets the client's connection."""
        tasks = [asyncio.create_task(self._over.wait()), asyncio.create_task(self._pass_on(target))]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await _end(*tasks)
            for connected in self._sockets:
                connected.close()

    async def _pass_on(self, target: Address) -> None:
        client, server = *self._sockets, _new_socket()
        self._sockets.append(server)
        try:
            await asyncio.get_running_loop().sock_connect(server, target)
            pumps = [
                asyncio.create_task(self._to_server.pump(client, server)),
                asyncio.create_task(self._to_client.pump(server, client)),
            ]
            try:
                done, _ = await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
                for pump in done:
                    pump.result()
            finally:
                await _end(*pumps)
        except OSError:
            self.reset()


def _new_socket() -> socket.socket:
    new = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    new.setblocking(False)
    new.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return new


async def _end(*tasks: asyncio.Task[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
