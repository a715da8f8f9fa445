"""`konstruct up`: the whole product from nothing, run by one process.

Promises: the line `ready http://...` on standard output exactly when work is accepted. Settings the
person gave win over ours. SIGINT, SIGTERM or SIGHUP end everything within 10 seconds.
"""

import contextlib
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import FrameType

import psycopg
from pydantic import BaseModel, ValidationError
from shared.addresses import is_loopback
from shared.errors import ConfigError

from konstruct.devstack import browser
from konstruct.devstack import programs as program
from konstruct.devstack.announcement import DemoData, announcement
from konstruct.devstack.data_dir import DATA_DIR_VARIABLE, DataDir
from konstruct.devstack.errors import DevstackError, PreflightFailed, StartCancelled
from konstruct.devstack.given import GivenSettings
from konstruct.devstack.model_weights import CONTEXT_TOKENS, MAX_ANSWER_TOKENS, MODEL_ALIAS
from konstruct.devstack.options import UpOptions
from konstruct.devstack.postgres import EmbeddedPostgres
from konstruct.devstack.preflight import require_port, require_preflight
from konstruct.devstack.programs import LocalModel, Programs, end_former_programs, run_to_end
from konstruct.devstack.progress import Progress
from konstruct.devstack.rings import PRIVATE_VARIABLE, rings
from konstruct.devstack.supervisor import Supervisor
from konstruct.devstack.valkey import EmbeddedValkey
from konstruct.devstack.waiting import StopRequest

DATABASE = "konstruct"
MIGRATED_WITHIN_S = 300.0
SEEDED_WITHIN_S = 120.0
LINKED_WITHIN_S = 30.0


class LogInLink(BaseModel):
    """What `konstruct user link --json` prints."""

    url: str


def up(options: UpOptions, programs: Programs | None = None) -> int:
    """Run everything until told to stop; returns the exit code, 0 if told to stop."""
    given = GivenSettings.from_environment()
    stop_request = StopRequest()
    if options.demo is None:
        options = replace(options, demo=not given.has_database)
    progress = Progress(_count_steps(options, given))
    try:
        with _signals(stop_request):
            require_preflight(options, given)
            stack = Stack(options, given, programs or Programs(), progress, stop_request)
            stack.run()
    except StartCancelled:
        return StartCancelled.exit_code
    except DevstackError as error:
        progress.say(error.message)
        return error.exit_code
    except OSError as error:
        progress.say(f"Konstruct could not go on in {options.data_dir}: {error}.")
        return DevstackError.exit_code
    return 0


