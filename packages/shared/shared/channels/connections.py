"""A business's account on a channel: claimed, proved, failing, given up.

It is claimed in state `proving`, which costs nobody anything: only a worker's successful call with
its credentials makes it `live`, and of one account there is one live connection in the whole
installation. Given up, its row and conversations stay; connecting the same account again revives
it. What a worker has to do for it is a job.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.exc import IntegrityError

from shared.channels import credentials, forms, repository
from shared.channels.accounts import Account, account_of
from shared.channels.credentials import DEVELOPMENT_CHANNELS, TABLE
from shared.channels.proofs import Health, Proved
from shared.config import settings
from shared.conversations.places import WIDGET_CHANNEL
from shared.db import AnySession, HouseSession, WithinTenant
from shared.errors import BadRequest, Conflict, NotFound
from shared.jobs import queue
from shared.jobs.kinds import CHANNEL_CHECK, CHANNEL_CONNECT, CHANNEL_DISCONNECT
from shared.log import get_logger
from shared.models import ChannelConnection
from shared.models.message import ChannelType
from shared.secrets.envelope import SecretUnreadable
from shared.secrets.opening import opened
from shared.valkey.publish import publish_changed

log = get_logger(__name__)

CHECK_EVERY_S = 300.0
REPLY_WINDOW_S: dict[str, int] = {ChannelType.WHATSAPP: 86_400}
"""For how long after what a contact said last a platform takes replies; others always do."""
FAILING_PAUSE_S = repository.FAILING_PAUSE_S
LIVE = repository.LIVE
NO_SUCH_CONNECTION = "There is no such connection."
UNREADABLE = (
    "What proves this account cannot be read any more. The operator may put the lost key back; "
    "else connect the account anew."
)


# ── asked for by the business ──────────────────────────────────────────────────────────────────


async def claim(
    session: WithinTenant,
    *,
    tenant_id: UUID,
    agent_id: UUID,
    channel: str,
    given: Mapping[str, Any],
    connection_id: UUID | None = None,
    asked_by: UUID | None = None,
) -> tuple[ChannelConnection, UUID]:
    """A connection in state `proving`, of this id if one is given, and the job that proves it.
    Raises BadRequest.

    `given` are the answers to the channel's form. Which account it is the platform says; so a
    second connection of an account that this business had before takes its place once it is proved.
    """
    if channel in DEVELOPMENT_CHANNELS and not settings.channels.development:
        raise BadRequest(
            f"The channel {channel} is for development. It can be connected where "
            "KONSTRUCT_DEVELOPMENT_CHANNELS is true."
        )
    filled = forms.fill(channel, given)
    connection = ChannelConnection(
        id=connection_id or uuid4(),
        tenant_id=tenant_id,
        agent_id=agent_id,
        channel_type=channel,
        reply_window_s=REPLY_WINDOW_S.get(channel),
        config={"settings": filled.settings},
    )
    await repository.add_connection(session, connection)
    await credentials.keep(session, connection, filled.secrets)
    job_id = await _add_job(session, CHANNEL_CONNECT, tenant_id, connection.id, asked_by=asked_by)
    _tell(session, tenant_id)
    return connection, job_id


async def find(session: AnySession, connection_id: UUID) -> ChannelConnection:
    """Raises NotFound."""
    connection = await repository.connection_by_id(session, connection_id)
    if connection is None:
        raise NotFound(NO_SUCH_CONNECTION)
    return connection


async def list_connections(
    session: AnySession, tenant_id: UUID | None
) -> Sequence[ChannelConnection]:
    """Of one tenant or all, oldest first."""
    return await repository.connections(session, tenant_id=tenant_id)


async def ask_for_check(session: WithinTenant, connection: ChannelConnection) -> UUID:
    """The job that asks the platform, now."""
    if connection.state not in repository.LIVE:
        raise Conflict(f"This connection is {connection.state}. Connect it first.")
    return await _add_job(session, CHANNEL_CHECK, connection.tenant_id, connection.id)


async def change(
    session: WithinTenant,
    connection: ChannelConnection,
    *,
    agent_id: UUID | None = None,
    options: Mapping[str, Any] | None = None,
    given: Mapping[str, Any] | None = None,
) -> None:
    """Who answers there, from the next message on, what the business wishes of it, and answers to
    its form, where no platform has to prove them again. What is not given stays. Raises
    BadRequest."""
    if given:
        await _answer_anew(session, connection, given)
    _tell(session, connection.tenant_id)
    if agent_id is not None and agent_id != connection.agent_id:
        connection.agent_id = agent_id
        await repository.hand_conversations(session, connection, agent_id)
    if options:
        wishes = connection.config.get("options", {}) | dict(options)
        connection.config = {**connection.config, "options": wishes}


async def _answer_anew(
    session: WithinTenant, connection: ChannelConnection, given: Mapping[str, Any]
) -> None:
    if connection.channel_type != WIDGET_CHANNEL:
        raise BadRequest("Connect the account again to give other answers than before.")
    before = connection.config.get("settings", {})
    filled = forms.fill(connection.channel_type, {**before, **given})
    connection.config = {**connection.config, "settings": filled.settings}
    await credentials.keep(session, connection, filled.secrets)


async def give_up(session: WithinTenant, connection: ChannelConnection) -> UUID | None:
    """Receive and send nothing any more, at once; the job that tells the platform, if it must be
    told. Its row and its conversations stay."""
    if connection.state == "disconnected":
        return None
    was_live = connection.state in repository.LIVE
    connection.state, connection.failing, connection.not_before = "disconnected", None, None
    await repository.drop_open_deliveries(session, connection.id)
    credentials.tell_of_change(session, connection.id)
    _tell(session, connection.tenant_id)
    if not was_live:
        await credentials.forget(session, connection.id)
        return None
    return await _add_job(session, CHANNEL_DISCONNECT, connection.tenant_id, connection.id)


# ── done by workers ────────────────────────────────────────────────────────────────────────────


async def account(tenant_id: UUID, connection_id: UUID) -> Account:
    """With all that it is proved and sent with. Raises NotFound; SecretUnreadable if that cannot
    be opened, and then it is failing."""
    async with HouseSession(tenant_id, "jobs") as session, session.transaction():
        connection = await repository.connection_by_id(session, connection_id)
    if connection is None:
        raise NotFound(NO_SUCH_CONNECTION)
    return await _opened(connection)


async def only_live(tenant_id: UUID, channel: str) -> Account | None:
    """The tenant's live account on this channel, if it has one alone. Raises SecretUnreadable."""
    async with HouseSession(tenant_id, "jobs") as session, session.transaction():
        found = await repository.connections(session, tenant_id=tenant_id, channel=channel)
    live = [connection for connection in found if connection.state in LIVE]
    return await _opened(live[0]) if len(live) == 1 else None


