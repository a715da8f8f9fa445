"""The way out of a socket: at once while its client takes what is sent, else after waiting.

ASGI's `send` has to be awaited, so each frame costs a task even when nothing stands in its way.
Our own protocol (uvicorn_protocols) offers itself as an extension of the scope and writes at
once; on another server, and in tests, every frame is awaited.
"""

import asyncio
from typing import Protocol

from fastapi import WebSocket
from shared.config import settings

EXTENSION = "konstruct.outlet"


class ReadsTooSlowly(Exception):
    """The client does not take what is sent to it."""


class Outlet(Protocol):
    """Where frames are written, each the bytes of a text."""

    @property
    def takes_more(self) -> bool:
        """Whether `write` may be called: the socket is open and its client reads."""

    def write(self, frame: bytes) -> None:
        """Send it at once."""

    async def send_text(self, frame: bytes) -> None:
        """Send it when the client takes it, however long that is. Raises WebSocketDisconnect."""

    def forget_handshake(self) -> None:
        """Let go of what the client's first request said; the application has read it."""


class AwaitedOutlet:
    """What ASGI itself offers."""

    __slots__ = ("_websocket",)
    takes_more = False

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket

    def write(self, frame: bytes) -> None:
        raise NotImplementedError("Without the extension every frame is awaited.")

    async def send_text(self, frame: bytes) -> None:
        await self._websocket.send_text(frame.decode())

    def forget_handshake(self) -> None:
        """Not in our hands."""


def outlet_of(websocket: WebSocket) -> Outlet:
    """The best this server offers."""
    offered = websocket.scope.get("extensions", {}).get(EXTENSION)
    return offered["outlet"] if offered else AwaitedOutlet(websocket)


async def send(outlet: Outlet, frame: bytes) -> None:
    """At once, or when the client takes it, within `send_timeout_s`. Raises ReadsTooSlowly,
    WebSocketDisconnect."""
    if outlet.takes_more:
        outlet.write(frame)
        return
    try:
        async with asyncio.timeout(settings.sockets.send_timeout_s):
            await outlet.send_text(frame)
    except TimeoutError:
        raise ReadsTooSlowly from None