class Stack:
    """The parts of one run, and the settings they share, which grow as parts come up."""

    def __init__(
        self,
        options: UpOptions,
        given: GivenSettings,
        programs: Programs,
        progress: Progress,
        stop_request: StopRequest,
    ) -> None:
        self.options = options
        self.given = given
        self.programs = programs
        self.progress = progress
        self.stop_request = stop_request
        self.data = DataDir(options.data_dir)
        self.settings: dict[str, str] = {}

    def run(self) -> None:
        """Start everything, say so, watch until told to stop, and stop everything."""
        self.data.create()
        with self.data.held(self.options.url):
            end_former_programs(self.programs, self.data)
            require_port(self.options)
            self.secrets = self.data.secrets()
            self.rings = rings(self.data.path, self.given.values)
            self.settings = {
                "KONSTRUCT_SIGNING_KEY": self.secrets.signing_key,
                **{k: v for k, v in self.given.values.items() if k != PRIVATE_VARIABLE},
                **self.rings.settings,
                "KONSTRUCT_HOST": self.options.host,
                "KONSTRUCT_PORT": str(self.options.port),
                DATA_DIR_VARIABLE: str(self.data.path),
            }
            self._page.unlink(missing_ok=True)
            with Supervisor(self.progress, self.stop_request) as supervisor:
                self._start_servers(supervisor)
                self._migrate()
                demo = self._seed() if self.options.demo else None
                self._start_own(supervisor)
                self.data.write_environment(self.settings)
                self._announce(demo)
                if demo is not None:
                    self._open_browser(demo)
                supervisor.watch()
                self._page.unlink(missing_ok=True)
                self.progress.say("Stopping ...")
            self.progress.say("Stopped.")

    def _start_servers(self, supervisor: Supervisor) -> None:
        if self.given.has_database:
            self.progress.say(f"Using the database {self._given_database()}, not one of its own.")
            self._refuse_if_newer(self.given.values["KONSTRUCT_OWNER_DATABASE_URL"])
        else:
            with self.progress.step("PostgreSQL"):
                self._start_postgres(supervisor)
        if not self.given.has_redis:
            with self.progress.step("Valkey"):
                valkey = EmbeddedValkey(self.data.path / "valkey", stop_request=self.stop_request)
                supervisor.start(valkey)
                self.settings["KONSTRUCT_REDIS_URL"] = valkey.url
        if not self.given.has_model:
            with self.progress.step("Local model"):
                self._start_model(supervisor)

    def _start_postgres(self, supervisor: Supervisor) -> None:
        from shared.db.roles import APP_ROLE, OWNER_ROLE, ensure_roles

        postgres = EmbeddedPostgres(self.data.path / "postgres", stop_request=self.stop_request)
        supervisor.start(postgres)
        self._refuse_if_newer(postgres.superuser_url(DATABASE))
        try:
            ensure_roles(
                postgres.superuser_conninfo(),
                database=DATABASE,
                owner_password=self.secrets.owner_password,
                app_password=self.secrets.app_password,
            )
        except psycopg.Error as error:
            raise DevstackError(f"The database roles could not be made: {error}") from error
        address = f"{postgres.host}:{postgres.port}/{DATABASE}"
        self.settings["KONSTRUCT_DATABASE_URL"] = (
            f"postgresql://{APP_ROLE}:{self.secrets.app_password}@{address}"
        )
        self.settings["KONSTRUCT_OWNER_DATABASE_URL"] = (
            f"postgresql://{OWNER_ROLE}:{self.secrets.owner_password}@{address}"
        )

    def _refuse_if_newer(self, url: str) -> None:
        """Refuse a newer version's database before anything in it changes. Raises
        PreflightFailed."""
        from konstruct.schema import refuse_if_newer

        try:
            refuse_if_newer(url)
        except ConfigError as error:
            raise PreflightFailed(error.message) from error

    def _given_database(self) -> str:
        """The given database, without its password."""
        from sqlalchemy import make_url

        url = make_url(self.given.values["KONSTRUCT_DATABASE_URL"])
        port = f":{url.port}" if url.port else ""
        return f"{url.database} on {url.host or 'this machine'}{port} (KONSTRUCT_DATABASE_URL)"

    def _start_model(self, supervisor: Supervisor) -> None:
        model = LocalModel(
            self.programs.model,
            api_key=self.secrets.model_api_key,
            data=self.data,
            stop_request=self.stop_request,
        )
        supervisor.start(model)
        self.settings |= {
            "KONSTRUCT_LLM_BASE_URL": model.base_url,
            "KONSTRUCT_LLM_API_KEY": self.secrets.model_api_key,
            "KONSTRUCT_LLM_MODEL": MODEL_ALIAS,
            "KONSTRUCT_LLM_PRACTICE": "true",
        }
        self.settings.setdefault("KONSTRUCT_LLM_CONTEXT_TOKENS", str(CONTEXT_TOKENS))
        self.settings.setdefault("KONSTRUCT_LLM_MAX_ANSWER_TOKENS", str(MAX_ANSWER_TOKENS))

    def _migrate(self) -> None:
        with self.progress.step("Migrations"):
            run_to_end(
                "Migrations",
                self.programs.migrate,
                self.settings,
                data=self.data,
                timeout_s=MIGRATED_WITHIN_S,
                stop_request=self.stop_request,
            )

    def _seed(self) -> DemoData:
        with self.progress.step("Demo data"):
            output = run_to_end(
                "Demo data",
                self.programs.seed,
                self.settings,
                data=self.data,
                timeout_s=SEEDED_WITHIN_S,
                stop_request=self.stop_request,
            )
            try:
                return DemoData.model_validate_json(output)
            except ValidationError as error:
                raise DevstackError(
                    "`konstruct demo seed --json` printed something else than the demo data: "
                    f"{error.errors()[0]['msg']}"
                ) from error

    def _start_own(self, supervisor: Supervisor) -> None:
        with self.progress.step("Worker"):
            settings = {**self.settings, PRIVATE_VARIABLE: self.rings.private}
            worker = program.worker(
                self.programs, settings, data=self.data, stop_request=self.stop_request
            )
            supervisor.start(worker, front=True)
        with self.progress.step("Gateway"):
            gateway = program.gateway(
                self.programs,
                self.settings,
                host=self.options.probe_host,
                port=self.options.port,
                data=self.data,
                stop_request=self.stop_request,
            )
            supervisor.start(gateway, front=True)

    def _announce(self, demo: DemoData | None) -> None:
        for line in announcement(self.options.url, self.data, self.settings, demo):
            self.progress.say(line)
        with contextlib.suppress(OSError):  # standard output is closed; people can still work
            sys.stdout.write(f"ready {self.options.url}\n")
            sys.stdout.flush()

    def _open_browser(self, demo: DemoData) -> None:
        """Open a browser, logged in as the business's admin, if a person sits in front of one."""
        program, admin = browser.opener(), demo.admin()
        if not (
            self.options.browser and program and admin and is_loopback(self.options.probe_host)
        ):
            return
        try:
            output = run_to_end(
                "Log-in link",
                [*self.programs.link, admin.email],
                self.settings,
                data=self.data,
                timeout_s=LINKED_WITHIN_S,
                stop_request=self.stop_request,
            )
            opened = browser.open_by(program, LogInLink.model_validate_json(output).url, self._page)
        except (ValidationError, DevstackError, OSError) as error:
            if isinstance(error, StartCancelled):
                raise
            opened = False
        if opened:
            self.progress.say(f"Your browser opens there, logged in as {admin.email}.")

    @property
    def _page(self) -> Path:
        return self.data.run("browser") / "open.html"


def _count_steps(options: UpOptions, given: GivenSettings) -> int:
    servers = (not given.has_database) + (not given.has_redis) + (not given.has_model)
    return servers + bool(options.demo) + len(("migrations", "worker", "gateway"))


@contextlib.contextmanager
def _signals(stop_request: StopRequest) -> Iterator[None]:
    """Make Ctrl-C, SIGTERM and a closed terminal ask for a stop."""

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop_request.ask()

    asking = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    former = {which: signal.signal(which, ask) for which in asking}
    try:
        yield
    finally:
        for which, handler in former.items():
            signal.signal(which, handler)
