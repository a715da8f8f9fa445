"""`konstruct channel`: a tenant's accounts on other platforms, and what is sent to them."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from konstruct.cli.epilog import examples
from konstruct.cli.form import answers, pair, show_kinds
from konstruct.cli.installation import (
    DEFAULT_DATA_DIR,
    REDIS,
    DataDirOption,
    JsonOption,
    attach_to_database,
)
from konstruct.cli.manifest import EPILOG as MANIFEST_EPILOG
from konstruct.cli.manifest import manifest
from konstruct.cli.output import Row, print_json, print_rows, tell
from konstruct.cli.running import run

if TYPE_CHECKING:
    from shared.db import TenantSession
    from shared.models import ChannelConnection, Delivery

app = typer.Typer(
    help="Accounts on other platforms: connect, check and list them, see what was sent.",
    no_args_is_help=True,
)

WAIT_S = 60.0

TenantOption = Annotated[str, typer.Option(help="The tenant: slug or id.")]
OfTenantOption = Annotated[
    str | None, typer.Option("--tenant", help="Only those of this tenant: slug or id.")
]
ConnectionArgument = Annotated[
    UUID, typer.Argument(metavar="ID", help="The connection, as `list` shows it.")
]
DeliveryArgument = Annotated[
    UUID, typer.Argument(metavar="ID", help="The delivery, as `deliveries` shows it.")
]


@app.command(
    epilog=examples(
        "konstruct channel connect telegram --tenant acme --agent Ada",
        "konstruct channel connect telegram --tenant acme --agent Ada \\",
        "    --set bot_token=- --json < token.txt",
    )
)
def connect(
    type_: Annotated[str, typer.Argument(metavar="TYPE", help="The channel, like slack.")],
    tenant: TenantOption,
    agent: Annotated[str, typer.Option(help="Who answers there, by name.")],
    given: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="An answer of its form; NAME=- reads it from standard input. Once for each.",
        ),
    ] = None,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """Connect an account. A worker proves it with its platform.

    What its form needs and was not given is asked for.
    """
    attach_to_database(data_dir, REDIS)
    connected = run(_connect(type_, tenant, agent, dict(map(pair, given or []))))
    if as_json:
        print_json(connected)
    else:
        tell(f"{connected['external_key']} is connected ({connected['id']}).")
        tell(_what_now(type_, connected))


def _what_now(type_: str, connected: dict[str, Any]) -> str:
    address = str(connected["webhook_url"])
    if type_ == "widget":
        script = address.replace("/c/", "/w/") + ".js"
        return (
            f"Its page is {address}\n"
            f'The line for the website: <script async src="{script}"></script>'
        )
    if connected.get("listens"):
        return "A worker asks its platform for messages."
    return f"Its platform tells us what happens at {address}"


@app.command(epilog=examples("konstruct channel kinds --json", closing=()))
def kinds(as_json: JsonOption = False) -> None:
    """List the channels that can be connected, and what each is connected with."""
    show_kinds(as_json=as_json)


@app.command("list", epilog=examples("konstruct channel list --tenant acme --json"))
def list_(
    tenant: OfTenantOption = None,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """List connections, oldest first."""
    attach_to_database(data_dir)
    rows = [shown(each) for each in run(_list(tenant))]
    print_rows(rows, ("id", "type", "external_key", "state", "failing"), as_json=as_json)


@app.command(epilog=examples("konstruct channel check 7a1f9d0e-5b7c-4f0e-9f49-0d6a1f4b2c11 --json"))
def check(
    connection: ConnectionArgument,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """Ask the platform whether it takes the account's credentials, now."""
    attach_to_database(data_dir, REDIS)
    found = run(_check(connection))
    if as_json:
        print_json(found)
    else:
        tell(f"{found['external_key']} is {found['state']}{_why(found.get('failing'))}.")
        if found.get("sentence"):
            tell(found["sentence"])


