"""Konstruct's real processes under test: gateways and workers.

Each is `python -m konstruct …` with an environment, as an operator runs it. Each reports itself
when it is ready: a gateway on `/readyz`, a worker by its ready file. Standard error goes to a file;
a failed test's report shows what was written meanwhile.
"""

import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from konstruct.devstack.child import Child
from konstruct.devstack.part import Part
from konstruct.devstack.ports import LOOPBACK, free_port
from konstruct.devstack.programs import WORKER_READY_VARIABLE, answers_ok

from tests.support.chat_client import ChatClient
from tests.support.figures import Figures, read_figures
from tests.support.people import Person

KONSTRUCT = (sys.executable, "-m", "konstruct")
SHOWN_LOG_BYTES = 8_000
_running: list["Process"] = []


class Process(Part):
    """One process with its log. `start` waits until it is ready; `stop` asks, then kills."""

    ready_within_s = 90.0  # many processes importing at once on a busy machine

    def __init__(
        self, name: str, command: tuple[str, ...], directory: Path, environment: Mapping[str, str]
    ) -> None:
        super().__init__(directory / name, log=directory / f"{name}.log")
        self.name = name
        self.command = command
        self.environment = dict(environment)

    def launch(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        self._child = Child(
            name=self.name,
            command=self.command,
            directory=self.directory,
            log=self.log,
            output=self.output,
            environment={**os.environ, "PYTHONUNBUFFERED": "1", **self.environment},
        )
        self._child.start()
        if self not in _running:
            _running.append(self)

    def finish(self, within_s: float) -> None:
        super().finish(within_s)
        if self in _running:
            _running.remove(self)

    @property
    def output(self) -> Path:
        return self.directory / "stdout"

    def terminate(self, within_s: float) -> int | None:
        """Send SIGTERM; the exit code, or None if it still lives after `within_s`."""
        self.ask_to_stop()
        assert self._child is not None
        self._child.wait(within_s)
        return self.exit_code()

    def freeze(self) -> None:
        """SIGSTOP: it keeps its connections and answers nothing, until `thaw`."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        self.freeze()
        try:
            yield
        finally:
            self.thaw()

    def log_text(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def _signal(self, which: signal.Signals) -> None:
        assert self._child is not None
        self._child.send(which)


class Seen(Process):
    """A process of ours that shows its metrics on a port of its own."""

    def __init__(
        self, name: str, command: tuple[str, ...], directory: Path, environment: Mapping[str, str]
    ) -> None:
        self.metrics_port = free_port()
        shown = {"KONSTRUCT_METRICS_PORT": str(self.metrics_port), **environment}
        super().__init__(name, command, directory, shown)

    @property
    def metrics_url(self) -> str:
        return f"http://{LOOPBACK}:{self.metrics_port}"

    async def figures(self) -> Figures:
        """Its metrics now."""
        return await read_figures(f"{self.metrics_url}/metrics")


class Gateway(Seen):
    """`konstruct gateway` on a port of its own."""

    def __init__(
        self,
        name: str,
        directory: Path,
        environment: Mapping[str, str],
        program: tuple[str, ...] = KONSTRUCT,
    ) -> None:
        self.port = free_port()
        address = {"KONSTRUCT_HOST": LOOPBACK, "KONSTRUCT_PORT": str(self.port)}
        super().__init__(name, (*program, "gateway"), directory, {**environment, **address})

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def answers(self) -> bool:
        return answers_ok(LOOPBACK, self.port, "/readyz")

    def socket_url(self, conversation_id: UUID) -> str:
        return f"ws://{LOOPBACK}:{self.port}/chat/ws/{conversation_id}"

    async def connect(
        self,
        person: Person,
        conversation_id: UUID,
        *,
        tenant_id: UUID | None = None,
        last_seq: int | None = None,
        bursts: bool = False,
    ) -> ChatClient:
        """A socket that is authenticated and caught up. Use it as `async with await …`."""
        client = await ChatClient.open(self.socket_url(conversation_id))
        try:
            resume = {} if last_seq is None else {"last_seq": last_seq}
            knows = {"bursts": True} if bursts else {}
            await client.send(person.auth_frame(tenant_id, **resume, **knows))
            await client.expect("ready")
        except BaseException:
            await client.close()
            raise
        return client


class Worker(Seen):
    """`konstruct worker`."""

    def __init__(
        self,
        name: str,
        directory: Path,
        environment: Mapping[str, str],
        program: tuple[str, ...] = KONSTRUCT,
    ) -> None:
        self._ready_file = directory / name / "ready"
        super().__init__(
            name,
            (*program, "worker"),
            directory,
            {**environment, WORKER_READY_VARIABLE: str(self._ready_file)},
        )

    def launch(self) -> None:
        self._ready_file.unlink(missing_ok=True)
        super().launch()

    def answers(self) -> bool:
        return self._ready_file.exists()


def log_marks() -> dict[str, int]:
    """The current length of each running process's log."""
    return {
        str(process.log): process.log.stat().st_size for process in _running if process.log.exists()
    }


def logs_since(marks: Mapping[str, int]) -> list[tuple[str, str]]:
    """What each running process has logged since `marks`, for a test report."""
    sections = []
    for process in _running:
        if process.log.exists():
            with process.log.open("rb") as log:
                size = log.seek(0, os.SEEK_END)
                log.seek(max(marks.get(str(process.log), 0), size - SHOWN_LOG_BYTES))
                written = log.read().decode(errors="replace")
            if written:
                sections.append((f"log of {process.name}", written))
    return sections
