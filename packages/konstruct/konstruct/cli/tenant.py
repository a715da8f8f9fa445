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
from konstruct.cli.output import Row, print_json, print_rows
from konstruct.cli.running import run

if TYPE_CHECKING:
    from shared.models import Tenant

app = typer.Typer(help="Businesses: make and list them.", no_args_is_help=True)


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
        typer.echo(f"Tenant '{made['name']}' is there. Its slug is {made['slug']}.")


@app.command("list", epilog=examples("konstruct tenant list", "konstruct tenant list --json"))
def list_(data_dir: DataDirOption = Path(DEFAULT_DATA_DIR), as_json: JsonOption = False) -> None:
    """List the tenants, by name."""
    attach_to_database(data_dir)
    print_rows([shown(tenant) for tenant in run(_list())], ("slug", "name", "id"), as_json=as_json)


def shown(tenant: "Tenant") -> Row:
    """A tenant as scripts see it."""
    return {"id": tenant.id, "name": tenant.name, "slug": tenant.slug}


async def _create(name: str, slug: str | None) -> "Tenant":
    from shared.db import SystemSession
    from shared.services.tenants import create_tenant

    async with SystemSession("setup") as session, session.transaction():
        return await create_tenant(session, name=name, slug=slug)


async def _list() -> "list[Tenant]":
    from shared.db import SystemSession
    from shared.services.tenants import list_tenants

    async with SystemSession("setup") as session, session.transaction():
        return list(await list_tenants(session))
