"""The two ways a message can go: through Konstruct, and through the bare floor.

A way is a gateway and a worker, in processes of their own, on the same servers.
"""

import asyncio
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from konstruct.devstack.waiting import wait_until

from benchmarks.failure import BenchmarkFailed
from benchmarks.servers import Person, Servers
from benchmarks.talker import Talker
from tests.support.processes import Gateway, Process, Worker


class Way(ABC):
    """A running gateway and worker."""

    name: ClassVar[str]
    title: ClassVar[str]
    gateway: Process
    worker: Process

    @abstractmethod
    def __init__(
        self, directory: Path, gateway: Mapping[str, str], worker: Mapping[str, str]
    ) -> None:
        """The settings of each of the two; launches nothing yet."""

    @abstractmethod
    async def connect(self, person: Person) -> Talker: ...

    async def connect_all(self, people: list[Person]) -> list[Talker]:
        return await asyncio.gather(*(self.connect(person) for person in people))


class KonstructWay(Way):
    name = "konstruct"
    title = "Konstruct"

    def __init__(
        self, directory: Path, gateway: Mapping[str, str], worker: Mapping[str, str]
    ) -> None:
        self.gateway = self._gateway = Gateway("gateway", directory, gateway)
        self.worker = Worker("worker", directory, worker)

    async def connect(self, person: Person) -> Talker:
        url = f"ws://127.0.0.1:{self._gateway.port}/chat/ws/{person.conversation_id}"
        return await Talker.open(self.title, url, person.auth_frame())


class FloorWay(Way):
    name = "floor"
    title = "the bare hops"

    def __init__(
        self, directory: Path, gateway: Mapping[str, str], worker: Mapping[str, str]
    ) -> None:
        self.gateway = _FloorProcess("gateway", directory, gateway)
        self.worker = _FloorProcess("worker", directory, worker)

    async def connect(self, person: Person) -> Talker:
        port = self.gateway.output.read_text().split()[1]
        url = f"ws://127.0.0.1:{port}/{person.tenant_id}/{person.conversation_id}"
        return await Talker.open(self.title, url, None)


class _FloorProcess(Process):
    """`python -m benchmarks.floor.<name>`, ready when it says so on its standard output."""

    def __init__(self, name: str, directory: Path, environment: Mapping[str, str]) -> None:
        command = (sys.executable, "-m", f"benchmarks.floor.{name}")
        root = {"PYTHONPATH": str(Path(__file__).parents[1])}
        super().__init__(f"floor-{name}", command, directory, {**environment, **root})

    def answers(self) -> bool:
        return self.output.read_text().startswith("ready")


LAST_LINES = 4
WAYS: tuple[type[Way], ...] = (KonstructWay, FloorWay)


@contextmanager
def running_ways(
    servers: Servers,
    directory: Path,
    *,
    kinds: Sequence[type[Way]] = WAYS,
    settings: Mapping[str, str] | None = None,
    gateway_ports: Mapping[str, int] | None = None,
    worker_ports: Mapping[str, int] | None = None,
    valkey_db: int = 0,
) -> Iterator[dict[str, Way]]:
    """Each kind by name, with these settings beside the servers' own; with ports given, each part
    reaches PostgreSQL through its own."""
    valkey_url = servers.valkey.url.removesuffix("/0") + f"/{valkey_db}"

    def environment(ports: Mapping[str, int] | None, name: str) -> dict[str, str]:
        database_url = servers.database_url(ports[name] if ports else None)
        return {
            **servers.environment,
            **(settings or {}),
            "KONSTRUCT_DATABASE_URL": database_url,
            "KONSTRUCT_REDIS_URL": valkey_url,
        }

    ways = {
        kind.name: kind(
            directory / kind.name,
            environment(gateway_ports, kind.name),
            environment(worker_ports, kind.name),
        )
        for kind in kinds
    }
    parts = [part for way in ways.values() for part in (way.worker, way.gateway)]
    try:
        for part in parts:
            part.launch()
        for part in parts:
            wait_until(part.is_ready, what=part.name, timeout_s=part.ready_within_s)
        yield ways
    except BenchmarkFailed as error:
        raise BenchmarkFailed("\n".join((str(error), *map(_last_words, parts)))) from error
    finally:
        for part in parts:
            part.ask_to_stop()
        for part in parts:
            part.finish(part.polite.seconds)


def _last_words(part: Process) -> str:
    said = part.log_text().splitlines()[-LAST_LINES:]
    return (
        "\n    ".join((f"{part.name} said last:", *said)) if said else f"{part.name} said nothing."
    )
