"""PostgreSQL with its durability on, Valkey, the scripted model, and people with conversations."""

import json
import os
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from konstruct.devstack.postgres import EmbeddedPostgres
from konstruct.devstack.progress import Progress
from konstruct.devstack.valkey import EmbeddedValkey
from shared.db.roles import APP_ROLE, OWNER_ROLE, ensure_roles
from shared.keyrings import new_key

from benchmarks.failure import BenchmarkFailed
from benchmarks.floor.schema import create_tables
from tests.support.fakes import Model
from tests.support.processes import KONSTRUCT

DATABASE = "konstruct"
ANSWER = "Your order left our warehouse this morning and should reach you by Friday at noon."
PIECES = 8
SET_UP_WITHIN_S = 120


@dataclass(frozen=True)
class Person:
    """Somebody of the demo tenant with a conversation of their own."""

    user_id: str
    role: str
    tenant_id: str
    conversation_id: str
    token: str

    def auth_frame(self) -> dict[str, Any]:
        return {
            "type": "auth",
            "userId": self.user_id,
            "role": self.role,
            "tenantId": self.tenant_id,
            "token": self.token,
        }


@dataclass
class Servers:
    """What both paths stand on."""

    directory: Path
    postgres: EmbeddedPostgres
    valkey: EmbeddedValkey
    model: Model
    environment: dict[str, str]
    people: list[Person]

    def database_url(self, port: int | None = None) -> str:
        """As the application, perhaps through a relay on another port."""
        here, url = f":{self.postgres.port}/", self.environment["KONSTRUCT_DATABASE_URL"]
        return url if port is None else url.replace(here, f":{port}/")


@contextmanager
def running_servers(directory: Path, people: int, progress: Progress) -> Iterator[Servers]:
    """Started, migrated and peopled; nothing of it is left afterwards."""
    with ExitStack() as running:
        with progress.step("PostgreSQL, Valkey and the scripted model"):
            postgres = running.enter_context(EmbeddedPostgres(directory / "postgres"))
            valkey = running.enter_context(EmbeddedValkey(directory / "valkey"))
            options = ("--text", ANSWER, "--pieces", str(PIECES))
            model = running.enter_context(Model("model", directory, *options))
        password = secrets.token_hex(16)
        address = f"{postgres.host}:{postgres.port}/{DATABASE}"
        owner_url = f"postgresql://{OWNER_ROLE}:{password}@{address}"
        environment = {
            "KONSTRUCT_DATABASE_URL": f"postgresql://{APP_ROLE}:{password}@{address}",
            "KONSTRUCT_OWNER_DATABASE_URL": owner_url,
            "KONSTRUCT_REDIS_URL": valkey.url,
            "KONSTRUCT_SIGNING_KEY": secrets.token_urlsafe(48),
            "KONSTRUCT_SECRETS_KEYS": new_key().written(),
            "KONSTRUCT_VERIFY_KEYS": new_key().written(),
            "KONSTRUCT_LIMITS_ENABLED": "false",
            # All its people are of one tenant, which may have 256 answers under way by default.
            "KONSTRUCT_TENANT_RUNS_AT_ONCE": "1000",
            **model.environment_for_workers(),
        }
        with progress.step("Tables and people"):
            ensure_roles(
                postgres.superuser_conninfo(),
                database=DATABASE,
                owner_password=password,
                app_password=password,
            )
            konstruct(environment, "migrate")
            konstruct(
                environment,
                "demo",
                "seed",
                "--no-documents",
                "--password",
                secrets.token_urlsafe(16),
            )
            made = konstruct(environment, "demo", "people", "--count", str(people), "--json")
            create_tables(owner_url)
        known = [
            Person(**{name: person[name] for name in Person.__dataclass_fields__})
            for person in json.loads(made)
        ]
        yield Servers(directory, postgres, valkey, model, environment, known)


def konstruct(environment: dict[str, str], *arguments: str) -> str:
    """What one of the product's own commands prints."""
    try:
        done = subprocess.run(
            [*KONSTRUCT, *arguments],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=SET_UP_WITHIN_S,
            check=True,
        )
    except subprocess.CalledProcessError as error:
        raise BenchmarkFailed(
            f"`konstruct {arguments[0]}` failed: {error.stderr.strip()[-600:]}"
        ) from error
    return done.stdout
