"""What `konstruct up` says last: where it is, who can log in, and who answers."""

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
from konstruct.screen import one_line

FIRST = "customer_admin"
"""Whose log-in is told first: the one who runs a business sees most of it."""


class DemoUser(BaseModel):
    email: str
    password: str | None
    """None for one who was there before, with a password of their own."""
    role: str


class DemoAgent(BaseModel):
    name: str


class DemoData(BaseModel):
    """What `konstruct demo seed --json` prints, as far as a person is told of it."""

    users: list[DemoUser]
    agents: list[DemoAgent]

    def admin(self) -> DemoUser | None:
        return next((user for user in self.users if user.role == FIRST), None)


def announcement(
    url: str, data: DataDir, settings: Mapping[str, str], demo: DemoData | None
) -> Iterator[str]:
    """Line by line; the last ones name the model that answers."""
    yield ""
    yield f"Konstruct is ready on {url}"
    yield from _where_else(settings)
    yield from _demo_people(demo, data) if demo else _first_person(data)
    yield from _who_answers(settings, command(data, "up", *_options(settings, demo)))
    yield f"Data and logs are in {data.path}. Ctrl-C ends everything."


def _where_else(settings: Mapping[str, str]) -> Iterator[str]:
    """Where people reach it, and where they do and are refused."""
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
        talk = ("chat", "--agent", one_line(demo.agents[0].name), "What can you do for me?")
        yield f"      {command(data, *talk)}"


def _first_person(data: DataDir) -> Iterator[str]:
    admin = ("--email", "you@acme.com", "--tenant", "acme", "--role", "customer_admin")
    yield "  No demo was made. A business and the first person in it, from another terminal:"
    yield f"      {command(data, 'tenant', 'create', '--name', 'Acme')}"
    yield f"      {command(data, 'user', 'create', *admin)}"


def _options(settings: Mapping[str, str], demo: DemoData | None) -> Iterator[str]:
    """Those with which `up` starts again as it was started now, apart from the directory."""
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
    """What to type, as Konstruct itself was called and for this directory."""
    here = data.path == default_data_dir().absolute()
    return shlex.join([_called(), *arguments, *(() if here else ("--data-dir", str(data.path)))])


def _called() -> str:
    return sys.argv[0] if Path(sys.argv[0]).name == "konstruct" else "konstruct"