async def _opened(connection: ChannelConnection) -> Account:
    try:
        return account_of(connection, await opened(table=TABLE, row_id=connection.id))
    except SecretUnreadable as error:
        log.error("secret_unreadable", connection_id=str(connection.id), reason=error.message)
        await is_failing(connection.tenant_id, connection.id, error.code, UNREADABLE)
        raise SecretUnreadable(UNREADABLE) from None


async def proved(tenant_id: UUID, connection_id: UUID, proof: Proved) -> UUID:
    """The platform said which account it is: it is live from now on. The id of its connection,
    which is the one that this business had before, if it had one. Raises Conflict if another has
    the account."""
    kept = await opened(table=TABLE, row_id=connection_id)
    async with HouseSession(tenant_id, "jobs") as session:
        try:
            async with session.transaction():
                return await _make_live(session, connection_id, proof, kept)
        except IntegrityError:
            raise Conflict(
                "This account is connected already, here or in another business of this "
                "installation. Disconnect it there first.",
                code="account_taken",
            ) from None


async def _make_live(
    session: HouseSession, connection_id: UUID, proof: Proved, kept: Mapping[str, str]
) -> UUID:
    connection = await repository.locked(session, connection_id)
    if connection is None or connection.state == "disconnected":
        raise NotFound(NO_SUCH_CONNECTION)
    before = await repository.of_account(
        session,
        tenant_id=connection.tenant_id,
        channel=connection.channel_type,
        external_key=proof.external_key,
    )
    if before is not None and before.id != connection.id:
        if before.state == "live":  # one that fails is mended so, with new credentials
            raise Conflict(
                "This account is connected already. Disconnect it first.", code="account_taken"
            )
        wishes = before.config.get("options", {})
        before.config = {"options": wishes, **connection.config}
        before.agent_id = connection.agent_id
        await credentials.move(session, kept, of=connection.id, to=before)
        before.reply_window_s = connection.reply_window_s
        await session.delete(connection)
        connection = before
    connection.external_key = proof.external_key
    connection.state, connection.failing, connection.not_before = "live", None, None
    known = connection.config.get("settings", {}) | dict(proof.settings)
    connection.config = {
        **connection.config,
        "settings": known,
        "listens": proof.listens,
        **_profile(proof),
    }
    await credentials.keep(session, connection, proof.credentials)
    await session.flush()
    await plan_check(session, connection.tenant_id, connection.id)
    _tell(session, connection.tenant_id)
    return connection.id


