"""A person at a WebSocket, who notes when each frame comes."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any, Self
from uuid import uuid4

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from benchmarks.failure import BenchmarkFailed

ANSWERED_WITHIN_S = 20.0
SAYS = "Where is my order? I have been waiting for it since last week."


@dataclass(frozen=True, slots=True)
class Answered:
    """One message and its answer; times are seconds of the machine's clock."""

    sent_at: float
    came_at: dict[str, float]
    """When the first frame of each type came."""
    frames: dict[str, dict[str, Any]]
    """The last frame of each type."""
    frame_count: int = 0
    size: int = 0
    """Bytes of all its frames."""

    @property
    def response_at(self) -> float:
        return self.came_at["response"]

    @property
    def ms(self) -> float:
        """From send to `response`."""
        return (self.response_at - self.sent_at) * 1000


class Talker:
    """`await Talker.open(...)`, then `ask` as often as you like, one at a time."""

    def __init__(self, way: str, socket: ClientConnection) -> None:
        self._way = way
        self._socket = socket

    @classmethod
    async def open(cls, way: str, url: str, first_frame: dict[str, Any] | None) -> Self:
        """Connect; with a first frame, send it and wait for `ready`. `way` is for messages."""
        talker = cls(way, await connect(url, compression=None))
        if first_frame is not None:
            await talker._send(first_frame)
            while (frame := await talker._next())["type"] != "ready":
                talker._refuse_error(frame)
        return talker

    async def ask(self, text: str = SAYS, within_s: float = ANSWERED_WITHIN_S) -> Answered:
        """Raises BenchmarkFailed when the answer is not `complete`, or does not come."""
        came_at: dict[str, float] = {}
        frames: dict[str, dict[str, Any]] = {}
        count = size = 0
        asked = {"type": "message", "text": text, "client_message_id": uuid4().hex}
        sent_at = time.time()
        try:
            async with asyncio.timeout(within_s):
                await self._send(asked)
                while "response" not in frames:
                    raw = await self._socket.recv(decode=False)
                    count, size = count + 1, size + len(raw)
                    frame = orjson.loads(raw)
                    came_at.setdefault(frame["type"], time.time())
                    frames[frame["type"]] = frame
                    self._refuse_error(frame)
        except TimeoutError:
            came = ", ".join(frames) or "nothing at all"
            raise BenchmarkFailed(
                f"Through {self._way} no answer came within {within_s:.0f} s; there came {came}."
            ) from None
        except WebSocketException as error:
            raise BenchmarkFailed(f"{self._way}: the WebSocket was closed: {error}") from error
        return Answered(sent_at, came_at, frames, count, size)

    async def close(self) -> None:
        await self._socket.close()

    async def _send(self, frame: dict[str, Any]) -> None:
        await self._socket.send(orjson.dumps(frame), text=True)

    async def _next(self) -> dict[str, Any]:
        frame: dict[str, Any] = orjson.loads(await self._socket.recv())
        return frame

    def _refuse_error(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "error" or frame.get("status", "complete") != "complete":
            raise BenchmarkFailed(f"Through {self._way} a message was not answered: {frame}")
