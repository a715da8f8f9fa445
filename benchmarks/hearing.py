"""What a frame costs that is published about a conversation, by how many sockets hear it: parsed,
put in order, encoded, framed; all but the kernel's part.

python -m benchmarks.hearing
"""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from unittest.mock import AsyncMock
from uuid import UUID, uuid4

import orjson
from gateway.realtime import catch_up as catching_up
from gateway.realtime.fanout import Fanout
from gateway.realtime.identified import Identified
from gateway.realtime.live_socket import LiveSocket
from gateway.realtime.outlet import EXTENSION
from gateway.uvicorn_protocols.lean import LeanEvent
from gateway.uvicorn_protocols.websocket import BoundedWebSocket
from shared.conversations.catch_up import CatchUp
from shared.identity.tokens import AccessClaims
from websockets.protocol import OPEN
from websockets.server import ServerProtocol

FRAMES = 20_000
SOCKETS = (1, 5, 50)
CHARS = (40, 2_000)
"""Of a piece of an answer: what a model sends, and what is told to one who joins late."""


class Nowhere(asyncio.Transport):
    """A transport whose other side takes everything."""

    def write(self, data: object) -> None: ...
    def is_closing(self) -> bool:
        return False


class Line(BoundedWebSocket):
    """An open connection, without the rest of a server."""

    def __init__(self) -> None:
        self.scope = {"extensions": {EXTENSION: {"outlet": self}}}  # type: ignore[typeddict-item]
        self.conn = ServerProtocol()
        self.conn.state = OPEN
        self.conn.debug = False
        self.writable = LeanEvent(is_set=True)  # type: ignore[assignment]
        self.disconnected = False
        self.transport = Nowhere()


async def _listening(fanout: Fanout, reply_to: UUID) -> LiveSocket:
    expires_at = datetime.now(UTC) + timedelta(days=1)
    claims = AccessClaims(uuid4(), "customer_operator", uuid4(), uuid4(), expires_at)
    who = Identified(claims, uuid4(), uuid4(), uuid4(), "Anna", last_seq=0)
    socket = LiveSocket(Line(), who)  # type: ignore[arg-type]
    await socket.begin()
    socket.awaits(reply_to)
    fanout.follow("conversation", socket)
    return socket


async def _ns_a_frame(sockets: int, chars: int) -> float:
    """Of CPU; the best of five."""
    fanout, reply_to = Fanout(), uuid4()
    listening = [await _listening(fanout, reply_to) for _ in range(sockets)]
    best, index, frames = float("inf"), 0, FRAMES // sockets
    delta = {"type": "delta", "reply_to": str(reply_to), "attempt": 1, "text": "x" * chars}
    for _ in range(5):
        published = [
            orjson.dumps(delta | {"index": index + number * chars}) for number in range(frames)
        ]
        index += frames * chars
        began = time.process_time_ns()
        for data in published:
            fanout._on_message("conversation", data)
        best = min(best, (time.process_time_ns() - began) / frames)
    for socket in listening:
        socket.release()
    return best


async def _main() -> None:
    catching_up.catch_up = AsyncMock(return_value=CatchUp([], 0, 0, []))
    for chars in CHARS:
        for sockets in SOCKETS:
            ns = await _ns_a_frame(sockets, chars)
            print(f"{chars:5} characters, {sockets:2} sockets: {ns / sockets:5.0f} ns a socket")


if __name__ == "__main__":
    asyncio.run(_main())
