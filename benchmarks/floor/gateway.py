"""The floor's gateway: `ws://…/<tenant>/<conversation>`; prints `ready <port>`."""

import os
import time
from uuid import uuid4

import orjson
import redis.asyncio as aioredis
import uvloop
from websockets.asyncio.server import ServerConnection, serve

from benchmarks.floor.store import Pool, open_pool, store_message

QUEUE = "floor:messages"
ANSWERS = "floor:answers"


class Gateway:
    def __init__(self, pool: Pool, valkey: aioredis.Redis) -> None:
        self._pool = pool
        self._valkey = valkey
        self._sockets: dict[str, ServerConnection] = {}

    async def converse(self, socket: ServerConnection) -> None:
        assert socket.request is not None
        _, tenant_id, conversation_id = socket.request.path.split("/")
        self._sockets[conversation_id] = socket
        async for raw in socket:
            text, message_id = orjson.loads(raw)["text"], str(uuid4())
            await store_message(self._pool, tenant_id, conversation_id, message_id, text)
            job = {
                "tenant_id": tenant_id,
                "conversation_id": conversation_id,
                "message_id": message_id,
                "stored_at": time.time(),
            }
            await self._valkey.lpush(QUEUE, orjson.dumps(job))

    async def pass_answers_on(self) -> None:
        async with self._valkey.pubsub() as pubsub:
            await pubsub.subscribe(ANSWERS)
            async for event in pubsub.listen():
                if event["type"] == "message":
                    conversation_id = orjson.loads(event["data"])["conversation_id"]
                    await self._sockets[conversation_id].send(event["data"], text=True)


async def main() -> None:
    valkey = aioredis.Redis.from_url(os.environ["KONSTRUCT_REDIS_URL"], socket_timeout=None)
    async with open_pool() as pool:
        gateway = Gateway(pool, valkey)
        async with serve(gateway.converse, "127.0.0.1", 0, compression=None) as server:
            print("ready", next(iter(server.sockets)).getsockname()[1], flush=True)
            await gateway.pass_answers_on()


if __name__ == "__main__":
    uvloop.run(main())
