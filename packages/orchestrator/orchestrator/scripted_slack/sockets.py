"""The scripted Slack's Socket Mode: events over WebSockets that the app opens.

An envelope goes to one of the app's connections. If it is not acknowledged in time, it goes out
again, to whichever connection there is then. Before Slack closes a connection it says `disconnect`.
"""

import asyncio
import random
from collections import Counter
from contextlib import suppress
from typing import Any
from uuid import uuid4

import orjson
from aiohttp import WSMsgType, web

from orchestrator.scripted_slack.ids import Clock, new_id

ACKNOWLEDGED_WITHIN_S = 3.0
RETRIES = 3
MOST_CONNECTIONS = 10


class Sockets:
    """One app's."""

    def __init__(self, clock: Clock) -> None:
        self.tickets: set[str] = set()
        self.counts: Counter[str] = Counter()
        """sent, acknowledged, given_up, opened."""
        self._clock = clock
        self._open: dict[web.WebSocketResponse, web.Request] = {}
        self._awaited: dict[str, asyncio.Event] = {}
        self._under_way: set[asyncio.Task[None]] = set()
        self._somebody = asyncio.Event()

    def ticket(self) -> str:
        """What opens one connection."""
        made = new_id("ticket-")
        self.tickets.add(made)
        return made

    def send(self, payload: dict[str, Any]) -> None:
        """Tell the app, once it is connected."""
        task = asyncio.create_task(self._deliver(payload))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    @property
    def outstanding(self) -> int:
        return len(self._under_way)

    @property
    def connections(self) -> int:
        return len(self._open)

    async def serve(self, request: web.Request, app_id: str) -> web.WebSocketResponse:
        """A connection of the app's, until one of both ends it."""
        ticket = request.query.get("ticket", "")
        if ticket not in self.tickets:
            raise web.HTTPForbidden(text="the ticket was used or is unknown")
        self.tickets.discard(ticket)
        socket = web.WebSocketResponse(heartbeat=30)
        await socket.prepare(request)
        if len(self._open) >= MOST_CONNECTIONS:
            await self._say_goodbye(socket, "too_many_websockets")
            return socket
        self._open[socket] = request
        self.counts["opened"] += 1
        await socket.send_json(
            {
                "type": "hello",
                "num_connections": len(self._open),
                "debug_info": {"host": "applink-1", "approximate_connection_time": 18060},
                "connection_info": {"app_id": app_id},
            }
        )
        self._somebody.set()
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    self._acknowledge(message.data)
        finally:
            self._forget(socket)
        return socket

    async def disconnect(self, reason: str = "refresh_requested", *, warn: bool = False) -> None:
        """End all connections, as Slack does every few hours; `warn` says so ten seconds before."""
        for socket in list(self._open):
            if warn:
                await socket.send_json({"type": "disconnect", "reason": "warning"})
                await asyncio.sleep(self._clock.pause_s(10.0))
            await self._say_goodbye(socket, reason)
            self._forget(socket)

    def break_off(self) -> None:
        """The network takes all connections away; nobody says anything."""
        for socket, request in list(self._open.items()):
            if request.transport is not None:
                request.transport.abort()
            self._forget(socket)

    async def close(self) -> None:
        for task in list(self._under_way):
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        for socket in list(self._open):
            with suppress(OSError, RuntimeError):
                await socket.close()

    async def _say_goodbye(self, socket: web.WebSocketResponse, reason: str) -> None:
        with suppress(OSError, RuntimeError):
            await socket.send_json(
                {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-1"}}
            )
            await socket.close()

    def _forget(self, socket: web.WebSocketResponse) -> None:
        self._open.pop(socket, None)
        if not self._open:
            self._somebody.clear()

    def _acknowledge(self, data: str) -> None:
        with suppress(ValueError, KeyError, TypeError):
            self._awaited[orjson.loads(data)["envelope_id"]].set()

    async def _deliver(self, payload: dict[str, Any]) -> None:
        envelope_id = str(uuid4())
        acknowledged = self._awaited[envelope_id] = asyncio.Event()
        try:
            for attempt in range(RETRIES + 1):
                await self._somebody.wait()
                envelope = {
                    "envelope_id": envelope_id,
                    "type": "events_api",
                    "payload": payload,
                    "accepts_response_payload": False,
                    "retry_attempt": attempt,
                    "retry_reason": "timeout" if attempt else "",
                }
                socket = random.choice(list(self._open))  # noqa: S311 - a double
                with suppress(OSError, RuntimeError):
                    await socket.send_json(envelope)
                self.counts["sent"] += 1
                try:
                    await asyncio.wait_for(acknowledged.wait(), ACKNOWLEDGED_WITHIN_S)
                except TimeoutError:
                    continue
                self.counts["acknowledged"] += 1
                return
            self.counts["given_up"] += 1
        finally:
            del self._awaited[envelope_id]
