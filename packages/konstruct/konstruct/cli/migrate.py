"""`konstruct migrate`: the database's tables brought up to date."""

import os
import secrets
import shlex
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from konstruct.cli.epilog import examples
from konstruct.cli.installation import DEFAULT_DATA_DIR, DataDirOption, JsonOption
from konstruct.cli.output import print_json, say


def register(app: typer.Typer) -> None:
    app.command(
        epilog=examples(
            "konstruct migrate",
            "konstruct migrate --check",
            "konstruct migrate --superuser-url postgresql://postgres:PASSWORD@db.acme.com/postgres",
            closing=(
                "It works on KONSTRUCT_OWNER_DATABASE_URL, else on the `konstruct up` of the data "
                "directory, else on KONSTRUCT_DATABASE_URL, else on the data directory's own "
                "PostgreSQL, which it starts for that.",
                "On a server of your own, run it once with --superuser-url: it makes the roles "
                "konstruct_owner, konstruct_app and konstruct_system and the database, applies "
                "the migrations and prints the two settings to keep, without the passwords that it "
                "was given. Again, it sets the passwords anew.",
            ),
        )
    )(migrate)


def migrate(
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit with 1 when behind.")
    ] = False,
    superuser_url: Annotated[
        str | None,
        typer.Option(
            envvar="KONSTRUCT_SUPERUSER_DATABASE_URL",
            help="First make roles and database on this server, as its superuser.",
        ),
    ] = None,
    database: Annotated[
        str, typer.Option(help="With --superuser-url: the database to make.")
    ] = "konstruct",
    owner_password: Annotated[
        str | None,
        typer.Option(
            envvar="KONSTRUCT_OWNER_PASSWORD",
            help="With --superuser-url: konstruct_owner's (a new one).",
        ),
    ] = None,
    app_password: Annotated[
        str | None,
        typer.Option(
            envvar="KONSTRUCT_APP_PASSWORD",
            help="With --superuser-url: konstruct_app's (a new one).",
        ),
    ] = None,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """Bring the database's tables up to date, and print each migration applied.

    Each is applied whole or not at all; run again, it goes on with the one that failed.
    """
    if check and superuser_url:
        raise typer.BadParameter("--check changes nothing, so it takes no --superuser-url.")
    settings: dict[str, str] = {}
    if superuser_url:
        settings = _set_up_roles(superuser_url, database, owner_password, app_password)
        os.environ.update(settings)
        given = {
            "KONSTRUCT_DATABASE_URL": app_password,
            "KONSTRUCT_OWNER_DATABASE_URL": owner_password,
        }
        settings = {n: _hidden(url) if given[n] else url for n, url in settings.items()}
    done = _on_database(data_dir, check=check)
    if as_json:
        key = "pending" if check else "applied"
        print_json({key: done, **({"settings": settings} if settings else {})})
    else:
        for revision in done:
            typer.echo(f"{revision['id']} {revision['about']}")
        for name, value in settings.items():
            typer.echo(f"{name}={shlex.quote(value)}")
    if not done:
        say("The database is up to date.")
    elif check:
        say(f"The database is {len(done)} migrations behind. Run `konstruct migrate`.")
        raise typer.Exit(1)


def _hidden(login: str) -> str:
    """The login without its password: a container's log must not have it."""
    from konstruct.schema import without_password

    return without_password(login)


def _on_database(data_dir: Path, *, check: bool) -> list[dict[str, str]]:
    """The pending migrations with `check`, else the applied ones."""
    from konstruct import schema
    from konstruct.database_errors import DATABASE_ERRORS, as_sentence

    try:
        with schema.owner_database(data_dir) as url:
            revisions = schema.pending(url) if check else schema.migrate(url)
    except DATABASE_ERRORS as error:
        raise as_sentence(error) from error
    return [asdict(revision) for revision in revisions]


def _set_up_roles(
    superuser_url: str, database: str, owner_password: str | None, app_password: str | None
) -> dict[str, str]:
    import psycopg
    from shared.addresses import database_address
    from shared.errors import BadRequest, Unavailable

    from konstruct import schema
    from konstruct.database_errors import first_line

    try:
        database_address(superuser_url)
    except ValueError as error:
        raise BadRequest(f"--superuser-url is not right: {error}.") from None
    try:
        return schema.set_up_roles(
            superuser_url,
            database=database,
            owner_password=owner_password or secrets.token_urlsafe(24),
            app_password=app_password or secrets.token_urlsafe(24),
        )
    except psycopg.Error as error:
        raise Unavailable(
            f"The roles could not be made: {first_line(error)}. See that the server answers, and "
            "that --superuser-url logs in as a superuser."
        ) from error
