"""One child process, from its start to its certain end.

Each has a session of its own, so Ctrl-C in the terminal reaches only us, and we decide the order in
which things end. On Linux the kernel ends it when we die, however we die. `leftovers` finds
processes that survived a former owner all the same.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from konstruct.devstack.errors import DevstackError
from konstruct.devstack.private_file import open_private
from konstruct.devstack.system_user import SystemUser

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None  # loaded before any fork
_KEEP_LOG_BYTES = 10 * 1024 * 1024
_KILLED_WITHIN_S = 5.0
_POLL_S = 0.02


@dataclass(frozen=True)
class Patience:
    """A signal, and how many seconds to wait after it."""

    signal: signal.Signals
    seconds: float


@dataclass
class Child:
    """A process that is started, watched and ended.

    `directory` becomes its working directory, which also marks it as ours: nothing else works
    there. Standard error goes to `log`, and so does standard output unless `output` is given.
    """

    name: str
    command: Sequence[str]
    directory: Path
    log: Path
    environment: Mapping[str, str]
    output: Path | None = None
    user: SystemUser | None = None
    if_we_die: signal.Signals = signal.SIGKILL
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _log_began_at: int = field(default=0, init=False)

    @property
    def pid(self) -> int | None:
        """None if it does not run."""
        return self._process.pid if self._process is not None and self.is_alive() else None

    def start(self) -> None:
        """Start it. Raises DevstackError if the program cannot be run at all."""
        turn_over(self.log)
        with contextlib.ExitStack() as files:
            try:
                log = files.enter_context(open_private(self.log, append=True))
                self._log_began_at = self.log.stat().st_size
                output = log
                if self.output is not None:
                    output = files.enter_context(open_private(self.output, append=False))
                self._process = subprocess.Popen(
                    self.command,
                    cwd=self.directory,
                    env=dict(self.environment),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=log,
                    start_new_session=True,
                    umask=0o077,
                    user=self.user.uid if self.user else None,
                    group=self.user.gid if self.user else None,
                    extra_groups=[] if self.user else None,
                    preexec_fn=_leash(self.if_we_die),  # noqa: PLW1509 - it calls prctl alone
                )
            except OSError as error:
                raise DevstackError(f"{self.name} could not be started: {error}.") from error

    def exit_code(self) -> int | None:
        """None while it runs; negative for the signal that ended it; 0 if never started."""
        return self._process.poll() if self._process is not None else 0

    def is_alive(self) -> bool:
        return self.exit_code() is None

    def require_alive(self) -> None:
        """Raise DevstackError, with the end of the log, if the process is gone."""
        code = self.exit_code()
        if code is not None:
            raise DevstackError(f"{self.name} {describe_exit(code)}. {self.log_tail()}")

    def log_tail(self, lines: int = 6) -> str:
        """The log's path and its last lines, without those of an earlier run, which would be
        mistaken for the reason."""
        try:
            with self.log.open("rb") as log:
                log.seek(self._log_began_at)
                last = log.read().decode(errors="replace").splitlines()[-lines:]
        except OSError:
            last = []
        said = "".join(f"\n    {line}" for line in last)
        return f"Its log is {self.log}" + (f" and ends:{said}" if said else ".")

    def send(self, which: signal.Signals) -> None:
        """Send a signal. Does nothing if it has ended."""
        if self._process is not None and self.is_alive():
            self._process.send_signal(which)

    def wait(self, seconds: float) -> bool:
        """Wait; whether it has ended within that time."""
        if self._process is None:
            return True
        try:
            self._process.wait(max(seconds, 0))
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        """End the process, and all it started in its session, at once."""
        if self._process is None:
            return
        # It is gone already, or on macOS the group holds only zombies.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self.wait(_KILLED_WITHIN_S)


def leftovers(executable: Path, directory: Path) -> Iterator[psutil.Process]:
    """Processes of this executable that work in this directory: ours, from an earlier run."""
    wanted, place = executable.resolve(), directory.resolve()
    for process in psutil.process_iter():
        try:
            if Path(process.cwd()) == place and Path(process.exe()).resolve() == wanted:
                yield process
        except (psutil.Error, OSError):
            continue  # gone meanwhile, a zombie, or another user's


def end_leftovers(executable: Path, directory: Path, *patience: Patience) -> None:
    """End them: with the signals of `patience` first, then by SIGKILL.

    Raises DevstackError if one survives.
    """
    for ask in (*patience, Patience(signal.SIGKILL, _KILLED_WITHIN_S)):
        for process in leftovers(executable, directory):
            with contextlib.suppress(psutil.Error):
                process.send_signal(ask.signal)
        deadline = time.monotonic() + ask.seconds
        while any(leftovers(executable, directory)):
            if time.monotonic() > deadline:
                break
            time.sleep(_POLL_S)
        else:
            return
    pids = " ".join(str(process.pid) for process in leftovers(executable, directory))
    raise DevstackError(
        f"A former {executable.name} still works in {directory} and cannot be ended. "
        f"End it yourself, then start again: kill -9 {pids}"
    )


def describe_exit(code: int) -> str:
    """`ended with exit code 1`, `was ended by SIGKILL`."""
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"


def turn_over(log: Path) -> None:
    """Rename a log that has grown large; one old log is kept."""
    if log.exists() and log.stat().st_size > _KEEP_LOG_BYTES:
        log.replace(log.with_name(log.name + ".1"))


def _leash(ending: signal.Signals) -> Callable[[], None] | None:
    """Runs in the child before the program: asks the kernel to end it when we die.

    The kernel takes the forking *thread* as the parent. So this is done only if the main thread
    starts the child; otherwise the child would end with another thread.
    """
    if _LIBC is None or threading.current_thread() is not threading.main_thread():
        return None
    libc, parent = _LIBC, os.getpid()

    def hold() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(ending))
        if os.getppid() != parent:  # we died between the fork and the line above
            os._exit(1)

    return hold
