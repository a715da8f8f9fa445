"""A PostgreSQL that takes a connection and says nothing: no line to it stays open."""

import asyncio
import gc
from collections.abc import AsyncIterator

import pytest
from shared.config import get_settings
from shared.db.engine import create_engine
from shared.outages import DATABASE_AWAY
from sqlalchemy.ext.asyncio import AsyncEngine

TIMES_OUT_AFTER_S = 2  # libpq's least
CLOSED_WITHIN_S = 1.0

Deaf = tuple[AsyncEngine, "asyncio.Queue[asyncio.Event]"]


@pytest.fixture
async def deaf(settings_of_its_own: pytest.MonkeyPatch) -> AsyncIterator[Deaf]:
    """An engine whose server never answers, and for each line to it when it is closed."""
    lines: asyncio.Queue[asyncio.Event] = asyncio.Queue()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        closed = asyncio.Event()
        lines.put_nowait(closed)
        await reader.read(-1)
        closed.set()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    settings_of_its_own.setenv("KONSTRUCT_DATABASE_URL", f"postgresql://a:b@127.0.0.1:{port}/c")
    settings_of_its_own.setenv("KONSTRUCT_DATABASE_CONNECT_TIMEOUT_S", str(TIMES_OUT_AFTER_S))
    get_settings.cache_clear()
    engine = create_engine(get_settings())
    gc.disable()
    try:
        yield engine, lines
    finally:
        gc.enable()
        await engine.dispose()
        server.close()


async def test_a_line_that_never_answered_is_closed_at_once(deaf: Deaf) -> None:
    engine, lines = deaf
    impatient = asyncio.create_task(engine.connect().start())
    waiting = asyncio.create_task(engine.connect().start())
    closed = [await lines.get(), await lines.get()]
    impatient.cancel()
    with pytest.raises(DATABASE_AWAY):
        await waiting
    async with asyncio.timeout(CLOSED_WITHIN_S):
        for line in closed:
            await line.wait()
