"""A tenant's accounts on channels: connected and changed by its admins, seen by its members."""

from datetime import datetime
from typing import Annotated, Any
from uuid import NAMESPACE_URL, UUID, uuid5

from fastapi import APIRouter, Query, Response, status
from pydantic import BaseModel, ConfigDict, Field

from shared.agents import rules as agents
from shared.api.dependencies import IdempotencyKey, LetIn, MemberOf, StaffAdminOf, StaffOf
from shared.api.pages import cursor_of, place_of
from shared.api.problems import ProblemRoute, problem_documents
from shared.channels import connections, forms, overview, replay
from shared.channels.accounts import account_of, webhook_url
from shared.channels.credentials import DEVELOPMENT_CHANNELS
from shared.channels.slack.manifest import creation_link, install_link, manifest
from shared.config import settings
from shared.errors import BadRequest, Conflict
from shared.jobs.waiting import done_within
from shared.models import ChannelConnection
from shared.valkey.publish import publish_delivery_ready

WAIT_S = 10.0
"""A worker is waited for so long; then the answer is 202, and the connection says how it goes."""

channels_router = APIRouter(
    prefix="/api/portal/tenants/{tenant_id}/channels",
    tags=["channels"],
    route_class=ProblemRoute,
    responses=problem_documents(400, 401, 403, 404, 409),
)


class KindOut(BaseModel):
    """A channel that can be connected, and what is asked for: a JSON schema, whose fields of format
    `password` are credentials. `reachable` says whether its platform can reach us: a public address
    is set. Otherwise we ask it, where it lets us."""

    type: str
    form: dict[str, Any]
    reachable: bool


class ManifestOut(BaseModel):
    """What Slack is told to make an app: pasted on its page, or by a link that fills that in."""

    manifest: dict[str, Any]
    create_url: str
    install_url: str | None
    """Slack's page to add the operator's app, if there is one. Its code is `given` to connect."""


class ConnectionOut(BaseModel):
    """An account, without its credentials. `sentence` says what is wrong with it and what helps."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    type: str
    agent_id: UUID | None
    external_key: str | None
    """What the platform calls it; None until it is proved."""
    state: str
    failing: str | None
    sentence: str | None
    not_before: datetime | None
    """Nothing is sent before."""
    name: str | None
    picture_url: str | None
    webhook_url: str
    """Where its platform tells us what happens."""
    settings: dict[str, Any]
    options: dict[str, Any]
    last_heard_at: datetime | None
    last_sent_at: datetime | None
    waiting: int
    """Deliveries that are still to be sent."""
    dead: int
    """Deliveries that could not be sent, or of which nobody knows."""
    created_at: datetime


class Connections(BaseModel):
    """All of a tenant, oldest first."""

    items: list[ConnectionOut]
    next: str | None = None


class Connect(BaseModel):
    """Which account, and who answers there. `given` are the answers to the channel's form."""

    model_config = ConfigDict(extra="forbid")

    type: str
    agent_id: UUID
    given: dict[str, Any] = Field(repr=False)


class Change(BaseModel):
    """What is left out stays."""

    model_config = ConfigDict(extra="forbid")

    agent_id: UUID | None = None
    """Who answers there from the next message on, also in conversations that have begun."""
    store_unaddressed: bool | None = None
    """Keep what people in groups say to each other, too."""
    given: dict[str, Any] | None = Field(default=None, repr=False)
    """Answers to the form of a door, which no platform has to prove again."""


