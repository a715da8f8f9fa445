"""`konstruct agent dismiss` and `take-back`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from konstruct.cli.agent import TenantOption, named, shown
from konstruct.cli.epilog import examples
from konstruct.cli.installation import (
    DEFAULT_DATA_DIR,
    DataDirOption,
    JsonOption,
    attach_to_database,
)
from konstruct.cli.output import print_json, tell
from konstruct.cli.running import run

if TYPE_CHECKING:
    from shared.models import Agent, ChannelConnection


NameOption = Annotated[str, typer.Option(help="What the employee is called.")]


def register(app: typer.Typer) -> None:
    app.command(
        epilog=examples(
            "konstruct agent dismiss --tenant acme --name Ada",
            "konstruct agent dismiss --tenant acme --name Ada --yes --json",
        )
    )(dismiss)
    app.command("take-back", epilog=examples("konstruct agent take-back --tenant acme --name Ada"))(
        take_back
    )


def dismiss(
    tenant: TenantOption,
    name: NameOption,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """Have an agent answer nobody any more. What was said with it stays readable."""
    attach_to_database(data_dir)
    if not yes:
        for account in run(_accounts(tenant, name)):
            typer.echo(
                f"Nobody will answer on {account.channel_type} {account.external_key}: messages "
                "there are kept. Choose somebody else on the page Channels.",
                err=True,
            )
        typer.confirm(f"Dismiss {name}?", abort=True, err=True)
    gone = run(_dismiss(tenant, name))
    if as_json:
        print_json(shown(gone))
    else:
        tell(f"{gone.name} does not work there any more.")


def take_back(
    tenant: TenantOption,
    name: NameOption,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """Have a dismissed agent work there again, paused at first."""
    attach_to_database(data_dir)
    back = run(_take_back(tenant, name))
    if as_json:
        print_json(shown(back))
    else:
        tell(f"{back.name} works there again, and is paused: `agent change --status active`.")


async def _accounts(tenant: str, name: str) -> "list[ChannelConnection]":
    """Those on which it answers."""
    from shared.channels import connections

    async with named(tenant, name) as (own, agent):
        return [
            each
            for each in await connections.list_connections(own, agent.tenant_id)
            if each.agent_id == agent.id and each.state in connections.LIVE
        ]


async def _dismiss(tenant: str, name: str) -> "Agent":
    from shared.agents import dismissing

    async with named(tenant, name) as (own, agent):
        return await dismissing.dismiss(own, agent.tenant_id, agent.id)


async def _take_back(tenant: str, name: str) -> "Agent":
    from shared.agents import dismissing

    async with named(tenant, name) as (own, agent):
        return await dismissing.take_back(own, agent.tenant_id, agent.id)
