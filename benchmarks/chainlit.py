"""Chainlit, which many would take instead: from its own package, in an environment of its own.

It is one process that asks the model in the socket's own coroutine; it neither stores nor queues.
`KONSTRUCT_BENCH_CHAINLIT` names a directory whose virtual environment is kept between runs; without
it one is made for this run, which takes a minute or more.
"""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import orjson
from konstruct.devstack.ports import free_port
from konstruct.devstack.waiting import wait_until
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.failure import BenchmarkFailed
from benchmarks.servers import Person
from benchmarks.talker import ANSWERED_WITHIN_S, SAYS, Answered
from tests.support.processes import Process

APP = Path(__file__).parent / "chainlit_app" / "app.py"
INSTALL_WITHIN_S = 600


class Socket:
    """As much of Engine.IO and Socket.IO as a browser needs to talk to Chainlit."""

    def __init__(self, line: ClientConnection) -> None:
        self._line = line

    @classmethod
    async def open(cls, port: int) -> Self:
        url = f"ws://127.0.0.1:{port}/ws/socket.io/?EIO=4&transport=websocket"
        opened = cls(await connect(url, compression=None))
        await opened._line.recv()
        auth = {"sessionId": str(uuid4()), "clientType": "webapp", "userEnv": "{}"}
        await opened._line.send("40" + orjson.dumps(auth).decode())
        while not str(await opened._line.recv()).startswith("40"):
            pass
        await opened._emit("connection_successful")
        return opened

    async def ask(self, text: str = SAYS) -> Answered:
        came_at: dict[str, float] = {}
        sent_at = time.time()
        message = {
            "id": str(uuid4()),
            "name": "user",
            "type": "user_message",
            "output": text,
            "createdAt": "2026-01-01T00:00:00Z",
        }
        async with asyncio.timeout(ANSWERED_WITHIN_S):
            await self._emit("client_message", {"message": message, "fileReferences": []})
            while not ("stream_start" in came_at and "task_end" in came_at):
                event = await self._event()
                if event != "task_end" or "stream_start" in came_at:
                    came_at.setdefault(event, time.time())
        came_at["response"] = came_at["task_end"]
        return Answered(sent_at, came_at, {})

    async def close(self) -> None:
        await self._line.close()

    async def _emit(self, *event: Any) -> None:
        await self._line.send("42" + orjson.dumps(event).decode())

    async def _event(self) -> str:
        while True:
            said = str(await self._line.recv())
            if said == "2":
                await self._line.send("3")
            elif said.startswith("42"):
                return str(orjson.loads(said[2:])[0])


class ChainlitWay:
    """A running Chainlit; `gateway` is its one process, and there is no other."""

    name = "chainlit"
    title = "Chainlit"

    def __init__(self, process: Process, port: int) -> None:
        self.gateway = process
        self.worker: Process | None = None
        self._port = port

    async def connect(self, _person: Person) -> Socket:
        return await Socket.open(self._port)

    async def connect_all(self, people: list[Person]) -> list[Socket]:
        return [await self.connect(person) for person in people]


def installed(directory: Path) -> Path:
    """The environment's Python, with Chainlit. Raises BenchmarkFailed."""
    kept = os.environ.get("KONSTRUCT_BENCH_CHAINLIT")
    home = Path(kept) if kept else directory / "chainlit"
    python = home / "bin" / "python"
    if not (home / "bin" / "chainlit").exists():
        try:
            for command in (
                [sys.executable, "-m", "venv", str(home)],
                [str(python), "-m", "pip", "install", "-q", "chainlit"],
            ):
                subprocess.run(command, check=True, capture_output=True, timeout=INSTALL_WITHIN_S)
        except (subprocess.SubprocessError, OSError) as error:
            raise BenchmarkFailed(f"Chainlit could not be installed: {error}") from error
    return python


class _Listening(Process):
    """Ready when its port is open."""

    def __init__(
        self, port: int, command: tuple[str, ...], directory: Path, environment: dict[str, str]
    ) -> None:
        super().__init__("chainlit-app", command, directory, environment)
        self._port = port

    def answers(self) -> bool:
        with socket.socket() as probing:
            probing.settimeout(0.5)
            return probing.connect_ex(("127.0.0.1", self._port)) == 0


@contextmanager
def running_chainlit(python: Path, directory: Path, model_url: str) -> Iterator[ChainlitWay]:
    port = free_port()
    command = (
        str(python), "-m", "chainlit", "run", str(APP), "--headless",
        "--host", "127.0.0.1", "--port", str(port),
    )  # fmt: skip
    environment = {"MODEL_URL": model_url, "CHAINLIT_APP_ROOT": str(directory / "chainlit-root")}
    process = _Listening(port, command, directory, environment)
    (directory / "chainlit-root").mkdir(parents=True, exist_ok=True)
    process.launch()
    try:
        wait_until(process.is_ready, what="Chainlit", timeout_s=90)
        yield ChainlitWay(process, port)
    finally:
        process.ask_to_stop()
        process.finish(5)
