"""`konstruct agent`: the AI employees of a tenant."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from konstruct.cli.epilog import examples
from konstruct.cli.installation import (
    DEFAULT_DATA_DIR,
    DataDirOption,
    JsonOption,
    attach_to_database,
)
from konstruct.cli.output import Row, print_json, print_rows, tell
from konstruct.cli.running import run

if TYPE_CHECKING:
    from shared.db import TenantSession
    from shared.models import Agent

app = typer.Typer(
    help="AI employees: hire and list them, and say what they can do.", no_args_is_help=True
)

TenantOption = Annotated[str, typer.Option(help="The tenant: slug or id.")]


@app.command(
    epilog=examples(
        "konstruct agent create --tenant acme --name Ada --role 'Customer support' \\",
        "    --instructions 'Answer in short, friendly sentences.'",
        "konstruct agent create --tenant acme --name Max --instructions - < max.txt",
    )
)
def create(
    tenant: TenantOption,
    name: Annotated[str, typer.Option(help="What the employee is called.")],
    role: Annotated[str, typer.Option(help="What they do, in a few words.")] = "",
    instructions: Annotated[
        str, typer.Option(help="How they shall work. `-` reads standard input.")
    ] = "",
    model: Annotated[
        str | None, typer.Option(help="Which model speaks for them (the installation's).")
    ] = None,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """Hire an agent."""
    attach_to_database(data_dir)
    if instructions == "-":
        instructions = sys.stdin.read()
    made = shown(run(_create(tenant, name, role, instructions, model)))
    if as_json:
        print_json(made)
    else:
        tell(f"{made['name']} is hired.")


@app.command(
    "list", epilog=examples("konstruct agent list", "konstruct agent list --tenant acme --json")
)
def list_(
    tenant: Annotated[
        str | None, typer.Option(help="Only those of this tenant: slug or id.")
    ] = None,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """List agents, by name. Their ids and instructions are in what --json prints."""
    attach_to_database(data_dir)
    found = run(_list(tenant))
    if as_json:
        print_json([shown(agent) for agent, _ in found])
        return
    rows = [{**shown(agent), "tenant": slug} for agent, slug in found]
    print_rows(rows, ("name", "role", "status", "model", "tenant"), as_json=False)


@app.command(
    epilog=examples(
        "konstruct agent tools --tenant acme --name Ada",
        "konstruct agent tools --tenant acme --name Ada --set clock,count",
        "konstruct agent tools --tenant acme --name Ada --set ''",
    )
)
def tools(
    tenant: TenantOption,
    name: Annotated[str, typer.Option(help="What the employee is called.")],
    given: Annotated[
        str | None,
        typer.Option("--set", help="The tools they have from now on, with commas between."),
    ] = None,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """Show what an agent can do beside talking, and what there is; or set it."""
    attach_to_database(data_dir)
    from orchestrator.tools.registry import known_tools

    known = known_tools()
    names = None if given is None else [each.strip() for each in given.split(",") if each.strip()]
    has = run(_tools(tenant, name, names))
    rows: list[Row] = [
        {"tool": tool.name, "effect": tool.effect, "has": tool.name in has, "what": tool.label}
        for tool in known.values()
    ]
    gone = [each for each in has if each not in known]
    rows += [{"tool": each, "effect": None, "has": True, "what": "is no more"} for each in gone]
    print_rows(rows, ("tool", "effect", "has", "what"), as_json=as_json)


@app.command(
    epilog=examples(
        "konstruct agent change --tenant acme --name Ada --status paused --paused-notice 'Monday.'",
        "konstruct agent change --tenant acme --name Ada --status active",
        "konstruct agent change --tenant acme --name Ada --helps-while-waiting",
    )
)
def change(
    tenant: TenantOption,
    name: Annotated[str, typer.Option(help="What the employee is called.")],
    status: Annotated[str | None, typer.Option(help="active or paused.")] = None,
    paused_notice: Annotated[
        str | None, typer.Option(help="What people read meanwhile; '' is the default.")
    ] = None,
    helps_while_waiting: Annotated[
        bool | None,
        typer.Option(
            "--helps-while-waiting/--no-helps-while-waiting",
            help="Whether they go on answering while a conversation waits for a colleague.",
        ),
    ] = None,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """Pause an agent, or say how they behave while a colleague is waited for."""
    if status not in (None, "active", "paused"):
        raise typer.BadParameter(f"There is no status '{status}'. There are active and paused.")
    given = {
        "status": status,
        "paused_notice": paused_notice,
        "helps_while_waiting": helps_while_waiting,
    }
    attach_to_database(data_dir)
    named = {field: value for field, value in given.items() if value is not None}
    changed = run(_change(tenant, name, named))
    if as_json:
        print_json(shown(changed))
    else:
        tell(f"{changed.name} is changed, from the next message on.")


@app.command(
    epilog=examples(
        "konstruct agent versions --tenant acme --name Ada",
        "konstruct agent versions --tenant acme --name Ada --json",
    )
)
def versions(
    tenant: TenantOption,
    name: Annotated[str, typer.Option(help="What the employee is called.")],
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """List what an agent was, newest first, and what each change was."""
    attach_to_database(data_dir)
    columns = ("n", "at", "by", "changed", "note")
    print_rows(run(_versions(tenant, name)), columns, as_json=as_json)


@app.command(epilog=examples("konstruct agent back --tenant acme --name Ada --to 3"))
def back(
    tenant: TenantOption,
    name: Annotated[str, typer.Option(help="What the employee is called.")],
    to: Annotated[int, typer.Option(help="The version, as `agent versions` numbers it.")],
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """Be what an agent was in an older version, as a new one."""
    attach_to_database(data_dir)
    agent = run(_back(tenant, name, to))
    if as_json:
        print_json(shown(agent))
    else:
        tell(f"{agent.name} is what they were in version {to}, now as {agent.published_version}.")


def shown(agent: "Agent") -> Row:
    """The agent as JSON for scripts."""
    return {
        "id": agent.id,
        "tenant_id": agent.tenant_id,
        "name": agent.name,
        "role": agent.role,
        "instructions": agent.instructions,
        "model": agent.model,
        "status": agent.status,
        "tools": agent.tools,
        "helps_while_waiting": agent.helps_while_waiting,
    }


async def _create(
    tenant: str, name: str, role: str, instructions: str, model: str | None
) -> "Agent":
    from shared.agents.rules import hire
    from shared.db import SystemSession, TenantSession
    from shared.tenants.rules import find_tenant

    async with SystemSession("setup") as session, session.transaction():
        tenant_id = (await find_tenant(session, tenant)).id
    async with TenantSession(tenant_id) as own, own.transaction():
        return await hire(
            own, tenant_id, name=name, role=role, instructions=instructions, model=model
        )


async def _tools(tenant: str, name: str, names: list[str] | None) -> list[str]:
    """Those the agent has, set before if given."""
    return (await _change(tenant, name, {} if names is None else {"tools": names})).tools


async def _change(tenant: str, name: str, changes: dict[str, Any]) -> "Agent":
    """The agent of this name, after what is named was changed."""
    from shared.agents.checks import AgentChanges
    from shared.agents.rules import change_agent

    async with named(tenant, name) as (own, agent):
        if not changes:
            return agent
        return await change_agent(own, agent.tenant_id, agent.id, cast(AgentChanges, changes))


async def _versions(tenant: str, name: str) -> list[Row]:
    from itertools import pairwise

    from shared.agents import versions
    from shared.agents.spec import differing

    async with named(tenant, name) as (own, agent):
        found = await versions.listed(own, agent, limit=200)
    changed = [differing(older.spec, newer.spec) for newer, older in pairwise(found)]
    return [
        {
            "n": each.n,
            "at": each.at,
            "by": each.by_name,
            "changed": ", ".join(fields),
            "note": each.note or (f"back to {each.restores}" if each.restores else None),
        }
        for each, fields in zip(found, [*changed, []], strict=True)
    ]


async def _back(tenant: str, name: str, to: int) -> "Agent":
    from shared.agents import versions

    async with named(tenant, name) as (own, agent):
        return await versions.back_to(own, agent.tenant_id, agent.id, to, by=None)


@asynccontextmanager
async def named(tenant: str, name: str) -> "AsyncIterator[tuple[TenantSession, Agent]]":
    """The agent of this name, in a transaction of its tenant."""
    from shared.agents.rules import find_by_name
    from shared.db import SystemSession, TenantSession
    from shared.errors import NotFound
    from shared.tenants.rules import find_tenant

    async with SystemSession("setup") as session, session.transaction():
        tenant_id = (await find_tenant(session, tenant)).id
    async with TenantSession(tenant_id) as own, own.transaction():
        agent = await find_by_name(own, tenant_id, name)
        if agent is None:
            raise NotFound(f"There is no employee called '{name}' in this tenant.")
        yield own, agent


async def _list(tenant: str | None) -> "list[tuple[Agent, str]]":
    """Agents, each with its tenant's slug."""
    from shared.agents.rules import list_agents
    from shared.db import SystemSession, TenantSession
    from shared.tenants.rules import find_tenant, list_tenants

    async with SystemSession("setup") as session, session.transaction():
        of = [await find_tenant(session, tenant)] if tenant else await list_tenants(session)
    found: list[tuple[Agent, str]] = []
    for each in of:
        async with TenantSession(each.id) as own, own.transaction():
            found += [(agent, each.slug) for agent in await list_agents(own, each.id)]
    return found