def _profile(said: Proved | Health) -> dict[str, Any]:
    return {"profile": {"name": said.name, "picture_url": said.picture_url}}


async def not_proved(tenant_id: UUID, connection_id: UUID) -> None:
    """Its credentials are no good: nothing of it is kept."""
    async with HouseSession(tenant_id, "jobs") as session, session.transaction():
        connection = await repository.locked(session, connection_id)
        if connection is not None and connection.state == "proving":
            connection.state, connection.config = "disconnected", {}
            _tell(session, tenant_id)
            await credentials.forget(session, connection_id)


async def plan_check(session: WithinTenant, tenant_id: UUID, connection_id: UUID) -> None:
    """The next look at the account's health."""
    not_before = datetime.now(UTC) + timedelta(seconds=CHECK_EVERY_S)
    await _add_job(session, CHANNEL_CHECK, tenant_id, connection_id, not_before=not_before)


async def plan_next_check(tenant_id: UUID, connection_id: UUID) -> None:
    """The same for an account that was just looked at, if it is live still."""
    async with HouseSession(tenant_id, "jobs") as session, session.transaction():
        connection = await repository.connection_by_id(session, connection_id)
        if connection is not None and connection.state in repository.LIVE:
            await plan_check(session, tenant_id, connection_id)


async def is_well(tenant_id: UUID, connection_id: UUID, health: Health | None = None) -> None:
    """The platform takes its credentials: what waits for that is sent."""
    async with HouseSession(tenant_id, "jobs") as session, session.transaction():
        if health is not None and health.name is not None:
            connection = await repository.locked(session, connection_id)
            if connection is not None:
                listens = {} if health.listens is None else {"listens": health.listens}
                connection.config = {**connection.config, **_profile(health), **listens}
        await repository.set_well(session, connection_id)
        _tell(session, tenant_id)


async def is_failing(
    tenant_id: UUID, connection_id: UUID, code: str, sentence: str | None = None
) -> None:
    """A person must do something about it, which the sentence says; what is to be sent waits, and
    is tried now and then."""
    async with HouseSession(tenant_id, "jobs") as session, session.transaction():
        if await repository.set_failing(
            session, connection_id, code, pause_s=repository.FAILING_PAUSE_S
        ):
            await repository.add_item(
                session,
                tenant_id=tenant_id,
                kind="connection_failing",
                subject=str(connection_id),
                details={"code": code} | ({"sentence": sentence} if sentence else {}),
            )
            _tell(session, tenant_id)
            session.after_commit(lambda: publish_changed(tenant_id, "attention"))


async def forgotten(tenant_id: UUID, connection_id: UUID) -> None:
    """The platform knows that it is given up; its credentials are deleted."""
    async with HouseSession(tenant_id, "jobs") as session, session.transaction():
        connection = await repository.locked(session, connection_id)
        if connection is not None and connection.state == "disconnected":
            await credentials.forget(session, connection_id)


def _tell(session: WithinTenant, tenant_id: UUID) -> None:
    """After the commit, the business's people look their accounts up again."""
    session.after_commit(lambda: publish_changed(tenant_id, "channels"))


def channel_named(name: str) -> ChannelType:
    """Raises BadRequest."""
    try:
        return ChannelType(name)
    except ValueError:
        known = ", ".join(sorted(set(ChannelType) - DEVELOPMENT_CHANNELS))
        raise BadRequest(f"There is no channel {name!r}. There are: {known}.") from None


async def _add_job(
    session: WithinTenant,
    kind: str,
    tenant_id: UUID,
    connection_id: UUID,
    *,
    asked_by: UUID | None = None,
    not_before: datetime | None = None,
) -> UUID:
    """A connection has one open job of each kind; asking again gives that one."""
    return await queue.add(
        session,
        tenant_id=tenant_id,
        kind=kind,
        subject=str(connection_id),
        unique_key=f"{kind}:{connection_id}",
        asked_by=asked_by,
        not_before=not_before,
    )
