"""Servers and processes of their own, for tests that kill, freeze, empty and restart them.

After each test everything is restored: what ended is started again, what was added is stopped. The
time-outs for the model and for a draining worker are shorter than by default; leases and sweeps are
the defaults.
"""

from contextlib import ExitStack
from pathlib import Path
from typing import Self

from konstruct.devstack.ports import LOOPBACK, free_port

from tests.support.processes import Process
from tests.support.servers import STACK_DB, Servers
from tests.support.stack import Stack, start_together

WORKERS = 2
GATEWAYS = 2
HASTE = {
    "KONSTRUCT_LIMITS_ENABLED": "false",
    "KONSTRUCT_DRAIN_TIMEOUT_S": "1",
    "KONSTRUCT_LLM_FIRST_BYTE_TIMEOUT_S": "8",
    "KONSTRUCT_LLM_BETWEEN_PIECES_TIMEOUT_S": "8",
    "KONSTRUCT_LLM_MAX_ANSWER_CHARS": "4000",
}
PLATFORMS: dict[str, dict[str, str]] = {
    "scripted": {"KONSTRUCT_SCRIPTED_API_URL": "{at}"},
    "slack": {
        "KONSTRUCT_SLACK_API_URL": "{at}/api/",
        "KONSTRUCT_SLACK_SIGNING_SECRET": "signing-secret-of-the-operators-app",
    },
    "telegram": {"KONSTRUCT_TELEGRAM_API_URL": "{at}"},
    "whatsapp": {
        "KONSTRUCT_WHATSAPP_API_URL": "{at}",
        "KONSTRUCT_WHATSAPP_APP_SECRET": "secret-of-the-operators-meta-app",
    },
}
"""Each channel's settings, with the address of its fake."""


class BreakableStack:
    """PostgreSQL, Valkey, and a stack on them. A channel's fake is looked for at its port of
    `platform_ports`."""

    platform_ports: dict[str, int]

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.servers = Servers(directory / "servers")
        self._running = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            starting.enter_context(self.servers)
            self.stack = starting.enter_context(self.make_stack(starting))
            self._running = starting.pop_all()
        return self

    def make_stack(self, starting: ExitStack) -> Stack:
        """The processes, not started yet. Start in `starting` what must run before them."""
        database = self.servers.create_database()
        self.platform_ports = {channel: free_port() for channel in PLATFORMS}
        channels = {"KONSTRUCT_DEVELOPMENT_CHANNELS": "true"} | {
            name: each.format(at=f"http://{LOOPBACK}:{self.platform_ports[channel]}")
            for channel, settings in PLATFORMS.items()
            for name, each in settings.items()
        }
        return Stack(
            self.directory,
            self.servers.environment(database, valkey_db=STACK_DB),
            database=database,
            worker_count=WORKERS,
            gateway_count=GATEWAYS,
            settings=HASTE | channels,
        )

    def __exit__(self, *_: object) -> None:
        self._running.close()

    def restore(self) -> None:
        """Stop what a test added and start what it ended."""
        for server in (self.servers.postgres, self.servers.valkey):
            if server.pid is None:
                server.start()
        self.stack.remove_added()
        ended: list[Process] = [process for process in self.stack.processes if process.pid is None]
        start_together(ended)
