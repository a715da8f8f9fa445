"""A line to Valkey may be reset under any command: that is told as an error one goes on from."""

import asyncio
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
import uvloop
from redis.exceptions import ConnectionError as LineLost
from shared.config import get_settings
from shared.valkey.client import close_redis, get_redis

from chaos.proxy import Proxy
from tests.support.servers import Servers


@pytest.fixture
def line(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    url = urlsplit(servers.redis_url())
    with Proxy((url.hostname or "", url.port or 0)) as proxy:
        who = url.netloc.rpartition("@")[0]
        monkeypatch.setenv("KONSTRUCT_REDIS_URL", f"redis://{who}@127.0.0.1:{proxy.port}/1")
        get_settings.cache_clear()
        yield proxy


@pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_a_command_on_a_line_that_was_reset_is_made_on_another_one(
    line: Proxy, new_loop: Callable[[], asyncio.AbstractEventLoop]
) -> None:
    """Both of asyncio's loops: each says it in its own way."""

    async def use_it() -> None:
        connection = await get_redis().connection_pool.get_connection()
        await connection.send_command("PING")
        assert await connection.read_response() == b"PONG"
        line.cut()
        while connection._reader is not None and not connection._reader.at_eof():
            if connection._reader.exception() is not None:
                break
            await asyncio.sleep(0.01)
        with pytest.raises(LineLost):
            await connection.send_command("PING")
        await get_redis().connection_pool.release(connection)
        assert await get_redis().ping()
        await close_redis()

    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(use_it())
