"""`konstruct hello`: from a website and files to an employee who answers from them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from konstruct.cli.epilog import examples
from konstruct.cli.installation import (
    DEFAULT_DATA_DIR,
    REDIS,
    DataDirOption,
    JsonOption,
    attach_to_database,
)
from konstruct.cli.output import print_json, print_rows, tell
from konstruct.cli.running import run

if TYPE_CHECKING:
    from shared.models import Agent
    from shared.setup.rules import Tried


def register(app: typer.Typer) -> None:
    app.command(
        epilog=examples(
            "konstruct hello --tenant acme --site acme.com",
            "konstruct hello --tenant acme --files prices.pdf --files hours.md --locale es",
            "konstruct hello --tenant acme --files faq.md --template support --name Sam --json",
            closing=("Exit code 1 if nothing of it could be read. A worker has to run.",),
        )
    )(hello)


def hello(
    tenant: Annotated[str, typer.Option(help="The tenant: slug or id.")] = "demo",
    site: Annotated[str | None, typer.Option(help="The website, which is read whole.")] = None,
    files: Annotated[
        list[str] | None, typer.Option(help="A file; once for each.", metavar="FILE")
    ] = None,
    template: Annotated[
        str, typer.Option(help="Whom to hire: one of `konstruct template list`.")
    ] = "receptionist",
    name: Annotated[
        str | None, typer.Option(help="What they are called (as the template says).")
    ] = None,
    locale: Annotated[str, typer.Option(help="en, es or pt.")] = "en",
    wait: Annotated[
        float, typer.Option(min=0, help="Seconds to wait until everything is read.")
    ] = 180.0,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """Read a website and files, hire an employee who knows them, and try ten questions."""
    from konstruct.knowledge import add as give
    from konstruct.knowledge import given

    things = [given(each) for each in [*(files or []), *([site] if site else [])]]
    if not things:
        raise typer.BadParameter("Give --site or --files: what shall the employee know?")
    attach_to_database(data_dir, REDIS)
    rows = run(give(tenant, things, agents=None, whole_site=True, wait_s=wait))
    known = [row for row in rows if row["state"] == "indexed"]
    if not as_json:
        print_rows(rows, ("title", "state"), as_json=False)
    if not known:
        tell("Nothing of it could be read." if not as_json else "[]")
        raise typer.Exit(1)
    agent, tried = run(_hire_and_try(tenant, template, locale, name))
    if as_json:
        print_json(
            {
                "agent_id": agent.id,
                "name": agent.name,
                "known": sum(each.known for each in tried),
                "tried": [
                    {"question": each.question, "known": each.known, "title": each.title}
                    for each in tried
                ],
            }
        )
        return
    _tell(agent, tried)


def _tell(agent: "Agent", tried: "list[Tried]") -> None:
    unknown = [each.question for each in tried if not each.known]
    answered = len(tried) - len(unknown)
    tell(f"{agent.name} works here now. {answered} of {len(tried)} answered with a source.")
    if unknown:
        tell("Teach me these:")
        for question in unknown:
            tell(f"  - {question}")


async def _hire_and_try(
    tenant: str, template: str, locale: str, name: str | None
) -> "tuple[Agent, list[Tried]]":
    from dataclasses import replace

    from shared.db import SystemSession, TenantSession
    from shared.setup import rules as setup
    from shared.tenants.rules import find_tenant

    async with SystemSession("setup") as session, session.transaction():
        found = await find_tenant(session, tenant)
    async with TenantSession(found.id) as own, own.transaction():
        drafted = await setup.draft(own, found.id, template=template, locale=locale)
        drafted = replace(drafted, name=name or drafted.name)
        agent = await setup.employ(own, found.id, drafted, company=found.name, by=None)
    return agent, await setup.tried(found.id, agent.id, setup.questions_of(agent))