@app.command(epilog=examples("konstruct channel disconnect 7a1f9d0e-5b7c-4f0e-9f49-0d6a1f4b2c11"))
def disconnect(
    connection: ConnectionArgument,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """Receive and send nothing any more. Conversations stay; connecting again revives it."""
    attach_to_database(data_dir, REDIS)
    gone = run(_disconnect(connection))
    if as_json:
        print_json(gone)
    else:
        tell("It is disconnected.")


@app.command(epilog=examples("konstruct channel deliveries --tenant acme --state dead", closing=()))
def deliveries(
    tenant: OfTenantOption = None,
    state: Annotated[
        str | None, typer.Option(help="ready, sending, sent, unsure, dead or dropped.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 50,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """List what was and is to be sent, newest first, and to whom: of an address, its end."""
    attach_to_database(data_dir)
    rows = [
        {**delivery_shown(each), "to": to} for each, to in run(_deliveries(tenant, state, limit))
    ]
    columns = ("id", "channel", "to", "state", "code", "n", "attempts", "created_at")
    print_rows(rows, columns, as_json=as_json)


@app.command(epilog=examples("konstruct channel replay 0c6d3f0a-2a35-4c4c-8d0d-1b8f7c3a9e55"))
def replay(
    delivery: DeliveryArgument,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """Send one that is dead, unsure or dropped, now: behind what was sent meanwhile."""
    attach_to_database(data_dir, REDIS)
    parts = run(_replay(delivery))
    if as_json:
        print_json({"id": delivery, "parts": parts})
    else:
        tell(f"{parts} part{'' if parts == 1 else 's'} will be sent, behind what was sent since.")


app.command("manifest", epilog=MANIFEST_EPILOG)(manifest)


def shown(connection: "ChannelConnection") -> Row:
    """The connection as JSON for scripts, without its credentials."""
    return {
        "id": connection.id,
        "tenant_id": connection.tenant_id,
        "agent_id": connection.agent_id,
        "type": connection.channel_type,
        "external_key": connection.external_key,
        "state": connection.state,
        "failing": connection.failing,
        "not_before": connection.not_before,
        "created_at": connection.created_at,
    }


def delivery_shown(delivery: "Delivery") -> Row:
    """The delivery as JSON for scripts, without its text."""
    return {
        "id": delivery.id,
        "tenant_id": delivery.tenant_id,
        "channel": delivery.channel,
        "connection_id": delivery.connection_id,
        "conversation_id": delivery.conversation_id,
        "message_id": delivery.message_id,
        "n": delivery.n,
        "state": delivery.state,
        "code": delivery.last_code,
        "maybe_twice": delivery.maybe_twice,
        "attempts": delivery.attempts,
        "external_id": delivery.external_id,
        "created_at": delivery.created_at,
        "finished_at": delivery.finished_at,
    }


def _why(code: object) -> str:
    return f": {code}" if code else ""


async def _connect(channel: str, tenant: str, agent: str, given: dict[str, str]) -> dict[str, Any]:
    from shared.agents.rules import find_by_name
    from shared.channels import connections
    from shared.db import SystemSession, TenantSession
    from shared.errors import NotFound
    from shared.tenants.rules import find_tenant

    type_ = connections.channel_named(channel)
    told = answers(type_, given)
    async with SystemSession("setup") as session, session.transaction():
        tenant_id = (await find_tenant(session, tenant)).id
    async with TenantSession(tenant_id) as own, own.transaction():
        found = await find_by_name(own, tenant_id, agent)
        if found is None:
            raise NotFound(f"This tenant has no employee called {agent!r}.")
        _, job_id = await connections.claim(
            own, tenant_id=tenant_id, agent_id=found.id, channel=type_, given=told
        )
    return await _done(tenant_id, job_id)


async def _list(tenant: str | None) -> "list[ChannelConnection]":
    from shared.channels import connections
    from shared.db import SystemSession
    from shared.tenants.rules import find_tenant

    async with SystemSession("setup") as session, session.transaction():
        tenant_id = (await find_tenant(session, tenant)).id if tenant else None
        return list(await connections.list_connections(session, tenant_id))


async def _check(connection_id: UUID) -> dict[str, Any]:
    from shared.channels import connections

    async def ask(session: "TenantSession", connection: "ChannelConnection") -> UUID:
        return await connections.ask_for_check(session, connection)

    found: dict[str, Any] = await _of_connection(connection_id, ask)
    return found


async def _disconnect(connection_id: UUID) -> dict[str, Any]:
    from shared.channels import connections

    async def ask(session: "TenantSession", connection: "ChannelConnection") -> UUID | None:
        return await connections.give_up(session, connection)

    return await _of_connection(connection_id, ask) | {"state": "disconnected"}


async def _of_connection(
    connection_id: UUID,
    ask: "Callable[[TenantSession, ChannelConnection], Awaitable[UUID | None]]",
) -> dict[str, Any]:
    """Have `ask` add a job for this connection, and wait for the job's result."""
    from shared.channels import connections
    from shared.db import SystemSession, TenantSession

    async with SystemSession("setup") as session, session.transaction():
        tenant_id = (await connections.find(session, connection_id)).tenant_id
    async with TenantSession(tenant_id) as own, own.transaction():
        connection = await connections.find(own, connection_id)
        job_id = await ask(own, connection)
        known = dict(shown(connection))
    return known if job_id is None else known | await _done(tenant_id, job_id)


async def _done(tenant_id: UUID, job_id: UUID) -> dict[str, Any]:
    """What came of the job. Raises Conflict with its sentence, Unavailable if no worker does it."""
    from shared.errors import Conflict, Unavailable
    from shared.jobs.waiting import done_within

    job = await done_within(tenant_id, job_id, WAIT_S)
    if job is None:
        raise Unavailable(
            f"No worker has done it within {WAIT_S:.0f} s. It is done when one runs; "
            "`konstruct channel list` shows the state."
        )
    result: dict[str, Any] = job.result or {}
    if job.state != "done":
        raise Conflict(result.get("message") or "It could not be done.", code=result.get("code"))
    return result


async def _deliveries(
    tenant: str | None, state: str | None, limit: int
) -> "list[tuple[Delivery, str | None]]":
    """Each with whom it goes to."""
    from shared.channels import replay as sent
    from shared.channels.recipients import recipients
    from shared.db import SystemSession
    from shared.errors import BadRequest
    from shared.tenants.rules import find_tenant

    if state is not None and state not in sent.STATES:
        raise BadRequest(f"There is no state {state!r}. There are: {', '.join(sent.STATES)}.")
    async with SystemSession("setup") as session, session.transaction():
        tenant_id = (await find_tenant(session, tenant)).id if tenant else None
        found = await sent.list_deliveries(session, tenant_id, state=state, limit=limit)
        to = await recipients(session, found)
        return [(each, to.get(each.id)) for each in found]


async def _replay(delivery_id: UUID) -> int:
    from shared.channels import replay as sent
    from shared.db import SystemSession, TenantSession
    from shared.valkey.publish import publish_delivery_ready

    async with SystemSession("setup") as session, session.transaction():
        tenant_id = (await sent.find(session, delivery_id)).tenant_id
    async with TenantSession(tenant_id) as own, own.transaction():
        delivery = await sent.find(own, delivery_id)
        parts = await sent.replay(own, delivery)
    await publish_delivery_ready(delivery.connection_id)
    return parts
