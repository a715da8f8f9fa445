"""Base of every long-running part of the product: start, watch, stop.

Alone (`with EmbeddedPostgres(directory) as postgres`) a part waits until it is ready. A supervisor
uses the halves instead: `launch` returns at once, `is_ready` and `exit_code` never wait,
`ask_to_stop` and `finish` let several parts stop at the same time.
"""

import signal
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from konstruct.devstack.child import Child, Patience
from konstruct.devstack.errors import DevstackError
from konstruct.devstack.ports import LOOPBACK, is_free, kept_port
from konstruct.devstack.waiting import StopRequest, wait_until

_PORT_ATTEMPTS = 3
_UNREADY_STOPS_WITHIN_S = 1.0


class Part(ABC):
    """One process with a name, a directory and a log of its own."""

    name: str
    ready_within_s: float = 60.0
    polite: Patience = Patience(signal.SIGTERM, 5.0)

    def __init__(
        self, directory: Path, *, log: Path, stop_request: StopRequest | None = None
    ) -> None:
        self.directory = directory.expanduser().resolve()
        self.log = log.expanduser().absolute()
        self._stop_request = stop_request
        self._child: Child | None = None
        self.last_said = ""
        """Why it was not ready at the last look, in its own words if it has any."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @abstractmethod
    def launch(self) -> None:
        """Start the process; returns before it is ready. Raises DevstackError."""

    @abstractmethod
    def answers(self) -> bool:
        """One quick check whether it works."""

    def start(self) -> None:
        """Launch it and wait until it is ready. Raises DevstackError with the end of its log."""
        try:
            self.launch()
            self._await_ready()
        except BaseException:
            self.ask_to_stop()
            self.finish(_UNREADY_STOPS_WITHIN_S)  # it has nothing to save yet
            raise

    def is_ready(self) -> bool:
        """Whether it works. Raises DevstackError if the process has ended."""
        if self._child is None:
            return False
        self._child.require_alive()
        return self.answers()

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child is not None else None

    def exit_code(self) -> int | None:
        """None while it runs; negative for the signal that ended it; 0 if never launched."""
        return self._child.exit_code() if self._child is not None else 0

    def ask_to_stop(self) -> None:
        """Begin the shutdown without waiting for it."""
        if self._child is not None:
            self._child.send(self.polite.signal)

    def finish(self, within_s: float) -> None:
        """Wait so long for the shutdown that was asked for, then kill it."""
        if self._child is not None:
            self._child.wait(within_s)
            self._child.kill()

    def stop(self) -> None:
        self.ask_to_stop()
        self.finish(self.polite.seconds)

    def kill(self) -> None:
        """End it as a crash would."""
        if self._child is not None:
            self._child.kill()

    def _await_ready(self) -> None:
        wait_until(
            self.is_ready,
            what=self.name,
            timeout_s=self.ready_within_s,
            why_not=lambda: self.last_said,
            stop=self._stop_request,
        )


class Server(Part, ABC):
    """A part that listens on a port of 127.0.0.1.

    Without `port` it keeps the port it had before, as long as that is free.
    """

    host: ClassVar[str] = LOOPBACK

    def __init__(
        self,
        directory: Path,
        *,
        log: Path,
        port: int | None = None,
        stop_request: StopRequest | None = None,
    ) -> None:
        super().__init__(directory, log=log, stop_request=stop_request)
        self.port = port or 0
        self._port_is_given = port is not None

    def start(self) -> None:
        """As `Part.start`; tries another port if another program takes ours first."""
        for attempt in range(1, _PORT_ATTEMPTS + 1):
            try:
                super().start()
            except DevstackError:
                last = attempt == _PORT_ATTEMPTS or self._port_is_given
                if last or self.port == 0 or is_free(self.port):
                    raise
                self.port = 0
            else:
                return

    def _choose_port(self) -> None:
        self.port = self.port or kept_port(self.directory / "port")
