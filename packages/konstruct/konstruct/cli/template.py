"""`konstruct template`: employees as files, and those that come along."""

import sys
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
from konstruct.cli.output import Row, print_json, print_rows, tell
from konstruct.cli.running import run

if TYPE_CHECKING:
    from uuid import UUID

    from shared.models import Agent
    from shared.templates.format import Template
    from shared.templates.hiring import Plan

app = typer.Typer(
    help="Templates of employees: list, hire by one, export an employee as one.",
    no_args_is_help=True,
)

LocaleOption = Annotated[str, typer.Option(help="The language of those that come along.")]


@app.command(
    "list", epilog=examples("konstruct template list", "konstruct template list --locale es --json")
)
def list_(locale: LocaleOption = "en", as_json: JsonOption = False) -> None:
    """List the templates that come along. What each asks is in what --json prints."""
    from shared.templates import shelf

    found = shelf.shipped(locale)
    if as_json:
        print_json([{"id": each.id} | each.template.model_dump() for each in found])
        return
    rows: list[Row] = [
        {"id": each.id, "language": each.template.locale, "role": each.template.role,
         "asks": ", ".join(variable.name for variable in each.template.variables)}
        for each in found
    ]  # fmt: skip
    print_rows(rows, ("id", "language", "role", "asks"), as_json=False)


@app.command(epilog=examples("konstruct template schema > konstruct.agent.v1.schema.json"))
def schema() -> None:
    """Print the JSON Schema of the format, for editors and other programs."""
    from shared.templates import shelf

    typer.echo(shelf.schema(), nl=False)


@app.command(
    epilog=examples(
        "konstruct template hire receptionist --tenant acme --set company='Acme'",
        "konstruct template hire receptionist --locale es --tenant acme --name Eva \\",
        "    --set company='Acme' --dry-run",
        "konstruct template hire ./max.yaml --tenant acme",
        "konstruct template hire - --tenant acme < max.yaml",
    )
)
def hire(
    template: Annotated[
        str, typer.Argument(help="One of `template list`, a file, or `-` for standard input.")
    ],
    tenant: TenantOption,
    name: Annotated[
        str | None, typer.Option(help="What the employee is called (as the template says).")
    ] = None,
    given: Annotated[
        list[str] | None,
        typer.Option("--set", help="An answer to what the template asks: name=value."),
    ] = None,
    locale: LocaleOption = "en",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what is wrong and what is missing; hire nobody.")
    ] = False,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """Hire by a template. Nothing is made if anything in it is wrong; the exit code is then 1."""
    values = _values(given or [])
    read = _read(template, locale)
    attach_to_database(data_dir)
    if dry_run:
        planned = run(_plan(tenant, read, values, name))
        _tell_plan(planned, as_json=as_json)
        raise typer.Exit(1 if planned.problems else 0)
    hired = run(_hire(tenant, read, values, name))
    if as_json:
        print_json(shown(hired))
    else:
        tell(f"{hired.name} is hired.")


@app.command(epilog=examples("konstruct template export --tenant acme --name Ada > ada.yaml"))
def export(
    tenant: TenantOption,
    name: Annotated[str, typer.Option(help="What the employee is called.")],
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """Print an employee as a template, without keys, ids and people."""
    from shared.agents.spec import spec_of
    from shared.templates.exporting import document_of, exported

    attach_to_database(data_dir)
    spec = spec_of(run(_find(tenant, name)))
    if as_json:
        print_json(document_of(spec))
    else:
        typer.echo(exported(spec), nl=False)


def _values(given: list[str]) -> dict[str, str]:
    pairs = [each.partition("=") for each in given]
    if wrong := [name for name, equals, _ in pairs if not equals]:
        raise typer.BadParameter(f"--set {wrong[0]} has no value. Write --set {wrong[0]}=value.")
    return {name.strip(): value for name, _, value in pairs}


def _read(template: str, locale: str) -> "Template":
    from shared.templates import shelf
    from shared.templates.documents import MAX_BYTES
    from shared.templates.reading import read

    if template == "-":
        return read(sys.stdin.read(MAX_BYTES + 1))
    if Path(template).is_file():
        with Path(template).open(encoding="utf-8", errors="replace") as file:
            return read(file.read(MAX_BYTES + 1))
    return shelf.get(template, locale).template


def _tell_plan(planned: "Plan", *, as_json: bool) -> None:
    wrong: list[Row] = [{"where": each.path, "what": each.sentence} for each in planned.problems]
    missing: list[Row] = [
        {"needs": each.kind, "what": each.name, "why": each.why} for each in planned.missing
    ]
    if as_json:
        print_json({"problems": wrong, "missing": missing, "employee": planned.employee})
        return
    if wrong:
        tell("Nobody is hired before this is right:")
        print_rows(wrong, ("where", "what"), as_json=False)
    else:
        tell(f"{planned.employee['name']} can be hired.")
    if missing:
        tell("To be given by you afterwards:")
        print_rows(missing, ("needs", "what", "why"), as_json=False)


async def _plan(
    tenant: str, template: "Template", values: dict[str, str], name: str | None
) -> "Plan":
    from shared.db import TenantSession
    from shared.templates import hiring

    tenant_id = await _tenant_id(tenant)
    async with TenantSession(tenant_id) as own, own.transaction():
        return await hiring.plan(own, tenant_id, template, values, name=name)


async def _hire(
    tenant: str, template: "Template", values: dict[str, str], name: str | None
) -> "Agent":
    from shared.db import TenantSession
    from shared.templates import hiring

    tenant_id = await _tenant_id(tenant)
    async with TenantSession(tenant_id) as own, own.transaction():
        return await hiring.hire(own, tenant_id, template, values, name=name)


async def _find(tenant: str, name: str) -> "Agent":
    async with named(tenant, name) as (_, agent):
        return agent


async def _tenant_id(tenant: str) -> "UUID":
    from shared.db import SystemSession
    from shared.tenants.rules import find_tenant

    async with SystemSession("setup") as session, session.transaction():
        return (await find_tenant(session, tenant)).id
