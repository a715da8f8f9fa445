"""`konstruct wording`: what is said in a business's name where no employee and no colleague
speaks."""

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
    from shared.conversations.wording import Wording, WordingChanges

app = typer.Typer(
    help="What is said on outside channels in a business's name: its sentences, its language, and "
    "that a machine writes.",
    no_args_is_help=True,
)

TenantOption = Annotated[str, typer.Option(help="The tenant: slug or id.")]


@app.command(
    "list",
    epilog=examples(
        "konstruct wording list --tenant acme", "konstruct wording list --tenant acme --json"
    ),
)
def list_(
    tenant: TenantOption,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """List the sentences, the tenant's own and the others."""
    attach_to_database(data_dir)
    _show(run(_change(tenant, {}, None)), as_json)


@app.command(
    "set",
    epilog=examples(
        "konstruct wording set failed 'Lo miramos y le escribimos.' --tenant acme --language es",
        "konstruct wording set failed --default --tenant acme --language es",
    ),
)
def set_(
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help="Which sentence, as `list` shows it.")
    ],
    sentence: Annotated[
        str | None,
        typer.Argument(
            metavar="TEXT", help="What to say; {agent} and {business} stand for the names."
        ),
    ] = None,
    *,
    tenant: TenantOption,
    language: Annotated[str, typer.Option(help="en, es or pt.")],
    default: Annotated[bool, typer.Option("--default", help="Say the default again.")] = False,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """Word a sentence in a language."""
    if (sentence is None) is not default:
        raise typer.BadParameter("Give what to say, or --default.")
    attach_to_database(data_dir)
    _show(run(_change(tenant, {"wording": {kind: {language: sentence}}}, None)), as_json)


@app.command(epilog=examples("konstruct wording language es --tenant acme"))
def language(
    language: Annotated[str, typer.Argument(metavar="LANGUAGE", help="en, es or pt.")],
    tenant: TenantOption,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """Set the language for people whose own is not known."""
    attach_to_database(data_dir)
    _show(run(_change(tenant, {"language": language}, None)), as_json)


@app.command(
    epilog=examples(
        "konstruct wording machine --off --reason 'our terms say so' --tenant acme",
        "konstruct wording machine --on --tenant acme",
    )
)
def machine(
    tenant: TenantOption,
    on: Annotated[bool, typer.Option("--on/--off", help="Whether people are told.")],
    reason: Annotated[
        str | None, typer.Option(help="Why they are not told; it is recorded.")
    ] = None,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """Tell people that a machine writes when their conversation begins, or do not."""
    attach_to_database(data_dir)
    worded = run(_change(tenant, {"says_machine": on}, reason))
    if as_json:
        _show(worded, as_json)
    else:
        tell("People are told that a machine writes." if on else "People are not told.")


def _show(worded: "Wording", as_json: bool) -> None:
    from shared.conversations.wording import defaults

    sentences = [
        {
            "kind": kind,
            "language": language,
            "from": "this tenant" if language in worded.own.get(kind, {}) else "the default",
            "text": worded.own.get(kind, {}).get(language, default),
        }
        for kind, of_kind in defaults().items()
        for language, default in of_kind.items()
    ]
    if as_json:
        shown: Row = {
            "says_machine": worded.says_machine,
            "language": worded.language,
            "sentences": sentences,
        }
        print_json(shown)
    else:
        print_rows(sentences, ("kind", "language", "from", "text"), as_json=False)


async def _change(tenant: str, changes: "WordingChanges", reason: str | None) -> "Wording":
    from shared.conversations import wording
    from shared.db import SystemSession, TenantSession
    from shared.tenants.rules import find_tenant

    async with SystemSession("setup") as session, session.transaction():
        tenant_id = (await find_tenant(session, tenant)).id
    async with TenantSession(tenant_id) as own, own.transaction():
        if not changes:
            return await wording.wording_of(own, tenant_id)
        by = wording.ChangedBy("operator")
        return await wording.change(own, tenant_id, changes, by=by, reason=reason)
