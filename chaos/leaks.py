"""What processes and servers hold, and what of it did not go back to where it was.

A pool may be as full as it is allowed to be and a thread pool keeps its threads; everything else
must come back to what the process held when it was at rest.
"""

import asyncio
import json
import socket
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, fields
from typing import Any

import psutil
import redis

from chaos.inside import SOCKET
from chaos.stage import CONCURRENCY, POOL_SIZE, Stage
from tests.support.processes import Gateway, Process, Worker
from tests.support.servers import STACK_DB

SETTLES_WITHIN_S = 20.0
LOOK_AGAIN_S = 0.25
ALLOWED_MEMORY_MB = 200.0
BESIDE_THE_POOL = 6
"""Connections to Valkey beside the pool's: broker, pub-sub, control."""
BROKER_KEYS = ("platform:celery:messages", "platform:celery:_kombu.binding.messages")


@dataclass(frozen=True)
class Held:
    """What one process holds."""

    files: int
    """Descriptors that are no connection."""
    clients: int
    """Connections others have to it."""
    postgresql: int
    valkey: int
    model: int
    elsewhere: int
    """Connections to anything else."""
    threads: int
    tasks: int
    sockets: int
    subscriptions: int
    memory_mb: float


class Books:
    """What each kind of process held at rest, and what is found now."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._ports = {
            "postgresql": {line.port for line in stage.to_postgres},
            "valkey": {line.port for line in stage.to_valkey},
            "model": {stage.workers_to_model.port},
        }
        self.at_rest = {type(process): self.look(process) for process in self._processes}

    @property
    def _processes(self) -> list[Process]:
        return [*self._stage.stack.gateways, *self._stage.stack.workers]

    def look(self, process: Process) -> Held:
        """What it holds now."""
        assert process.pid is not None, f"{process.name} does not run"
        found = psutil.Process(process.pid)
        counted: dict[str, int] = dict.fromkeys(("clients", *self._ports, "elsewhere"), 0)
        own = getattr(process, "port", None)
        connections = [c for c in found.net_connections("tcp") if c.status != psutil.CONN_LISTEN]
        for connection in connections:
            counted[self._whither(connection, own)] += 1
        inside = {"sockets": 0, "subscriptions": 0} | _ask_inside(process)
        return Held(
            files=found.num_fds() - len(connections),
            memory_mb=round(found.memory_info().rss / 2**20, 1),
            **counted,
            **inside,
        )

    async def leaks(self) -> dict[str, int]:
        """What is too much, by process and kind, once everything had time to go back."""
        give_up_at = time.monotonic() + SETTLES_WITHIN_S
        while found := await asyncio.to_thread(self._leaks_now):
            if time.monotonic() > give_up_at:
                return found
            await asyncio.sleep(LOOK_AGAIN_S)
        return {}

    def now(self) -> dict[str, Held]:
        return {process.name: self.look(process) for process in self._processes}

    def _leaks_now(self) -> dict[str, int]:
        found = {}
        for process in self._processes:
            held, rest = self.look(process), self.at_rest[type(process)]
            for kind, most in _bounds(process, held, rest).items():
                if (extra := getattr(held, kind) - most) > 0:
                    found[f"{process.name}: {kind}"] = round(extra)
        return found | {name: count for name, count in self.left_in_servers().items() if count}

    def left_in_servers(self) -> dict[str, int]:
        servers = self._stage.servers
        url = servers.redis_url(STACK_DB)
        with closing(redis.Redis.from_url(url)) as valkey:
            channels = [c for c in valkey.pubsub_channels() if not c.startswith(b"platform:")]
            lasting = [
                key
                for key in valkey.scan_iter(count=1000)
                if valkey.ttl(key) == -1 and key.decode() not in BROKER_KEYS
            ]
        return {
            "valkey: channels of conversations": len(channels),
            "valkey: keys without an end": len(lasting),
        }

    def _whither(self, connection: Any, own_port: int | None) -> str:
        if connection.laddr.port == own_port:
            return "clients"
        port = connection.raddr.port if connection.raddr else None
        return next((name for name, ports in self._ports.items() if port in ports), "elsewhere")


def _bounds(process: Process, held: Held, rest: Held) -> Mapping[str, float]:
    """The most a process at rest may hold of each kind.

    A pooled connection that was reset keeps its place, as a mere descriptor, until it is next used.
    """
    in_valkey = POOL_SIZE + BESIDE_THE_POOL
    free = max(0, POOL_SIZE - held.postgresql) + max(0, in_valkey - held.valkey)
    bounds: dict[str, float] = {field.name: getattr(rest, field.name) for field in fields(Held)}
    bounds |= {
        "files": rest.files + free,
        "clients": 0,
        "postgresql": POOL_SIZE,
        "valkey": in_valkey,
        "memory_mb": rest.memory_mb + ALLOWED_MEMORY_MB,
    }
    if isinstance(process, Worker):
        bounds |= {"threads": rest.threads + CONCURRENCY, "model": CONCURRENCY}
    assert isinstance(process, Gateway | Worker)
    return bounds


def _ask_inside(process: Process) -> dict[str, int]:
    with socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(10)
        asking.connect(str(process.directory / SOCKET))
        answer = b"".join(iter(lambda: asking.recv(65536), b""))
    return dict(json.loads(answer))
