"""`konstruct user`: people and their roles."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated
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

if TYPE_CHECKING:
    from shared.identity.users import Person

LEAVE_S = 2.0
ROLES_HELP = "customer_operator, customer_admin, or platform_admin (who has no tenant)."

app = typer.Typer(help="People: make them known, give them roles.", no_args_is_help=True)

EmailOption = Annotated[str, typer.Option(help="Their e-mail address.")]
RoleOption = Annotated[str, typer.Option(help=ROLES_HELP)]


@app.command(
    epilog=examples(
        "konstruct user create --email eva@acme.com --tenant acme --role customer_admin",
        "konstruct user create --email root@acme.com --role platform_admin --json",
    )
)
def create(
    email: EmailOption,
    role: RoleOption = "customer_operator",
    tenant: Annotated[str | None, typer.Option(help="Their tenant: slug or id.")] = None,
    name: Annotated[str, typer.Option(help="What they are called.")] = "",
    password: Annotated[
        str | None,
        typer.Option(
            envvar="KONSTRUCT_PASSWORD",
            help="At least 10 characters. Without one, it is made and printed.",
        ),
    ] = None,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """Make a person known, in a role."""
    attach_to_database(data_dir)
    from shared.errors import Conflict, KonstructError
    from shared.identity.users import new_password

    made_up = None if password else new_password()
    try:
        person = run(_create(email, role, tenant, name, password or made_up))
    except KonstructError as error:
        if error.code == "email_taken":
            add = _command_to_add(email, role, tenant, data_dir)
            sentence = f"{error.message} Give them a role in one more tenant with `{add}`."
            raise Conflict(sentence, code=error.code) from None
        raise
    if as_json:
        print_json({**shown(person), **({"password": made_up} if made_up else {})})
        return
    tell(f"{person.user.email} is there, as {person.role}.")
    if made_up:
        tell(f"Their password, shown this once: {made_up}")


@app.command(
    epilog=examples("konstruct user add --email eva@acme.com --tenant other --role customer_admin")
)
def add(
    email: EmailOption,
    tenant: Annotated[str, typer.Option(help="The tenant: slug or id.")],
    role: RoleOption = "customer_operator",
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """Give someone known a role in one more tenant."""
    attach_to_database(data_dir)
    person = run(_add(email, tenant, role))
    if as_json:
        print_json(shown(person))
    else:
        tell(f"{person.user.email} is {person.role} there now.")


@app.command(
    "list", epilog=examples("konstruct user list", "konstruct user list --tenant acme --json")
)
def list_(
    tenant: Annotated[
        str | None, typer.Option(help="Only the members of this tenant: slug or id.")
    ] = None,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """List people, by e-mail, once for each of their roles. Ids are in what --json prints."""
    attach_to_database(data_dir)
    found = run(_list(tenant))
    if as_json:
        print_json([shown(person) for person, _ in found])
        return
    rows = [{**shown(person), "tenant": slug} for person, slug in found]
    print_rows(rows, ("email", "role", "tenant", "display_name"), as_json=False)


@app.command(epilog=examples("konstruct user link --email eva@acme.com"))
def link(
    email: EmailOption,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """Print a link that logs a person in, once. It is good for two minutes.

    It begins with KONSTRUCT_PUBLIC_URL; without that it opens on the machine of the gateway alone,
    as the `url` that --json prints always does. Whoever may read the installation's keys may do
    this.
    """
    attach_to_database(data_dir)
    from shared.config import settings
    from shared.origins import warning_about

    path = f"/enter#{run(_link(email))}"
    base = settings.gateway.link_base()
    if as_json:
        print_json({"url": settings.gateway.local_url() + path, "public_url": base + path})
        return
    typer.echo(base + path)
    if warning := warning_about(base):
        typer.echo(warning, err=True)


@app.command(epilog=examples("konstruct user reset --email eva@acme.com"))
def reset(
    email: EmailOption,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """Print a link with which a person sets a new password, once. It is good for an hour.

    Hand it over in private. It is void as soon as their password is another.
    """
    attach_to_database(data_dir, REDIS)
    from shared.config import settings
    from shared.origins import warning_about

    path = f"/reset#{run(_reset(email))}"
    base = settings.gateway.link_base()
    if as_json:
        print_json({"url": settings.gateway.local_url() + path, "public_url": base + path})
        return
    typer.echo(base + path)
    if warning := warning_about(base):
        typer.echo(warning, err=True)


@app.command(epilog=examples("konstruct user sessions --email eva@acme.com --json"))
def sessions(
    email: EmailOption,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """List a person's log-ins that have not ended, the last used first."""
    attach_to_database(data_dir)
    rows = run(_sessions(email))
    print_rows(rows, ("id", "began_at", "last_used_at", "ends_at"), as_json=as_json)