class DeliveryOut(BaseModel):
    """A part of a message on its way, without its text."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    conversation_id: UUID
    message_id: UUID
    n: int
    state: str
    last_code: str | None
    maybe_twice: bool
    attempts: int
    not_before: datetime | None
    created_at: datetime
    finished_at: datetime | None


class Deliveries(BaseModel):
    """A page, newest first; `next` is the cursor of the page behind it."""

    items: list[DeliveryOut]
    next: str | None


class Replayed(BaseModel):
    """How many parts are sent again."""

    parts: int


@channels_router.get("/kinds")
async def list_channel_kinds(member: MemberOf) -> list[KindOut]:  # noqa: ARG001
    """The channels of this installation, with their forms. For members."""
    return [
        KindOut(
            type=channel,
            form=forms.schema(channel),
            reachable=settings.gateway.public_url is not None,
        )
        for channel in forms.FORMS
        if channel not in DEVELOPMENT_CHANNELS or settings.channels.development
    ]


@channels_router.get("/kinds/slack/manifest")
async def get_slack_manifest(
    admin: StaffAdminOf,
    name: Annotated[str, Query(min_length=1, max_length=80)] = "Konstruct",
    connection_id: UUID | None = None,
    socket_mode: bool = False,
) -> ManifestOut:
    """The manifest of a business's own Slack app: without a connection it hears nothing yet. For
    admins."""
    events_url = None
    if connection_id is not None:
        events_url = webhook_url(account_of(await _found(admin, connection_id), {}))
    made = manifest(name, events_url=events_url, socket_mode=socket_mode and events_url is None)
    client_id = settings.channels.slack_client_id
    return ManifestOut(
        manifest=made,
        create_url=creation_link(made),
        install_url=install_link(client_id) if client_id else None,
    )


@channels_router.get("")
async def list_connections(member: StaffOf) -> Connections:
    """Every account, oldest first. For members."""
    seen = await overview.see_all(member.session, member.tenant_id)
    return Connections(items=[ConnectionOut.model_validate(each) for each in seen])


@channels_router.post("", status_code=status.HTTP_201_CREATED)
async def connect_channel(
    body: Connect, admin: StaffAdminOf, response: Response, idempotency_key: IdempotencyKey = None
) -> ConnectionOut:
    """Connect an account. A worker proves it with its platform and this call waits for it: 201 once
    it is live, 202 if that takes long, 409 with the platform's reason if it is refused. The same
    Idempotency-Key again is the same connection. For admins."""
    await agents.get_agent(admin.session, admin.tenant_id, body.agent_id)
    channel = connections.channel_named(body.type)
    connection_id = (
        uuid5(NAMESPACE_URL, f"{admin.tenant_id}/{idempotency_key}") if idempotency_key else None
    )
    if connection_id is not None:
        known = await _known(admin, connection_id)
        if known is not None:
            return known
    connection, job_id = await connections.claim(
        admin.session,
        tenant_id=admin.tenant_id,
        agent_id=body.agent_id,
        channel=channel,
        given=body.given,
        connection_id=connection_id,
        asked_by=admin.caller.user_id,
    )
    return await _after(admin, connection.id, job_id, response)


@channels_router.get("/{connection_id}")
async def get_connection(connection_id: UUID, member: StaffOf) -> ConnectionOut:
    """One account: whether it is well, when it was heard of, what waits. For members."""
    return await _seen(member, connection_id)


@channels_router.patch("/{connection_id}")
async def change_connection(
    connection_id: UUID, body: Change, admin: StaffAdminOf
) -> ConnectionOut:
    """Change who answers there, and what is kept. For admins."""
    connection = await _found(admin, connection_id)
    if not body.model_fields_set:
        raise BadRequest("There is nothing to change. Give at least one field.")
    if body.agent_id is not None:
        await agents.get_agent(admin.session, admin.tenant_id, body.agent_id)
    options = body.model_dump(exclude={"agent_id", "given"}, exclude_none=True)
    await connections.change(
        admin.session, connection, agent_id=body.agent_id, options=options, given=body.given
    )
    await admin.session.flush()
    return await _seen(admin, connection_id)


@channels_router.post("/{connection_id}/check")
async def check_connection(
    connection_id: UUID, admin: StaffAdminOf, response: Response
) -> ConnectionOut:
    """Ask the platform now whether it is well; 202 if that takes long. For admins."""
    job_id = await connections.ask_for_check(admin.session, await _found(admin, connection_id))
    return await _after(admin, connection_id, job_id, response)


@channels_router.delete("/{connection_id}")
async def disconnect_channel(
    connection_id: UUID, admin: StaffAdminOf, response: Response
) -> ConnectionOut:
    """Receive and send nothing any more; its credentials are deleted, its conversations stay. For
    admins."""
    job_id = await connections.give_up(admin.session, await _found(admin, connection_id))
    if job_id is None:
        await admin.session.flush()
        return await _seen(admin, connection_id)
    return await _after(admin, connection_id, job_id, response)


@channels_router.get("/{connection_id}/deliveries")
async def list_deliveries(
    connection_id: UUID,
    admin: StaffAdminOf,
    response: Response,
    state: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: str | None = None,
) -> Deliveries:
    """What was and is to be sent, newest first. For admins."""
    await _found(admin, connection_id)
    if state is not None and state not in replay.STATES:
        raise BadRequest(f"There is no state {state!r}. There are: {', '.join(replay.STATES)}.")
    found = await replay.list_deliveries(
        admin.session,
        admin.tenant_id,
        state=state,
        limit=limit + 1,
        connection_id=connection_id,
        before=place_of(before),
    )
    following = cursor_of(found[limit - 1]) if len(found) > limit else None
    if following is not None:
        response.headers["Link"] = f'<?before={following}&limit={limit}>; rel="next"'
    items = [DeliveryOut.model_validate(each) for each in found[:limit]]
    return Deliveries(items=items, next=following)


@channels_router.post("/{connection_id}/deliveries/{delivery_id}/replay")
async def replay_delivery(connection_id: UUID, delivery_id: UUID, admin: StaffAdminOf) -> Replayed:
    """Send one that is dead, unsure or dropped, now: behind what was sent meanwhile. For admins."""
    connection = await _found(admin, connection_id)
    delivery = await replay.find(admin.session, delivery_id)
    if connection.state not in connections.LIVE:
        raise Conflict(f"This connection is {connection.state}. Connect it first.")
    parts = await replay.replay(admin.session, delivery)
    await admin.session.commit()
    await publish_delivery_ready(connection_id)
    return Replayed(parts=parts)


async def _found(let_in: LetIn, connection_id: UUID) -> ChannelConnection:
    return await connections.find(let_in.session, connection_id)


async def _known(let_in: LetIn, connection_id: UUID) -> ConnectionOut | None:
    seen = await overview.see_all(let_in.session, let_in.tenant_id)
    same = [each for each in seen if each.id == connection_id]
    return ConnectionOut.model_validate(same[0]) if same else None


async def _seen(let_in: LetIn, connection_id: UUID) -> ConnectionOut:
    seen = await overview.see(let_in.session, let_in.tenant_id, connection_id)
    return ConnectionOut.model_validate(seen)


async def _after(
    let_in: LetIn, connection_id: UUID, job_id: UUID, response: Response
) -> ConnectionOut:
    """The connection once the job is done. Raises Conflict with the sentence of one that failed."""
    await let_in.session.commit()
    job = await done_within(let_in.tenant_id, job_id, WAIT_S)
    if job is None:
        response.status_code = status.HTTP_202_ACCEPTED
    elif job.state != "done":
        said = job.result or {}
        raise Conflict(said.get("message") or "It could not be done.", code=said.get("code"))
    else:
        connection_id = UUID((job.result or {}).get("id", str(connection_id)))
    let_in.session.expire_all()  # a worker has changed it
    return await _seen(let_in, connection_id)
