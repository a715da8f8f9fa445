"""An embedder over HTTP to whom words of one meaning are one: it knows what a test teaches it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web


@dataclass
class Embedder:
    """Number i of a vector is whether one of the `meanings[i]` stands in the text."""

    meanings: Sequence[Sequence[str]]
    asked: list[str] = field(default_factory=list)
    down: bool = False

    async def answer(self, request: web.Request) -> web.Response:
        if self.down:
            return web.Response(status=503)
        body = await request.json()
        self.asked += body["input"]
        data = [
            {"index": n, "embedding": self._vector(text.lower())}
            for n, text in enumerate(body["input"])
        ]
        return web.json_response({"data": data})

    def _vector(self, text: str) -> list[float]:
        return [0.01, *(float(any(word in text for word in each)) for each in self.meanings)]


@asynccontextmanager
async def running(embedder: Embedder) -> AsyncIterator[str]:
    """Its address."""
    app = web.Application()
    app.router.add_post("/v1/embeddings", embedder.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    yield f"http://127.0.0.1:{port}/v1"
    await runner.cleanup()