@app.command("log-out", epilog=examples("konstruct user log-out --email eva@acme.com"))
def log_out(
    email: EmailOption,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """End all of a person's log-ins, and what is open in them."""
    attach_to_database(data_dir, REDIS)
    ended = run(_log_out(email))
    if as_json:
        print_json({"ended": ended})
    else:
        tell(f"{ended} log-in{'' if ended == 1 else 's'} ended.")


def shown(person: "Person") -> Row:
    """A person in one of their roles, as JSON for scripts."""
    return {
        "id": person.user.id,
        "email": person.user.email,
        "display_name": person.user.display_name,
        "role": person.role,
        "tenant_id": person.tenant_id,
    }


def _command_to_add(email: str, role: str, tenant: str | None, data_dir: Path) -> str:
    from konstruct.devstack.announcement import command
    from konstruct.devstack.data_dir import DataDir

    of_role = ("--role", role) if tenant else ()
    named = ("--email", email, "--tenant", tenant or "TENANT", *of_role)
    return command(DataDir(data_dir), "user", "add", *named)


async def _create(
    email: str, role: str, tenant: str | None, name: str, password: str | None
) -> "Person":
    from shared.db import SystemSession
    from shared.identity.users import create_user
    from shared.tenants.rules import find_tenant

    async with SystemSession("setup") as session, session.transaction():
        home = await find_tenant(session, tenant) if tenant else None
        return await create_user(
            session, email=email, role=role, tenant=home, display_name=name, password=password
        )


async def _link(email: str) -> str:
    from shared.db import SystemSession
    from shared.identity import login_links
    from shared.identity.users import find_user

    async with SystemSession("setup") as session, session.transaction():
        person = await find_user(session, email)
    return await login_links.make(person.id)


async def _id_of(email: str) -> UUID:
    from shared.db import SystemSession
    from shared.identity.users import find_user

    async with SystemSession("setup") as session, session.transaction():
        return (await find_user(session, email)).id


async def _reset(email: str) -> str:
    from shared.identity import password_resets

    return await password_resets.make(await _id_of(email))


async def _sessions(email: str) -> list[Row]:
    from shared.identity import own_account

    return [
        {
            "id": each.id,
            "tenant_id": each.tenant_id,
            "began_at": each.created_at,
            "last_used_at": each.rotated_at,
            "ends_at": each.expires_at,
        }
        for each in await own_account.open_sessions(await _id_of(email))
    ]


async def _log_out(email: str) -> int:
    from shared.identity import own_account
    from shared.valkey.batch import get_batch

    ended = await own_account.end_sessions(await _id_of(email))
    await get_batch().empty(LEAVE_S)  # what tells gateways
    return ended


async def _add(email: str, tenant: str, role: str) -> "Person":
    from shared.db import SystemSession
    from shared.identity.users import add_membership
    from shared.tenants.rules import find_tenant

    async with SystemSession("setup") as session, session.transaction():
        return await add_membership(
            session, email=email, tenant=await find_tenant(session, tenant), role=role
        )


async def _list(tenant: str | None) -> "list[tuple[Person, str | None]]":
    """People, each with the slug of their role's tenant."""
    from shared.db import SystemSession
    from shared.identity.users import list_people
    from shared.tenants.rules import find_tenant, list_tenants

    async with SystemSession("setup") as session, session.transaction():
        of = await find_tenant(session, tenant) if tenant else None
        slugs = {each.id: each.slug for each in ([of] if of else await list_tenants(session))}
        people = await list_people(session, of)
    return [
        (person, slugs.get(person.tenant_id) if person.tenant_id else None) for person in people
    ]
