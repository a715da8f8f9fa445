"""Where scenarios are played: real servers and processes, with a proxy on every line between them.

    browsers ── doors ──▶ gateways ── gateways_to_postgres, gateways_to_valkey ──▶ servers
                          workers ─── workers_to_postgres, workers_to_valkey ────▶ servers
                                 └─── workers_to_model ──▶ the scripted model

The pools are small, so that what is held too long is felt soon.
"""

import sys
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import httpx

from chaos.proxy import LOOPBACK, Address, Proxy
from tests.support.breakable_stack import GATEWAYS, HASTE, WORKERS, BreakableStack
from tests.support.processes import Gateway
from tests.support.servers import ROOT, STACK_DB
from tests.support.stack import Stack

PROGRAM = (sys.executable, "-m", "chaos.inside")
POOL_SIZE = 8
CONCURRENCY = 160
SETTINGS = {
    **HASTE,
    "PYTHONPATH": str(ROOT),
    "KONSTRUCT_DATABASE_POOL_SIZE": str(POOL_SIZE),
    "KONSTRUCT_REDIS_POOL_SIZE": str(POOL_SIZE),
    "KONSTRUCT_WORKER_CONCURRENCY": str(CONCURRENCY),
}


class Door:
    """The way to a gateway through a proxy, for whoever wants a gateway to connect to."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.line = Proxy((LOOPBACK, gateway.port))

    def socket_url(self, conversation_id: UUID) -> str:
        return f"ws://{LOOPBACK}:{self.line.port}/chat/ws/{conversation_id}"


class Stage(BreakableStack):
    """A stack with lines that can be broken."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        postgres, valkey = self.servers.postgres, self.servers.valkey
        self.gateways_to_postgres = Proxy(lambda: (postgres.host, postgres.port))
        self.workers_to_postgres = Proxy(lambda: (postgres.host, postgres.port))
        self.gateways_to_valkey = Proxy(lambda: (valkey.host, valkey.port))
        self.workers_to_valkey = Proxy(lambda: (valkey.host, valkey.port))
        self.workers_to_model = Proxy(self._model_address)
        self.doors: list[Door] = []
        self.environment: dict[str, str] = {}
        """Settings with which this process works on the same database, past the proxies."""

    @property
    def to_postgres(self) -> tuple[Proxy, ...]:
        return self.gateways_to_postgres, self.workers_to_postgres

    @property
    def to_valkey(self) -> tuple[Proxy, ...]:
        return self.gateways_to_valkey, self.workers_to_valkey

    @property
    def lines(self) -> tuple[Proxy, ...]:
        doors = (door.line for door in self.doors)
        return (*self.to_postgres, *self.to_valkey, self.workers_to_model, *doors)

    def make_stack(self, starting: ExitStack) -> Stack:
        for line in self.lines:
            starting.enter_context(line)
        database = self.servers.create_database()
        self.environment = self.servers.environment(database, valkey_db=STACK_DB)
        return Stack(
            self.directory,
            self.environment,
            database=database,
            worker_count=WORKERS,
            gateway_count=GATEWAYS,
            settings=SETTINGS,
            for_workers=self._through(self.workers_to_postgres, self.workers_to_valkey)
            | {"KONSTRUCT_LLM_BASE_URL": f"http://{LOOPBACK}:{self.workers_to_model.port}/v1"},
            for_gateways=self._through(self.gateways_to_postgres, self.gateways_to_valkey),
            program=PROGRAM,
        )

    def __enter__(self) -> "Stage":
        super().__enter__()
        self.doors = [Door(gateway) for gateway in self.stack.gateways]
        for door in self.doors:
            self._running.enter_context(door.line)
        return self

    def restore(self) -> None:
        """Heal every line, start what was ended, thaw what sleeps."""
        for line in self.lines:
            line.heal()
        for process in self.stack.processes:
            process.thaw()
        super().restore()

    def is_ready(self, gateway: Gateway) -> dict[str, bool]:
        """What a gateway says of its parts."""
        return dict(httpx.get(f"{gateway.url}/readyz", timeout=10).json())

    def model_calls(self) -> int:
        """How often the model was asked so far."""
        stats = httpx.get(f"{self.stack.model.base_url.removesuffix('/v1')}/__stats", timeout=10)
        return int(stats.json()["requests"])

    def _model_address(self) -> Address:
        url = urlsplit(self.stack.model.base_url)
        return url.hostname or LOOPBACK, url.port or 0

    def _through(self, postgres: Proxy, valkey: Proxy) -> dict[str, str]:
        return {
            "KONSTRUCT_DATABASE_URL": _at(self.environment["KONSTRUCT_DATABASE_URL"], postgres),
            "KONSTRUCT_REDIS_URL": _at(self.environment["KONSTRUCT_REDIS_URL"], valkey),
        }


def _at(url: str, proxy: Proxy) -> str:
    """The same address by way of the proxy."""
    parts = urlsplit(url)
    who = parts.netloc.rpartition("@")[0]
    return urlunsplit(parts._replace(netloc=f"{who}@{LOOPBACK}:{proxy.port}"))
