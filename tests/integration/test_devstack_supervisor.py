"""`konstruct up` from start to end, with small stand-ins for our own processes.

PostgreSQL and Valkey are the real ones. Every process whose working directory lies in the data
directory is one of ours; after each test there must be none.
"""

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx2 as httpx
import psutil
import pytest
from konstruct.devstack import running_environment
from konstruct.devstack.ports import free_port

from tests.support.servers import Servers

STARTS_WITHIN_S = 60
STOPS_WITHIN_S = 10

GATEWAY = """
import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(str(os.getpid()).encode())
    def log_message(self, *_): pass
address = (os.environ["KONSTRUCT_HOST"], int(os.environ["KONSTRUCT_PORT"]))
http.server.ThreadingHTTPServer(address, Handler).serve_forever()
"""
WORKER = """
import os, pathlib, signal
pathlib.Path(os.environ["KONSTRUCT_WORKER_READY_FILE"]).touch()
signal.pause()
"""
STUBBORN_WORKER = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + WORKER
NEVER_READY = "import signal; signal.pause()"
MIGRATE = "import os; assert 'konstruct_owner' in os.environ['KONSTRUCT_OWNER_DATABASE_URL']"
MIGRATE_LATER = """
import os, psycopg
with psycopg.connect(os.environ["KONSTRUCT_OWNER_DATABASE_URL"]) as connection:
    connection.execute("CREATE TABLE alembic_version (version_num text)")
    connection.execute("INSERT INTO alembic_version VALUES ('999_later')")
"""
ANNOUNCED = "Ctrl-C ends everything."
FAILING_MIGRATE = "raise SystemExit('the table is on fire')"
SEED = """
print('{"tenant": {"name": "Demo"}, "agents": [{"name": "Ada"}],'
      ' "users": [{"email": "o@demo.example", "password": "pw", "role": "customer_operator"}]}')
"""
SEED_ADMIN = SEED.replace("o@demo", "a@demo").replace("operator", "admin")
LINK = """
import json, os, sys
address = f"http://127.0.0.1:{os.environ['KONSTRUCT_PORT']}"
print(json.dumps({"url": f"{address}/enter#s3cr3t-{sys.argv[1]}"}))
"""
DRIVER = """
import json, sys
from pathlib import Path
from konstruct.devstack import UpOptions, browser, child, up
from konstruct.devstack.programs import Programs
data_dir, port, scripts, leash = sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3]), sys.argv[4]
options = json.loads(sys.argv[5])
if opener := options.pop("opener", None):
    browser.opener = lambda: opener
if leash == "no":
    child._LIBC = None
programs = Programs(**{name: (sys.executable, "-c", text) for name, text in scripts.items()})
sys.exit(up(UpOptions(Path(data_dir), port, **options), programs))
"""


