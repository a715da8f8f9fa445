"""A socket's way out: writes at once while its client reads, and waits otherwise.

ASGI's `send` must be awaited, so each frame costs a task even if nothing is in its way. Our own
protocol (uvicorn_protocols) offers an outlet in the scope's extensions, which writes at once. On
another server, and in tests, every frame is awaited.
"""

import asyncio
from typing import Protocol

from fastapi import WebSocket
from shared.config import settings

EXTENSION = "konstruct.outlet"


class ReadsTooSlowly(Exception):
    """The client does not read what it is sent."""


class Outlet(Protocol):
    """Where frames are written; each is the UTF-8 of its text."""

    @property
    def takes_more(self) -> bool:
        """Whether `write` may be called: the socket is open and its client reads."""

    def write(self, frame: bytes) -> None:
        """Send it at once."""

    async def send_text(self, frame: bytes) -> None:
        """Send it when the client reads, however long that takes. Raises WebSocketDisconnect."""

    def forget_handshake(self) -> None:
        """Free the handshake's request, which the application has read."""


class AwaitedOutlet:
    """What plain ASGI offers."""

    __slots__ = ("_websocket",)
    takes_more = False

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket

    def write(self, frame: bytes) -> None:
        raise NotImplementedError("Without the extension every frame is awaited.")

    async def send_text(self, frame: bytes) -> None:
        await self._websocket.send_text(frame.decode())

    def forget_handshake(self) -> None:
        """Not possible here."""


def outlet_of(websocket: WebSocket) -> Outlet:
    """The best outlet this server offers."""
    offered = websocket.scope.get("extensions", {}).get(EXTENSION)
    return offered["outlet"] if offered else AwaitedOutlet(websocket)


async def send(outlet: Outlet, frame: bytes) -> None:
    """Send at once, or when the client reads, within `send_timeout_s`. Raises ReadsTooSlowly,
    WebSocketDisconnect."""
    if outlet.takes_more:
        outlet.write(frame)
        return
    try:
        async with asyncio.timeout(settings.sockets.send_timeout_s):
            await outlet.send_text(frame)
    except TimeoutError:
        raise ReadsTooSlowly from None
