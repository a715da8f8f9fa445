"""The data directory: everything one `konstruct up` keeps, and which `up` holds it.

Promises: only its owner can read it. Secrets are made once. One `up` at a time holds it, and a
second one is told in plain words which. `environment.json` exists only while an `up` runs and is
ready: it has the settings with which other commands join in.

    DIR/secrets.json      made once
    DIR/secrets.keys  DIR/verify.keys    made once: see `rings`
    DIR/lock              held by the running `up`; says its process and address
    DIR/environment.json  the settings of the running `up`
    DIR/postgres  DIR/valkey  DIR/run/PART  DIR/logs
"""

import contextlib
import fcntl
import json
import os
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from konstruct.devstack.errors import AlreadyRunning, DevstackError
from konstruct.devstack.private_file import PRIVATE, write_private

DATA_DIR_VARIABLE = "KONSTRUCT_DATA_DIR"
_LOCK_WITHIN_S = 0.5


def default_data_dir() -> Path:
    """KONSTRUCT_DATA_DIR, else `.konstruct` in the current directory."""
    return Path(os.environ.get(DATA_DIR_VARIABLE) or ".konstruct")


def _secret() -> str:
    return secrets.token_urlsafe(48)


@dataclass(frozen=True)
class Secrets:
    """Secrets of our own. PostgreSQL's and Valkey's are kept beside their data."""

    signing_key: str = field(default_factory=_secret)
    owner_password: str = field(default_factory=_secret)
    app_password: str = field(default_factory=_secret)
    model_api_key: str = field(default_factory=_secret)


@dataclass(frozen=True)
class Holder:
    """The `up` that holds a data directory."""

    pid: int
    url: str


class DataDir:
    """Paths and files below one directory. Creating the object touches no file."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().resolve()

    def create(self) -> None:
        """Make the directory, readable by us alone. Raises DevstackError."""
        try:
            for directory in (self.path, self.path / "logs", self.path / "run"):
                directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise DevstackError(
                f"The data directory {self.path} cannot be made: {error.strerror}. "
                "Choose another with --data-dir."
            ) from error

    def log(self, part: str) -> Path:
        return self.path / "logs" / f"{part}.log"

    def run(self, part: str) -> Path:
        """A directory for the part to work in."""
        directory = self.path / "run" / part
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        return directory

    def secrets(self) -> Secrets:
        """This directory's secrets, made the first time. Raises DevstackError."""
        file = self.path / "secrets.json"
        if not file.exists():
            write_private(file, json.dumps(asdict(Secrets()), indent=2) + "\n")
        try:
            kept = json.loads(file.read_text())
            return Secrets(**{each.name: str(kept[each.name]) for each in fields(Secrets)})
        except (ValueError, TypeError, KeyError) as error:
            raise DevstackError(
                f"{file} does not hold this directory's secrets any more. Put back a copy of it; "
                "without one, move it away: new secrets are made, and everybody logs in again."
            ) from error

    # Who holds it

    @contextlib.contextmanager
    def held(self, url: str) -> Iterator[None]:
        """Hold the directory for the block. Raises AlreadyRunning.

        The kernel keeps the lock and drops it with our process, however that ends.
        """
        with self._lock_file.open("a+") as lock:
            os.fchmod(lock.fileno(), PRIVATE)
            deadline = time.monotonic() + _LOCK_WITHIN_S
            while not _try_lock(lock.fileno(), fcntl.LOCK_EX):
                # A process that only asks who holds it has the lock for an instant, so try again.
                if time.monotonic() > deadline:
                    raise AlreadyRunning(self.describe_holder(self.holder()))
                time.sleep(0.02)
            lock.truncate(0)
            lock.write(json.dumps({"pid": os.getpid(), "url": url}))
            lock.flush()
            self.forget_environment()  # left by an `up` that was killed
            try:
                yield
            finally:
                self.forget_environment()
                lock.truncate(0)

    def holder(self) -> Holder | None:
        """The `up` that runs here now; None if none does."""
        try:
            with self._lock_file.open() as lock:
                if _try_lock(lock.fileno(), fcntl.LOCK_SH):
                    return None
                said = json.loads(lock.read())
                return Holder(int(said["pid"]), str(said["url"]))
        except (FileNotFoundError, NotADirectoryError, PermissionError):
            return None
        except (OSError, ValueError, TypeError, KeyError):
            return Holder(0, "")  # held, but the holder has not written its address yet

    def describe_holder(self, holder: Holder | None) -> str:
        who = f" (process {holder.pid}, {holder.url})" if holder and holder.pid else ""
        ending = f", end it with `kill {holder.pid}`," if holder and holder.pid else ""
        return (
            f"Konstruct already runs on {self.path}{who}. Use that one{ending} or start another "
            "with --data-dir and --port of its own."
        )

    # The settings of what runs

    def write_environment(self, environment: Mapping[str, str]) -> None:
        write_private(self._environment_file, json.dumps(dict(environment), indent=2) + "\n")

    def forget_environment(self) -> None:
        self._environment_file.unlink(missing_ok=True)

    def environment(self) -> dict[str, str] | None:
        """The `KONSTRUCT_*` settings of the `up` that runs here; None if none is ready."""
        if self.holder() is None:
            return None
        try:
            kept = json.loads(self._environment_file.read_text())
        except (OSError, ValueError):
            return None
        return {str(name): str(value) for name, value in kept.items()}

    @property
    def _lock_file(self) -> Path:
        return self.path / "lock"

    @property
    def _environment_file(self) -> Path:
        return self.path / "environment.json"


def running_environment(data_dir: Path) -> dict[str, str] | None:
    """The `KONSTRUCT_*` settings of the `up` that runs on this directory; None if none does."""
    return DataDir(data_dir).environment()


def _try_lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
