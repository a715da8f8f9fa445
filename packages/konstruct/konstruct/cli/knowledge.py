"""`konstruct knowledge`: what a tenant's employees are given to read, and what they make of it."""

from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from konstruct.cli.epilog import examples
from konstruct.cli.installation import (
    DEFAULT_DATA_DIR,
    REDIS,
    DataDirOption,
    JsonOption,
    attach_to_database,
)
from konstruct.cli.output import Row, print_json, print_rows, tell
from konstruct.cli.running import run

app = typer.Typer(
    help="What employees are given to read: files, web pages, sites. Ask them, to see what they "
    "make of it.",
    no_args_is_help=True,
)

TenantOption = Annotated[str, typer.Option(help="The tenant: slug or id.")]
SourceArgument = Annotated[
    UUID, typer.Argument(metavar="ID", help="The source, as `list` shows it.")
]


@app.command(
    epilog=examples(
        "konstruct knowledge add --tenant acme prices.pdf hours.md",
        "konstruct knowledge add --tenant acme --agent Ada https://acme.com/prices --json",
        "konstruct knowledge add --tenant acme --site acme.com",
        closing=("Exit code 1 if one of them could not be read; the others are known.",),
    )
)
def add(
    what: Annotated[
        list[str], typer.Argument(metavar="FILE_OR_URL...", help="Files, or addresses of pages.")
    ],
    tenant: TenantOption,
    agent: Annotated[
        list[str] | None,
        typer.Option(help="Who may read it, by name; once for each. Without it, everybody."),
    ] = None,
    site: Annotated[
        bool, typer.Option("--site", help="Read the whole site of each address, not one page.")
    ] = False,
    wait: Annotated[
        float, typer.Option(min=0, help="Seconds to wait until it is read; 0 waits for nothing.")
    ] = 180.0,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """Give files and pages to read, and wait until each is known or cannot be read."""
    from konstruct.knowledge import add as give
    from konstruct.knowledge import given

    things = [given(each) for each in what]
    attach_to_database(data_dir, REDIS)
    rows = run(give(tenant, things, agents=agent or None, whole_site=site, wait_s=wait))
    if as_json:
        print_json(rows)
    else:
        for row in rows:
            tell(_told(row))
    if any(row["state"] == "failed" for row in rows):
        raise typer.Exit(1)


@app.command("list", epilog=examples("konstruct knowledge list --tenant acme --json"))
def list_(
    tenant: TenantOption,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """List sources, newest first."""
    from konstruct.knowledge import list_all

    attach_to_database(data_dir)
    rows = run(list_all(tenant))
    print_rows(rows, ("id", "kind", "title", "state", "agents"), as_json=as_json)


@app.command(epilog=examples("konstruct knowledge show 0197e9c2-0f4e-7f7a-9d2b-4a51c3f0c111"))
def show(
    source: SourceArgument,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """Show a source with the text that answers are taken from."""
    from konstruct.knowledge import show as look

    attach_to_database(data_dir)
    found = run(look(source))
    if as_json:
        print_json(found)
        return
    tell(_told(found))
    for document in found["documents"]:
        tell(f"\n{document['title']}\n\n{document['text']}")


@app.command(epilog=examples("konstruct knowledge remove 0197e9c2-0f4e-7f7a-9d2b-4a51c3f0c111"))
def remove(
    source: SourceArgument,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """Forget a source. Nothing of it is kept; answers that were given keep their quotes."""
    from konstruct.knowledge import remove as forget

    attach_to_database(data_dir, REDIS)
    gone = run(forget(source))
    if as_json:
        print_json(gone)
    else:
        tell(f"{gone['title']} is removed.")


@app.command(
    epilog=examples(
        "konstruct knowledge ask --agent Ada 'When do you open?'",
        "konstruct knowledge ask --tenant acme --agent Ada 'When do you open?' --json",
    )
)
def ask(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="As a customer asks it.")],
    agent: Annotated[str, typer.Option(help="Whom to ask, by name.")],
    tenant: Annotated[
        str | None, typer.Option(help="The tenant: slug or id. Needed if several have that name.")
    ] = None,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """Ask an employee something, in no conversation: the answer and where it is from."""
    from konstruct.knowledge import ask as try_out

    attach_to_database(data_dir, REDIS)
    answered = run(try_out(tenant, agent, question))
    if as_json:
        print_json(answered)
        return
    tell(answered["answer"])
    for citation in answered["citations"]:
        tell(f"[{citation['n']}] {citation['title']}: “{citation['quote']}”")


def _told(row: "Row | dict[str, Any]") -> str:
    match row["state"]:
        case "indexed":
            return f"{row['title']} is known ({row['id']})."
        case "failed":
            return f"{row['title']} could not be read: {row['sentence']}"
        case state:
            return f"{row['title']} is {state} ({row['id']})."
