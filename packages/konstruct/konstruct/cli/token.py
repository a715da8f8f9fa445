"""`konstruct token`: act as somebody, for scripts and tests."""

from pathlib import Path
from typing import Annotated

import typer

from konstruct.cli.epilog import examples
from konstruct.cli.installation import (
    DEFAULT_DATA_DIR,
    SIGNING_KEY,
    DataDirOption,
    JsonOption,
    attach_to_database,
)
from konstruct.cli.output import print_json
from konstruct.cli.running import run

LONGEST_TTL_S = 30 * 24 * 3600


def register(app: typer.Typer) -> None:
    app.command(
        epilog=examples(
            "konstruct token --email operator@demo.konstruct.example",
            "konstruct token --email eva@acme.com --tenant acme --ttl 3600 --json",
        )
    )(token)


def token(
    email: Annotated[str, typer.Option(help="Whose.")],
    tenant: Annotated[
        str | None, typer.Option(help="In which of their tenants: slug or id (their first).")
    ] = None,
    ttl: Annotated[
        int | None,
        typer.Option(min=1, max=LONGEST_TTL_S, help="Seconds it is good for (a log-in's)."),
    ] = None,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """Print an access token of a person, without their password.

    Whoever may read the installation's keys may do this. With --json, all of what the WebSocket's
    auth frame asks for.
    """
    attach_to_database(data_dir, SIGNING_KEY)
    from konstruct.local_access import issue

    issued = run(issue(email, tenant=tenant, ttl_s=ttl))
    if as_json:
        print_json(
            {
                "token": issued.token,
                "user_id": issued.user_id,
                "role": issued.role,
                "tenant_id": issued.tenant_id,
                "expires_at": issued.expires_at,
            }
        )
    else:
        typer.echo(issued.token)
