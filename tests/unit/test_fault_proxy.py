"""The proxy that breaks lines on purpose breaks them as it says."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator

import pytest

from chaos.proxy import Address, Proxy

HELD_S = 0.2
"""How long nothing may come before a test believes that nothing does."""
WITHIN_S = 10.0


class Talker:
    """Says things and hears them again."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def on(cls, address: Address) -> "Talker":
        return cls(*await asyncio.open_connection(*address))

    async def says(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def hears(self, size: int) -> bytes:
        async with asyncio.timeout(WITHIN_S):
            return await self._reader.readexactly(size)

    async def hears_nothing(self) -> bool:
        try:
            async with asyncio.timeout(HELD_S):
                await self._reader.readexactly(1)
        except TimeoutError:
            return True
        return False

    async def is_reset(self) -> bool:
        try:
            async with asyncio.timeout(WITHIN_S):
                return await self._reader.read(1) == b""
        except ConnectionResetError:
            return True

    def leave(self) -> None:
        self._writer.close()


@pytest.fixture
async def echo() -> AsyncIterator[Address]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()
    server.close()


@pytest.fixture
def proxy(echo: Address) -> Iterator[Proxy]:
    with Proxy(echo) as proxy:
        yield proxy


async def test_what_is_said_passes_whole_and_in_order(proxy: Proxy) -> None:
    talker = await Talker.on(proxy.address)
    said = bytes(range(256)) * 4096
    hearing = asyncio.create_task(talker.hears(len(said)))
    await talker.says(said)
    assert await hearing == said


async def test_a_black_hole_lets_in_and_holds_everything_until_it_is_healed(proxy: Proxy) -> None:
    before = await Talker.on(proxy.address)
    proxy.black_hole()
    after = await Talker.on(proxy.address)
    for talker in (before, after):
        await talker.says(b"anybody?")
    assert await before.hears_nothing()
    assert await after.hears_nothing()
    proxy.heal()
    assert await before.hears(8) == await after.hears(8) == b"anybody?"


async def test_one_direction_may_be_silent_alone(proxy: Proxy) -> None:
    talker = await Talker.on(proxy.address)
    proxy.silence(to_client=True)
    await talker.says(b"one")
    assert await talker.hears_nothing()
    proxy.silence(to_server=True)
    assert await talker.hears(3) == b"one"  # it had arrived
    await talker.says(b"two")
    assert await talker.hears_nothing()
    proxy.heal()
    assert await talker.hears(3) == b"two"


async def test_refusing_resets_what_there_is_and_the_port_stays_the_same(proxy: Proxy) -> None:
    talker, port = await Talker.on(proxy.address), proxy.port
    proxy.refuse()
    assert await talker.is_reset()
    with pytest.raises(ConnectionRefusedError):
        await Talker.on(proxy.address)
    proxy.heal()
    assert proxy.port == port
    again = await Talker.on(proxy.address)
    await again.says(b"back")
    assert await again.hears(4) == b"back"


async def test_a_server_that_refuses_ends_the_client_s_connection() -> None:
    with Proxy(("127.0.0.1", 1)) as proxy, pytest.raises(ConnectionResetError):
        await (await Talker.on(proxy.address)).hears(1)


async def test_a_cut_resets_what_there_is_and_lets_others_in(proxy: Proxy) -> None:
    talker = await Talker.on(proxy.address)
    await talker.says(b"x")
    await talker.hears(1)
    proxy.cut()
    assert await talker.is_reset()
    other = await Talker.on(proxy.address)
    await other.says(b"y")
    assert await other.hears(1) == b"y"


async def test_what_is_abandoned_stays_silent_while_new_connections_talk(proxy: Proxy) -> None:
    forgotten = await Talker.on(proxy.address)
    await forgotten.says(b"x")
    await forgotten.hears(1)
    proxy.abandon()
    await forgotten.says(b"hello?")
    fresh = await Talker.on(proxy.address)
    await fresh.says(b"y")
    assert await fresh.hears(1) == b"y"
    assert await forgotten.hears_nothing()
    proxy.heal()
    assert await forgotten.is_reset()


async def test_a_delay_makes_each_byte_late_and_all_of_them_equally(proxy: Proxy) -> None:
    talker = await Talker.on(proxy.address)
    proxy.delay(0.2)
    began = time.monotonic()
    for _ in range(20):
        await talker.says(b"x")
        await asyncio.sleep(0.01)
    await talker.hears(20)
    assert time.monotonic() - began >= 0.4
    # One after the other they would take 20 times as long.
    assert time.monotonic() - began < 4


async def test_a_throttled_line_is_as_slow_as_said(proxy: Proxy) -> None:
    talker = await Talker.on(proxy.address)
    proxy.throttle(20_000)
    began = time.monotonic()
    await talker.says(b"x" * 10_000)
    await talker.hears(10_000)
    assert time.monotonic() - began >= 0.5


async def test_connections_are_counted_until_they_end(proxy: Proxy) -> None:
    talker = await Talker.on(proxy.address)
    await talker.says(b"x")
    await talker.hears(1)
    assert proxy.connections == 1
    talker.leave()
    async with asyncio.timeout(WITHIN_S):
        while proxy.connections:  # noqa: ASYNC110 - nobody sets an event
            await asyncio.sleep(0.01)
