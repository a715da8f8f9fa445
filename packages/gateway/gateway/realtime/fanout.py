"""Fan-out: one pub-sub connection per gateway process, shared by all its sockets.

`subscribe` returns when Valkey has confirmed the subscription, so nothing published after that is
missed. A later confirmation of the same channel means that the connection was lost in between and
something may have been missed: listeners get `resync`. A connection may also answer pings but
deliver nothing. To find that, we publish to ourselves and must hear it.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol
from uuid import uuid4

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from shared.background import end, keep_doing
from shared.config import settings
from shared.errors import Unavailable
from shared.log import get_logger
from shared.outages import VALKEY_AWAY
from shared.redis_keys import gateway_probe_key
from shared.valkey.client import create_redis, get_redis

from gateway import metrics
from gateway.realtime.published import Published

log = get_logger(__name__)

PROBE_EVERY_S = 3.0
DEAF_AFTER_S = 9.0
RECONNECT_MAX_S = 2.0


PATTERN = "*"
"""What ends with it are all channels that begin so."""


class Listener(Protocol):
    """A listener on a channel. Neither method may block."""

    def deliver(self, frame: Published) -> None: ...
    def resync(self) -> None: ...


class Fanout:
    """Reference-counted subscriptions. Call `start` before use, `stop` at the end."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[Listener]] = {}
        self._confirmed: dict[str, asyncio.Future[None]] = {}
        self._probe_channel = gateway_probe_key(uuid4())
        self._heard_at = 0.0
        self._is_subscribed = False
        self._connections = 0
        self._client: Redis | None = None
        self._pubsub: PubSub | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._leaving: set[asyncio.Task[None]] = set()
        self._writing = asyncio.Lock()

    @property
    def hears(self) -> bool:
        """Whether something arrived lately; False if Valkey is away or delivers nothing."""
        return self._pubsub is not None and time.monotonic() - self._heard_at < DEAF_AFTER_S

    @property
    def is_subscribed(self) -> bool:
        """Whether Valkey has confirmed this connection's subscriptions."""
        return self._is_subscribed

    @property
    def channels(self) -> int:
        return len(self._listeners)

    async def start(self) -> None:
        """Begin to listen. Returns at once; `hears` becomes true when Valkey is there."""
        self._writing = asyncio.Lock()  # belongs to this loop
        self._tasks = [
            keep_doing(self._listen, name="fanout-listen"),
            keep_doing(self._probe, name="fanout-probe"),
        ]

    async def stop(self) -> None:
        await end(*self._tasks, *self._leaving)
        await self._disconnect()

    def follow(self, channel: str, listener: Listener) -> None:
        """Subscribe without waiting, whether Valkey is there or not. The first confirmation already
        gives `resync`, because something may have been published before."""
        self._listeners.setdefault(channel, set()).add(listener)
        followed = self._confirmed[channel] = asyncio.get_running_loop().create_future()
        followed.set_result(None)

    async def subscribe(self, channel: str, listener: Listener) -> None:
        """Subscribe; nothing published after it returns is missed. Raises Unavailable."""
        listeners = self._listeners.setdefault(channel, set())
        listeners.add(listener)
        confirmed = self._confirmed.get(channel)
        if confirmed is None:
            confirmed = asyncio.get_running_loop().create_future()
            self._confirmed[channel] = confirmed
            await self._tell(lambda pubsub: _subscribe(pubsub, channel))
        try:
            async with asyncio.timeout(settings.sockets.subscribe_timeout_s):
                await asyncio.shield(confirmed)
        except TimeoutError:
            self.unsubscribe(channel, listener)
            raise Unavailable(
                "Live updates are not available right now. Try again in a moment."
            ) from None
        except asyncio.CancelledError:
            self.unsubscribe(channel, listener)
            raise

    def unsubscribe(self, channel: str, listener: Listener) -> None:
        """Remove the listener. Never fails, so it is safe on every way out."""
        listeners = self._listeners.get(channel)
        if listeners is None:
            return
        listeners.discard(listener)
        if not listeners:
            del self._listeners[channel]
            confirmed = self._confirmed.pop(channel, None)
            if confirmed is not None and not confirmed.done():
                confirmed.cancel()
            task = asyncio.create_task(self._leave(channel))
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)

    async def _leave(self, channel: str) -> None:
        await self._tell(
            lambda pubsub: _unsubscribe(pubsub, channel),
            unless=lambda: channel in self._listeners,  # another listener came meanwhile
        )

    async def _tell(
        self, command: Callable[[PubSub], Any], unless: Callable[[], bool] = lambda: False
    ) -> None:
        """Send a command if connected. If not, connecting will subscribe to everything anyway."""
        async with self._writing:
            if self._pubsub is None or unless():
                return
            try:
                async with asyncio.timeout(settings.redis.socket_timeout_s):
                    await command(self._pubsub)
            except VALKEY_AWAY:
                await self._disconnect()

    async def _listen(self) -> None:
        delay_s = 0.05
        while True:
            try:
                await self._connect()
                delay_s = 0.05
                await self._receive_until_deaf()
            except VALKEY_AWAY as error:
                metrics.LOST.inc()
                log.warning("valkey_lost", error=type(error).__name__)
            await self._disconnect()
            await asyncio.sleep(delay_s)
            delay_s = min(delay_s * 2, RECONNECT_MAX_S)

    async def _connect(self) -> None:
        async with self._writing, asyncio.timeout(settings.redis.connect_timeout_s * 2):
            self._client = create_redis()
            pubsub = self._client.pubsub()
            await pubsub.subscribe(self._probe_channel)
            await _subscribe(pubsub, *self._listeners)
            for channel in self._listeners:
                self._confirmed.setdefault(channel, asyncio.get_running_loop().create_future())
            self._pubsub = pubsub
            if self._connections:
                metrics.RESUBSCRIPTIONS.inc(len(self._listeners))
            self._connections += 1
        self._heard_at = time.monotonic()

    async def _receive_until_deaf(self) -> None:
        while (pubsub := self._pubsub) is not None:
            message = await pubsub.get_message(timeout=PROBE_EVERY_S)
            if message is not None:
                self._dispatch(message)
            if not self.hears:
                metrics.DEAF.inc()
                log.warning("valkey_deaf", silent_s=DEAF_AFTER_S)
                return

    def _dispatch(self, message: dict[str, Any]) -> None:
        channel = _text(message["pattern"] or message["channel"])
        if channel == self._probe_channel:
            self._heard_at = time.monotonic()
            self._is_subscribed = True
        elif message["type"] in ("subscribe", "psubscribe"):
            self._on_confirmed(channel)
        elif message["type"] in ("message", "pmessage"):
            self._on_message(channel, message["data"])

    def _on_confirmed(self, channel: str) -> None:
        confirmed = self._confirmed.get(channel)
        if confirmed is None:
            return
        if not confirmed.done():
            confirmed.set_result(None)
            return
        for listener in tuple(self._listeners.get(channel, ())):
            listener.resync()

    def _on_message(self, channel: str, data: bytes) -> None:
        listeners = self._listeners.get(channel)
        if not listeners:
            return
        try:
            frame = Published.read(data)
        except ValueError:
            log.warning("unreadable_event", channel=channel)
            return
        for listener in tuple(listeners):
            listener.deliver(frame)

    async def _probe(self) -> None:
        while True:
            await asyncio.sleep(PROBE_EVERY_S)
            with suppress(*VALKEY_AWAY):
                await get_redis().publish(self._probe_channel, b"{}")

    async def _disconnect(self) -> None:
        self._is_subscribed = False
        pubsub, self._pubsub = self._pubsub, None
        client, self._client = self._client, None
        with suppress(*VALKEY_AWAY, asyncio.CancelledError):
            async with asyncio.timeout(1):
                if pubsub is not None:
                    await pubsub.aclose()  # type: ignore[no-untyped-call]
                if client is not None:
                    await client.aclose()


def _is_pattern(channel: str) -> bool:
    return channel.endswith(PATTERN)


async def _subscribe(pubsub: PubSub, *channels: str) -> None:
    if plain := [each for each in channels if not _is_pattern(each)]:
        await pubsub.subscribe(*plain)
    if patterns := [each for each in channels if _is_pattern(each)]:
        await pubsub.psubscribe(*patterns)


async def _unsubscribe(pubsub: PubSub, channel: str) -> None:
    leave = pubsub.punsubscribe if _is_pattern(channel) else pubsub.unsubscribe
    await leave(channel)


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
