"""`konstruct tenant`: the businesses."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
    from shared.models import Tenant
    from shared.tenants.quotas import Allowance

DEFAULT = "default"
LimitOption = Annotated[str | None, typer.Option(metavar="N|default")]

app = typer.Typer(
    help="Businesses: make and list them, and say what each may use.", no_args_is_help=True
)


@app.command(
    epilog=examples(
        "konstruct tenant create --name 'Acme GmbH'",
        "konstruct tenant create --name 'Acme GmbH' --slug acme --json",
    )
)
def create(
    name: Annotated[str, typer.Option(help="What the business is called.")],
    slug: Annotated[
        str | None, typer.Option(help="Its short name in addresses (made from the name).")
    ] = None,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """Make a tenant."""
    attach_to_database(data_dir)
    made = shown(run(_create(name, slug)))
    if as_json:
        print_json(made)
    else:
        tell(f"The new tenant '{made['name']}' is made. Its slug is {made['slug']}.")


@app.command("list", epilog=examples("konstruct tenant list", "konstruct tenant list --json"))
def list_(data_dir: DataDirOption = Path(DEFAULT_DATA_DIR), as_json: JsonOption = False) -> None:
    """List the tenants, by name."""
    attach_to_database(data_dir)
    print_rows([shown(tenant) for tenant in run(_list())], ("slug", "name", "id"), as_json=as_json)


@app.command(
    epilog=examples(
        "konstruct tenant limits acme",
        "konstruct tenant limits acme --runs-at-once 20 --tokens-per-day 2000000",
        "konstruct tenant limits acme --messages-per-minute default",
    )
)
def limits(
    tenant: Annotated[str, typer.Argument(help="Its slug or id.")],
    runs_at_once: LimitOption = None,
    messages_per_minute: LimitOption = None,
    tokens_per_day: LimitOption = None,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """Show what a tenant may use and has used today, after changing what is named.

    Runs above the limit wait their turn; messages above one are refused, with the seconds to wait.
    A change holds within seconds.
    """
    named = {
        "runs_at_once": runs_at_once,
        "messages_per_minute": messages_per_minute,
        "tokens_per_day": tokens_per_day,
    }
    own = {name: _limit(name, value) for name, value in named.items() if value is not None}
    attach_to_database(data_dir)
    allowance = run(_limits(tenant, own))
    if as_json:
        print_json({name: getattr(allowance, name) for name in (*named, "tokens_today")})
        return
    print_rows(
        [
            {
                "limit": name.replace("_", " "),
                "value": getattr(allowance, name),
                "from": "this tenant" if name in allowance.own else "the installation",
                "used": allowance.tokens_today if name == "tokens_per_day" else None,
            }
            for name in named
        ],
        ("limit", "value", "from", "used"),
        as_json=False,
    )


def _limit(name: str, value: str) -> int | None:
    if value == DEFAULT:
        return None
    if not value.isdecimal() or int(value) < 1:
        option = f"--{name.replace('_', '-')}"
        raise typer.BadParameter(
            f"'{value}' is no limit. Give a whole number from 1, or `{DEFAULT}`.", param_hint=option
        )
    return int(value)


def shown(tenant: "Tenant") -> Row:
    """The tenant as JSON for scripts."""
    return {"id": tenant.id, "name": tenant.name, "slug": tenant.slug}


async def _create(name: str, slug: str | None) -> "Tenant":
    from shared.db import SystemSession
    from shared.tenants.rules import create_tenant

    async with SystemSession("setup") as session, session.transaction():
        return await create_tenant(session, name=name, slug=slug)


async def _limits(slug_or_id: str, own: dict[str, int | None]) -> "Allowance":
    from shared.db import SystemSession
    from shared.tenants import quotas
    from shared.tenants.rules import find_tenant

    async with SystemSession("setup") as session, session.transaction():
        tenant = await find_tenant(session, slug_or_id)
        await quotas.change(session, tenant.id, own)
        return await quotas.read(session, tenant.id)


async def _list() -> "list[Tenant]":
    from shared.db import SystemSession
    from shared.tenants.rules import list_tenants

    async with SystemSession("setup") as session, session.transaction():
        return list(await list_tenants(session))
