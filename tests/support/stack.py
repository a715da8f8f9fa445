"""Gateways, workers and the doubles they need, started and stopped together."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from uuid import UUID

from konstruct.devstack.errors import DevstackError

from tests.support.chat_client import ChatClient
from tests.support.fakes import Model
from tests.support.people import Person
from tests.support.processes import KONSTRUCT, SHOWN_LOG_BYTES, Gateway, Process, Worker
from tests.support.servers import Database


@dataclass
class Stack:
    """Processes on one database: the model, workers, gateways. `settings` are for all of them."""

    directory: Path
    environment: dict[str, str]
    database: Database
    worker_count: int = 1
    gateway_count: int = 2
    settings: Mapping[str, str] = field(default_factory=dict)
    for_workers: Mapping[str, str] = field(default_factory=dict)
    """Settings for workers only."""
    for_gateways: Mapping[str, str] = field(default_factory=dict)
    program: tuple[str, ...] = KONSTRUCT
    model: Model = field(init=False)
    workers: list[Worker] = field(default_factory=list)
    gateways: list[Gateway] = field(default_factory=list)

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            self.model = starting.enter_context(Model("model", self.directory))
            starting.callback(self._stop_all)
            self.environment = {
                **self.environment,
                **self.model.environment_for_workers(),
                **self.settings,
            }
            start_together(
                [*self._new_workers(self.worker_count), *self._new_gateways(self.gateway_count)]
            )
            self._started = starting.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._started.close()

    def add_workers(self, count: int = 1, **settings: str) -> list[Worker]:
        """Start more workers side by side, with extra settings if given."""
        new = self._new_workers(count, **settings)
        start_together(new)
        return new

    def _new_workers(self, count: int, **settings: str) -> list[Worker]:
        first = len(self.workers) + 1
        new = [
            Worker(
                f"worker-{number}",
                self.directory,
                {**self.environment, **self.for_workers, **settings},
                self.program,
            )
            for number in range(first, first + count)
        ]
        self.workers += new
        return new

    def add_gateways(self, count: int = 1, **settings: str) -> list[Gateway]:
        """Start more gateways side by side, with extra settings if given."""
        new = self._new_gateways(count, **settings)
        start_together(new)
        return new

    def _new_gateways(self, count: int, **settings: str) -> list[Gateway]:
        first = len(self.gateways) + 1
        new = [
            Gateway(
                f"gateway-{number}",
                self.directory,
                {**self.environment, **self.for_gateways, **settings},
                self.program,
            )
            for number in range(first, first + count)
        ]
        self.gateways += new
        return new

    def remove_added(self) -> None:
        """Stop the workers and gateways that tests added."""
        stop_together([*self.workers[self.worker_count :], *self.gateways[self.gateway_count :]])
        del self.workers[self.worker_count :], self.gateways[self.gateway_count :]

    @property
    def processes(self) -> list[Process]:
        return [self.model, *self.workers, *self.gateways]

    def require_alive(self) -> None:
        """Fail, with its log's last lines, if a process has died in an earlier test."""
        for process in self.processes:
            process.is_ready()

    async def connect(
        self, person: Person, conversation_id: UUID, *, gateway: int = 0, **options: object
    ) -> ChatClient:
        """As `Gateway.connect`, on one of the gateways."""
        return await self.gateways[gateway].connect(person, conversation_id, **options)

    def _stop_all(self) -> None:
        parts = [*self.gateways, *self.workers]
        for part in parts:
            part.thaw()
        stop_together(parts)


def stop_together(parts: Sequence[Process]) -> None:
    """Ask them all, then wait for each."""
    for part in parts:
        part.ask_to_stop()
    for part in parts:
        part.finish(part.polite.seconds)


def start_together(parts: Sequence[Process]) -> None:
    """Launch them all, then wait for each."""
    for part in parts:
        part.launch()
    for part in parts:
        try:
            part._await_ready()
        except DevstackError as error:
            raise DevstackError(f"{error}\n{part.log_text()[-SHOWN_LOG_BYTES:]}") from None
