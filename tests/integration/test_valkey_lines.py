"""A line to Valkey may be reset under any command: that is told as an error one goes on from."""

import asyncio
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import uvloop
from gateway.realtime.fanout import Fanout
from gateway.realtime.published import Published
from redis.exceptions import ConnectionError as LineLost
from shared.config import get_settings
from shared.redis_keys import all_news_key
from shared.valkey.client import close_redis, get_redis
from shared.valkey.publish import publish_changed

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


class Heard:
    """What a fan-out told."""

    def __init__(self) -> None:
        self.whats: asyncio.Queue[object] = asyncio.Queue()

    def deliver(self, frame: Published) -> None:
        self.whats.put_nowait(frame.fields["what"])

    def resync(self) -> None:
        self.whats.put_nowait("all of it")


async def test_channels_of_a_pattern_are_heard_also_after_the_line_was_lost(
    line: Proxy,
) -> None:
    fanout, heard, tenant_id = Fanout(), Heard(), uuid4()
    await fanout.start()
    try:
        async with asyncio.timeout(10):
            await fanout.subscribe(all_news_key(tenant_id), heard)
            await publish_changed(tenant_id, "agents")
            assert await heard.whats.get() == "agents"
            line.cut()
            assert await heard.whats.get() == "all of it"
            await publish_changed(tenant_id, "conversations", person_id=uuid4())
            assert await heard.whats.get() == "conversations"
            fanout.unsubscribe(all_news_key(tenant_id), heard)
    finally:
        await fanout.stop()
        await close_redis()