class Up:
    """One `konstruct up` in a process of its own, as a person would start it."""

    def __init__(
        self,
        data_dir: Path,
        port: int,
        *,
        leash: bool = True,
        settings: Mapping[str, str] | None = None,
        options: Mapping[str, bool | str] | None = None,
        **scripts: str,
    ) -> None:
        programs = {"migrate": MIGRATE, "seed": SEED, "worker": WORKER, "gateway": GATEWAY}
        environment = {k: v for k, v in os.environ.items() if not k.startswith("KONSTRUCT_")}
        self.data_dir = data_dir
        self.port = port
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-c", textwrap.dedent(DRIVER), str(data_dir), str(port)),
                *(json.dumps(programs | scripts), "yes" if leash else "no"),
                json.dumps(options or {}),
            ],
            env={
                **environment,
                "KONSTRUCT_LLM_MODEL": "openai:test",
                "KONSTRUCT_LIMITS_ENABLED": "false",
                **(settings or {}),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.said: list[str] = []
        self._output: queue.Queue[str] = queue.Queue()
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        for stream, keep in (
            (self.process.stdout, self._output.put),
            (self.process.stderr, self.said.append),
        ):
            threading.Thread(target=lambda s, k: [k(x) for x in s], args=(stream, keep)).start()

    def wait_ready(self) -> "Up":
        try:
            line = self._output.get(timeout=STARTS_WITHIN_S)
        except queue.Empty:
            pytest.fail(f"not ready: {self.text}")
        assert line == f"ready http://127.0.0.1:{self.port}\n"
        eventually(lambda: ANNOUNCED in self.text, "the announcement, which comes by another pipe")
        return self

    def wait_end(self, seconds: float = STARTS_WITHIN_S) -> int:
        return self.process.wait(seconds)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        return self.wait_end(STOPS_WITHIN_S)

    @property
    def text(self) -> str:
        return "".join(self.said)

    def gateway_pid(self) -> int | None:
        try:
            return int(httpx.get(f"http://127.0.0.1:{self.port}/readyz", timeout=1).text)
        except httpx.HTTPError:
            return None


def working_in(directory: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            inside = Path(process.cwd()).is_relative_to(directory)
        except (psutil.Error, OSError):
            continue
        if inside and process.status() != psutil.STATUS_ZOMBIE:
            found.append(process)
    return found


def eventually(condition: Callable[[], bool], what: str, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.05)


def accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    directory = tmp_path / "a data dir"
    yield directory
    left = working_in(directory)
    for process in left:
        process.kill()
    assert left == []


@pytest.fixture
def start(data_dir: Path) -> Iterator[Callable[..., Up]]:
    port = free_port()
    started: list[Up] = []

    def start(**how: Any) -> Up:
        started.append(Up(data_dir, port, **how))
        return started[-1]

    yield start
    for each in started:
        if each.process.poll() is None:
            each.stop()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_starts_says_so_and_ends(start: Callable[..., Up], data_dir: Path, how: int) -> None:
    up = start().wait_ready()

    settings = running_environment(data_dir)
    assert settings is not None
    assert settings["KONSTRUCT_DATABASE_URL"].startswith("postgresql://konstruct_app:")
    assert settings["KONSTRUCT_REDIS_URL"].startswith("redis://:")
    assert settings["KONSTRUCT_LIMITS_ENABLED"] == "false"
    assert settings["KONSTRUCT_PORT"] == str(up.port)
    assert "KONSTRUCT_LLM_BASE_URL" not in settings
    assert up.gateway_pid() is not None
    assert "o@demo.example" in up.text
    assert "[1/6] PostgreSQL" in up.text

    assert up.stop(signal.Signals(how)) == 0
    assert running_environment(data_dir) is None
    assert working_in(data_dir) == []


def test_the_workers_ring_is_given_to_the_worker_and_to_no_other_child(
    start: Callable[..., Up], data_dir: Path
) -> None:
    refuses = "import os\nassert 'KONSTRUCT_SECRETS_KEYS' not in os.environ\n"
    up = start(
        migrate=refuses + MIGRATE, seed=refuses + SEED, gateway=refuses + GATEWAY
    ).wait_ready()
    ring = str(data_dir / "secrets.keys")
    holders = {
        Path(process.cwd()).name
        for process in working_in(data_dir)
        if ring in process.environ().get("KONSTRUCT_SECRETS_KEYS", "")
    }
    assert holders == {"worker"}
    settings = running_environment(data_dir)
    assert settings is not None
    assert "KONSTRUCT_SECRETS_KEYS" not in settings
    assert settings["KONSTRUCT_SECRETS_SEAL_TO"].startswith("kpk1.")
    assert "Back up together: postgres and secrets.keys and verify.keys" in up.text
    assert up.stop() == 0
    before = (data_dir / "secrets.keys").read_text()
    (data_dir / "secrets.keys").write_text("nonsense")
    assert start().wait_end() != 0
    (data_dir / "secrets.keys").write_text(before)


def test_what_crashes_comes_back_at_the_same_address(
    start: Callable[..., Up], data_dir: Path
) -> None:
    up = start().wait_ready()
    settings = running_environment(data_dir)
    assert settings is not None
    first = up.gateway_pid()
    assert first is not None
    running = {Path(p.cwd()).name: p for p in working_in(data_dir) if p.ppid() == up.process.pid}
    assert set(running) == {"cluster", "valkey", "worker", "gateway"}

    for process in running.values():
        process.kill()

    for name in ("PostgreSQL", "Valkey", "Worker", "Gateway"):
        eventually(lambda name=name: f"{name} is back" in up.text, f"{name} back")
        assert f"{name} was ended by SIGKILL. Starting it again" in up.text
    second = up.gateway_pid()
    assert second not in {None, first}
    for url in (settings["KONSTRUCT_DATABASE_URL"], settings["KONSTRUCT_REDIS_URL"]):
        assert accepts(httpx.URL(url).port or 0)
    assert up.stop() == 0


def test_a_second_one_is_refused(start: Callable[..., Up]) -> None:
    first = start().wait_ready()

    second = start()

    assert second.wait_end() == 3
    eventually(lambda: "already runs" in second.text, "the reason")
    assert f"process {first.process.pid}" in second.text
    assert first.gateway_pid() is not None


@pytest.mark.parametrize("leash", [True, False])
def test_what_a_killed_one_left_is_no_obstacle(
    start: Callable[..., Up], data_dir: Path, leash: bool
) -> None:
    killed = start(leash=leash).wait_ready()
    killed.process.kill()
    killed.wait_end()
    if leash and sys.platform == "linux":
        eventually(lambda: working_in(data_dir) == [], "the kernel ending them all")
    assert running_environment(data_dir) is None

    again = start().wait_ready()

    assert again.gateway_pid() is not None
    assert again.stop() == 0


def test_a_failing_step_says_why(start: Callable[..., Up], data_dir: Path) -> None:
    up = start(migrate=FAILING_MIGRATE)

    assert up.wait_end() == 1
    eventually(lambda: "the table is on fire" in up.text, "the reason")
    assert str(data_dir / "logs" / "migrations.log") in up.text
    assert working_in(data_dir) == []


def test_what_an_earlier_run_said_is_not_this_ones_reason(
    start: Callable[..., Up], data_dir: Path
) -> None:
    assert start(migrate=FAILING_MIGRATE).wait_end() == 1

    again = start(migrate="raise SystemExit(3)")

    assert again.wait_end() == 1
    eventually(lambda: "Migrations ended with exit code 3" in again.text, "the reason")
    assert "on fire" not in again.text

    (data_dir / "postgres" / "cluster" / "PG_VERSION").write_text("99\n")
    of_another_postgresql = start()
    assert of_another_postgresql.wait_end() == 2
    eventually(lambda: "written by PostgreSQL 99" in of_another_postgresql.text, "the reason")


def test_a_database_of_ones_own_is_named_and_gets_no_demo(
    start: Callable[..., Up], servers: Servers, data_dir: Path
) -> None:
    theirs = servers.create_database()
    settings = {
        "KONSTRUCT_DATABASE_URL": theirs.app_url,
        "KONSTRUCT_OWNER_DATABASE_URL": theirs.owner_url,
    }
    up = start(settings=settings).wait_ready()
    assert f"Using the database {theirs.name} on {theirs.host}:{theirs.port}" in up.text
    assert "[1/4] Valkey" in up.text
    assert "Demo data" not in up.text
    assert "o@demo.example" not in up.text
    assert "konstruct user create" in up.text
    assert up.stop() == 0

    asked = start(settings=settings, options={"demo": True}).wait_ready()
    assert "o@demo.example" in asked.text
    assert asked.stop() == 0
    servers.drop_database(theirs)


def test_a_setting_that_is_not_right_stops_the_start_before_anything(
    start: Callable[..., Up], data_dir: Path
) -> None:
    up = start(settings={"KONSTRUCT_MESSAGE_LIMIT": "many"})

    assert up.wait_end() == 2
    eventually(lambda: "KONSTRUCT_MESSAGE_LIMIT is not right" in up.text, "the reason")
    assert not data_dir.exists()


def test_an_older_one_leaves_the_database_of_a_newer_one_alone(
    start: Callable[..., Up], data_dir: Path
) -> None:
    assert start(migrate=MIGRATE_LATER).wait_ready().stop() == 0

    older = start(migrate=FAILING_MIGRATE)

    assert older.wait_end() == 2
    eventually(lambda: "newer than this Konstruct" in older.text, "the reason")
    assert "999_later" in older.text
    assert "on fire" not in older.text  # it was not even tried
    assert working_in(data_dir) == []


@pytest.mark.parametrize("wanted", [True, False])
def test_the_browser_opens_logged_in_and_nothing_tells_the_link(
    start: Callable[..., Up], data_dir: Path, tmp_path: Path, wanted: bool
) -> None:
    opener = tmp_path / "opener"
    opener.write_text('#!/bin/sh\necho "$@" > "$0.asked"\n')
    opener.chmod(0o755)
    up = start(seed=SEED_ADMIN, link=LINK, options={"opener": str(opener), "browser": wanted})
    up.wait_ready()
    if wanted:
        eventually(lambda: "logged in as a@demo.example" in up.text, "the browser")
        eventually(lambda: (tmp_path / "opener.asked").exists(), "the browser asked")
        assert "s3cr3t" not in (tmp_path / "opener.asked").read_text()
        assert f"{up.port}/enter#s3cr3t-a@demo.example" in page_of(data_dir).read_text()
    assert up.stop() == 0
    assert (tmp_path / "opener.asked").exists() == wanted
    assert not page_of(data_dir).exists()
    assert "s3cr3t" not in up.text
    for kept in data_dir.rglob("*"):
        if kept.is_file() and "postgres" not in kept.parts:
            assert b"s3cr3t" not in kept.read_bytes(), kept


def page_of(data_dir: Path) -> Path:
    return data_dir / "run" / "browser" / "open.html"


def test_can_be_stopped_while_starting(start: Callable[..., Up], data_dir: Path) -> None:
    up = start(gateway=NEVER_READY)
    # Lines are read whole; the gateway's has no end yet.
    eventually(lambda: "Worker ..." in up.text, "the last step", STARTS_WITHIN_S)

    assert up.stop() == 0
    assert working_in(data_dir) == []


def test_who_does_not_listen_is_ended_in_time(start: Callable[..., Up], data_dir: Path) -> None:
    up = start(worker=STUBBORN_WORKER).wait_ready()

    assert up.stop() == 0
    assert working_in(data_dir) == []


def test_a_taken_port_is_told(start: Callable[..., Up], data_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        up = Up(data_dir, server.getsockname()[1])

        code = up.wait_end()
        assert code == 2, up.text
        eventually(lambda: "is taken by process" in up.text, "the reason")
