"""Konstruct's own processes as the supervisor runs them: gateway, worker, local model, one-shots.

Tests can replace all of the commands.
"""

import http.client
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.environment import clean

from konstruct.devstack.child import Child, describe_exit, end_leftovers
from konstruct.devstack.data_dir import DataDir
from konstruct.devstack.errors import DevstackError
from konstruct.devstack.part import Part, Server
from konstruct.devstack.ports import kept_port
from konstruct.devstack.waiting import StopRequest, wait_until

WORKER_ONLY = frozenset({"KONSTRUCT_SECRETS_KEYS"})
"""What no other child is given, though the person has set it."""
WORKER_READY_VARIABLE = "KONSTRUCT_WORKER_READY_FILE"
METRICS_PORT = "KONSTRUCT_METRICS_PORT"
_PROBE_S = 1.0
_KONSTRUCT = (sys.executable, "-m", "konstruct")


@dataclass(frozen=True)
class Programs:
    """The command of each process."""

    migrate: Sequence[str] = (*_KONSTRUCT, "migrate")
    seed: Sequence[str] = (*_KONSTRUCT, "demo", "seed", "--json")
    link: Sequence[str] = (*_KONSTRUCT, "user", "link", "--json", "--email")
    """The e-mail address follows."""
    worker: Sequence[str] = (*_KONSTRUCT, "worker")
    gateway: Sequence[str] = (*_KONSTRUCT, "gateway")
    model: Sequence[str] = (sys.executable, "-m", "konstruct.devstack.local_model")


def complete_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """The person's variables that we keep, with the product's settings added. Output is
    unbuffered."""
    persons = {name: v for name, v in clean(os.environ).items() if name not in WORKER_ONLY}
    return {**persons, "PYTHONUNBUFFERED": "1", **settings}


def end_former_programs(programs: Programs, data: DataDir) -> None:
    """End what a killed supervisor left running on this directory, all at once."""
    for short, command in (
        ("gateway", programs.gateway),
        ("worker", programs.worker),
        ("model", programs.model),
    ):
        end_leftovers(Path(command[0]), data.run(short))


class Program(Part):
    """A process of ours that reports in some way when it is ready."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        settings: Mapping[str, str],
        ready: Callable[[], bool],
        *,
        data: DataDir,
        before: Callable[[], None] = lambda: None,
        stop_request: StopRequest | None = None,
    ) -> None:
        short = name.lower()
        super().__init__(data.run(short), log=data.log(short), stop_request=stop_request)
        self.name = name
        self._command = command
        self._settings = settings
        self._ready = ready
        self._before = before

    def launch(self) -> None:
        end_leftovers(Path(self._command[0]), self.directory)
        self._before()
        self._child = Child(
            name=self.name,
            command=self._command,
            directory=self.directory,
            log=self.log,
            environment=complete_environment(self._settings),
        )
        self._child.start()

    def answers(self) -> bool:
        return self._ready()


def gateway(
    programs: Programs,
    settings: Mapping[str, str],
    *,
    host: str,
    port: int,
    data: DataDir,
    stop_request: StopRequest,
) -> Program:
    """Ready when `/readyz` says so: it reaches PostgreSQL and Valkey."""
    return Program(
        "Gateway",
        programs.gateway,
        {METRICS_PORT: str(kept_metrics_port(data, "gateway")), **settings},
        lambda: answers_ok(host, port, "/readyz"),
        data=data,
        stop_request=stop_request,
    )


def worker(
    programs: Programs, settings: Mapping[str, str], *, data: DataDir, stop_request: StopRequest
) -> Program:
    """Ready when it consumes: it then writes the file named to it."""
    ready_file = data.run("worker") / "ready"
    return Program(
        "Worker",
        programs.worker,
        {
            **settings,
            WORKER_READY_VARIABLE: str(ready_file),
            # Even if the person gave a port: that one is the gateway's, and both are on this
            # machine.
            METRICS_PORT: str(kept_metrics_port(data, "worker")),
        },
        ready_file.exists,
        data=data,
        before=lambda: ready_file.unlink(missing_ok=True),
        stop_request=stop_request,
    )


def kept_metrics_port(data: DataDir, short: str) -> int:
    """The port for a process's metrics, on this machine only; the same at each start."""
    return kept_port(data.run(short) / "metrics-port")


class LocalModel(Server):
    """The practice model, served OpenAI-compatibly."""

    name = "Model"

    def __init__(
        self,
        command: Sequence[str],
        *,
        api_key: str,
        data: DataDir,
        port: int | None = None,
        stop_request: StopRequest | None = None,
    ) -> None:
        super().__init__(
            data.run("model"), log=data.log("model"), port=port, stop_request=stop_request
        )
        self._command = command
        self._api_key = api_key

    @property
    def base_url(self) -> str:
        return f"http://{self.host}:{self.port}/v1"

    def launch(self) -> None:
        end_leftovers(Path(self._command[0]), self.directory)
        self._choose_port()
        self._child = Child(
            name=self.name,
            command=[*self._command, "--port", str(self.port)],
            directory=self.directory,
            log=self.log,
            environment=complete_environment({"KONSTRUCT_LLM_API_KEY": self._api_key}),
        )
        self._child.start()

    def answers(self) -> bool:
        return answers_ok(self.host, self.port, "/health")


def answers_ok(host: str, port: int, path: str) -> bool:
    """Whether a GET answers 200 within a second."""
    connection = http.client.HTTPConnection(host, port, timeout=_PROBE_S)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def run_to_end(
    name: str,
    command: Sequence[str],
    settings: Mapping[str, str],
    *,
    data: DataDir,
    timeout_s: float,
    stop_request: StopRequest,
) -> str:
    """Run a command that ends by itself; returns its standard output.

    Raises DevstackError if it fails or takes too long, StartCancelled if a stop was asked for.
    """
    short = name.lower().replace(" ", "-")
    directory = data.run(short)
    output = directory / "output"
    child = Child(
        name=name,
        command=command,
        directory=directory,
        log=data.log(short),
        environment=complete_environment(settings),
        output=output,
    )
    child.start()
    try:
        wait_until(lambda: not child.is_alive(), what=name, timeout_s=timeout_s, stop=stop_request)
        code = child.exit_code()
        if code:
            raise DevstackError(f"{name} {describe_exit(code)}. {child.log_tail()}")
        return output.read_text()
    finally:
        child.kill()
        output.unlink(missing_ok=True)  # it may hold passwords
