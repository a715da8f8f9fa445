"""What `konstruct up` prints last: its address, who can log in, and which model answers."""

import shlex
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from shared.config.gateway import GatewaySettings
from shared.config.model import ModelSettings

from konstruct.devstack.data_dir import DataDir, default_data_dir
from konstruct.devstack.model_weights import MODEL_ALIAS
from konstruct.devstack.reached import where_pages_are_refused
from konstruct.devstack.rings import ring_files
from konstruct.screen import one_line

FIRST = "customer_admin"
"""Named first, because the admin of a business sees most of it."""


class DemoUser(BaseModel):
    email: str
    password: str | None
    """None for a person who existed before and has a password of their own."""
    role: str


class DemoAgent(BaseModel):
    name: str


class DemoData(BaseModel):
    """The fields of `konstruct demo seed --json` that are shown."""

    users: list[DemoUser]
    agents: list[DemoAgent]

    def admin(self) -> DemoUser | None:
        return next((user for user in self.users if user.role == FIRST), None)


def announcement(
    url: str, data: DataDir, settings: Mapping[str, str], demo: DemoData | None
) -> Iterator[str]:
    """The lines to print. The last ones name the model."""
    yield ""
    yield f"Konstruct is ready on {url}"
    yield from _where_else(settings)
    yield from _demo_people(demo, data) if demo else _first_person(data)
    yield from _who_answers(settings, command(data, "up", *_options(settings, demo)))
    yield from _what_to_back_up(data)
    yield f"Data and logs are in {data.path}. Ctrl-C ends everything."


def _what_to_back_up(data: DataDir) -> Iterator[str]:
    """The database and the keys without which nobody can read what is sealed in it."""
    keys = " and ".join(file.name for file in ring_files(data.path))
    if keys:
        database = "postgres" if (data.path / "postgres").exists() else "your database"
        yield f"Back up together: {database} and {keys}, without which its secrets stay sealed."


def _where_else(settings: Mapping[str, str]) -> Iterator[str]:
    """Addresses where people reach it, and addresses where pages are refused."""
    told = {name: settings.get(f"KONSTRUCT_{name}".upper()) for name in ("host", "port")}
    given: dict[str, Any] = {name: value for name, value in told.items() if value}
    reached = GatewaySettings(**given)
    if reached.public_url:
        yield f"  people reach it at {reached.public_url}"
    if refused := where_pages_are_refused(reached):
        yield refused


def _demo_people(demo: DemoData, data: DataDir) -> Iterator[str]:
    for user in sorted(demo.users, key=lambda user: user.role != FIRST):
        password = user.password or "(the one they had before)"
        yield f"  log in as  {user.email}  password  {password}  ({user.role})"
    if demo.agents:
        names = ", ".join(one_line(agent.name) for agent in demo.agents)
        yield f"  talk to    {names}, from another terminal:"
        talk = ("chat", "--agent", one_line(demo.agents[0].name), "When are you open on Saturday?")
        yield f"      {command(data, *talk)}"


def _first_person(data: DataDir) -> Iterator[str]:
    admin = ("--email", "you@acme.com", "--tenant", "acme", "--role", "customer_admin")
    yield "  No demo was made. A business and the first person in it, from another terminal:"
    yield f"      {command(data, 'tenant', 'create', '--name', 'Acme')}"
    yield f"      {command(data, 'user', 'create', *admin)}"


def _options(settings: Mapping[str, str], demo: DemoData | None) -> Iterator[str]:
    """The options to start `up` the same way again, apart from the directory."""
    for option in ("host", "port"):
        value = settings.get(f"KONSTRUCT_{option.upper()}")
        if value and value != str(GatewaySettings.model_fields[option].default):
            yield from (f"--{option}", value)
    if demo is None:
        yield "--no-demo"


def _who_answers(settings: Mapping[str, str], up_again: str) -> Iterator[str]:
    url = settings.get("KONSTRUCT_LLM_BASE_URL")
    model = settings.get("KONSTRUCT_LLM_MODEL") or ModelSettings.model_fields["name"].default
    if model != MODEL_ALIAS:
        yield f"Answers come from {model}" + (f" at {url}." if url else ".")
        return
    yield f"Answers come from the practice model {model}: it shows the way, not the quality."
    yield "For a real one, stop this and start it with the address, key and name of yours:"
    real = "KONSTRUCT_LLM_BASE_URL=… KONSTRUCT_LLM_API_KEY=… KONSTRUCT_LLM_MODEL=…"
    yield f"      {real} {up_again}"


def command(data: DataDir, *arguments: str) -> str:
    """What to type: Konstruct as it was called now, with this directory."""
    here = data.path == default_data_dir().absolute()
    return shlex.join([_called(), *arguments, *(() if here else ("--data-dir", str(data.path)))])


def _called() -> str:
    return sys.argv[0] if Path(sys.argv[0]).name == "konstruct" else "konstruct"
