"""A WebSocket to an ASGI application without a server: frames go in and out of queues."""

import asyncio
from types import TracebackType
from typing import Any, Self

import orjson
from starlette.types import ASGIApp, Message

WITHIN_S = 5.0


class AsgiSocket:
    """`async with AsgiSocket(app, "/chat/ws/…") as socket`; no lifespan is run."""

    def __init__(self, app: ASGIApp, path: str, headers: dict[str, str] | None = None) -> None:
        self._app = app
        self._scope = {
            "type": "websocket",
            "asgi": {"version": "3.0"},
            "scheme": "ws",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [(k.lower().encode(), v.encode()) for k, v in (headers or {}).items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
            "subprotocols": [],
            "app": app,
        }
        self._to_app: asyncio.Queue[Message] = asyncio.Queue()
        self._from_app: asyncio.Queue[Message] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        self._to_app.put_nowait({"type": "websocket.connect"})
        self._task = asyncio.create_task(
            self._app(self._scope, self._to_app.get, self._from_app.put)
        )
        self.opening = await self._next()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._to_app.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await asyncio.wait_for(self._task, WITHIN_S)

    def send(self, frame: dict[str, Any]) -> None:
        self.send_text(orjson.dumps(frame).decode())

    def send_text(self, text: str) -> None:
        self._to_app.put_nowait({"type": "websocket.receive", "text": text})

    async def frame(self) -> dict[str, Any]:
        """The next frame; fails if the socket closes instead."""
        message = await self._next()
        assert message["type"] == "websocket.send", message
        frame: dict[str, Any] = orjson.loads(message["text"])
        return frame

    async def close_code(self) -> int:
        """Waits for the close, past any frames."""
        while (message := await self._next())["type"] != "websocket.close":
            pass
        code: int = message["code"]
        return code

    async def _next(self) -> Message:
        return await asyncio.wait_for(self._from_app.get(), WITHIN_S)
