"""The floor's worker: takes messages off the list, answers any number at once; prints `ready`.

An answer says when it passed each hop, in seconds of the machine's clock.
"""

import asyncio
import os
import time
from typing import Any

import httpx2
import orjson
import redis.asyncio as aioredis
import uvloop

from benchmarks.floor.gateway import ANSWERS, QUEUE
from benchmarks.floor.store import Pool, claim, open_pool, store_answer

MANY = httpx2.Limits(max_connections=1_000, max_keepalive_connections=32)


class Worker:
    def __init__(self, pool: Pool, valkey: aioredis.Redis, model: httpx2.AsyncClient) -> None:
        self._pool = pool
        self._valkey = valkey
        self._model = model

    async def take(self) -> None:
        async with asyncio.TaskGroup() as answering:
            while popped := await self._valkey.brpop([QUEUE]):
                answering.create_task(self._answer(orjson.loads(popped[1]), time.time()))

    async def _answer(self, job: dict[str, Any], taken_at: float) -> None:
        said = await claim(self._pool, job["tenant_id"], job["message_id"])
        if said is None:
            return
        claimed_at = time.time()
        text = await self._ask(said)
        answered_at = time.time()
        await store_answer(
            self._pool, job["tenant_id"], job["conversation_id"], job["message_id"], text
        )
        answer = {
            "type": "response",
            "text": text,
            "conversation_id": job["conversation_id"],
            "reply_to": job["message_id"],
            "status": "complete",
            "stored_at": job["stored_at"],
            "taken_at": taken_at,
            "claimed_at": claimed_at,
            "answered_at": answered_at,
            "answer_stored_at": time.time(),
        }
        await self._valkey.publish(ANSWERS, orjson.dumps(answer))

    async def _ask(self, text: str) -> str:
        asked = {
            "model": "scripted",
            "stream": True,
            "messages": [{"role": "user", "content": text}],
        }
        pieces: list[str] = []
        async with self._model.stream("POST", "/chat/completions", json=asked) as response:
            response.raise_for_status()
            async for line in response.aiter_lines():
                if line.startswith("data: {"):
                    pieces.append(orjson.loads(line[6:])["choices"][0]["delta"].get("content", ""))
        return "".join(pieces)


async def main() -> None:
    valkey = aioredis.Redis.from_url(os.environ["KONSTRUCT_REDIS_URL"], socket_timeout=None)
    base_url = os.environ["KONSTRUCT_LLM_BASE_URL"]
    async with (
        open_pool() as pool,
        httpx2.AsyncClient(base_url=base_url, limits=MANY, timeout=60) as model,
    ):
        print("ready", flush=True)
        await Worker(pool, valkey, model).take()


if __name__ == "__main__":
    uvloop.run(main())
