"""`konstruct demo`: a business to try everything with, and many people in it."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from konstruct.cli.epilog import examples
from konstruct.cli.installation import (
    DEFAULT_DATA_DIR,
    SIGNING_KEY,
    DataDirOption,
    JsonOption,
    attach_to_database,
)
from konstruct.cli.output import print_json, print_rows, tell
from konstruct.cli.running import run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.identity.users import Person

    from konstruct.demo_data import Demo, DemoPerson

PASSWORD_FILE = "demo-password"  # noqa: S105 - a file's name

app = typer.Typer(help="A demo business, and people for load tests.", no_args_is_help=True)


@app.command(epilog=examples("konstruct demo seed", "konstruct demo seed --json"))
def seed(
    password: Annotated[
        str | None,
        typer.Option(
            envvar="KONSTRUCT_DEMO_PASSWORD",
            help="With which new people log in. Without one, it is made once and kept.",
        ),
    ] = None,
    documents: Annotated[
        bool,
        typer.Option(
            help="Give its agents documents to answer from, if the business has none of any kind."
        ),
    ] = True,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """Make the demo business `demo`: two agents, one person of each role, three short documents.

    Doing it again changes nothing: who is there keeps the password they have.
    """
    attach_to_database(data_dir)
    password = password or _kept_password(data_dir)
    demo = run(_seed(password, documents=documents))
    if as_json:
        from konstruct.cli import agent, tenant, user

        print_json(
            {
                "tenant": tenant.shown(demo.tenant),
                "users": [
                    {**user.shown(each), "password": _known(each, demo, password)}
                    for each in demo.people
                ],
                "agents": [agent.shown(each) for each in demo.agents],
            }
        )
        return
    tell(f"'{demo.tenant.name}' is there. Its agents: {_names(demo)}.")
    for person in demo.people:
        known = _known(person, demo, password) or "(the one they had before)"
        tell(f"  {person.user.email}  password {known}  ({person.role})")


@app.command(epilog=examples("konstruct demo people --count 200 --json > people.json"))
def people(
    count: Annotated[int, typer.Option(help="How many.")],
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """Make operators in the demo business, each with a conversation and a token for a day.

    The same number again gives the same people. Set KONSTRUCT_LIMITS_ENABLED=false for the
    gateway when they shall write faster than people do.
    """
    attach_to_database(data_dir, SIGNING_KEY)
    print_rows(
        [asdict(person) for person in run(_people(count))],
        ("email", "user_id", "conversation_id"),
        as_json=as_json,
    )


def _known(person: "Person", demo: "Demo", password: str) -> str | None:
    """The password this person logs in with, if it is known."""
    return None if person.user.id in demo.keep_their_password else password


def _names(demo: "Demo") -> str:
    return ", ".join(agent.name for agent in demo.agents)


def _kept_password(data_dir: Path) -> str:
    """The demo's password, kept in this data directory; made the first time."""
    from shared.identity.users import new_password

    from konstruct.devstack.data_dir import DataDir
    from konstruct.devstack.private_file import write_private

    data = DataDir(data_dir)
    file = data.path / PASSWORD_FILE
    if not file.exists():
        data.create()
        write_private(file, f"{new_password()}\n")
    return file.read_text().strip()


async def _seed(password: str, *, documents: bool) -> "Demo":
    from shared.db import SystemSession

    from konstruct.demo_data import give_documents, seed

    async with SystemSession("setup") as session, session.transaction():
        demo = await seed(session, password=password)
    if documents:
        await give_documents(demo.tenant.id)
    return demo


async def _people(count: int) -> "Sequence[DemoPerson]":
    from shared.db import SystemSession

    from konstruct.demo_data import make_people

    async with SystemSession("setup") as session, session.transaction():
        return await make_people(session, count)
