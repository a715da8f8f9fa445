"""Connections: a business's accounts on channels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from shared.db import AnySession, SystemSession, WithinTenant
from shared.models import AttentionItem, ChannelConnection, Conversation, Delivery

LIVE = ("live", "failing")


async def connection_by_id(session: AnySession, connection_id: UUID) -> ChannelConnection | None:
    found = select(ChannelConnection).where(ChannelConnection.id == connection_id)
    return (await session.execute(found)).scalar_one_or_none()


async def locked(session: WithinTenant, connection_id: UUID) -> ChannelConnection | None:
    """The same, locked until the transaction ends."""
    found = select(ChannelConnection).where(ChannelConnection.id == connection_id)
    return (await session.execute(found.with_for_update())).scalar_one_or_none()


async def connections(
    session: AnySession, *, tenant_id: UUID | None, channel: str | None = None
) -> Sequence[ChannelConnection]:
    """Of one tenant or all, oldest first."""
    found = select(ChannelConnection).order_by(ChannelConnection.created_at, ChannelConnection.id)
    if tenant_id is not None:
        found = found.where(ChannelConnection.tenant_id == tenant_id)
    if channel is not None:
        found = found.where(ChannelConnection.channel_type == channel)
    return (await session.execute(found)).scalars().all()


async def of_account(
    session: WithinTenant, *, tenant_id: UUID, channel: str, external_key: str
) -> ChannelConnection | None:
    """This tenant's own connection of an account, whatever its state."""
    found = select(ChannelConnection).where(
        ChannelConnection.tenant_id == tenant_id,
        ChannelConnection.channel_type == channel,
        ChannelConnection.external_key == external_key,
    )
    return (await session.execute(found.with_for_update())).scalar_one_or_none()


async def live_by_key(
    session: SystemSession, channel: str, external_key: str
) -> ChannelConnection | None:
    """Whichever tenant has this account of the platform's live; one alone can."""
    found = select(ChannelConnection).where(
        ChannelConnection.channel_type == channel,
        ChannelConnection.external_key == external_key,
        ChannelConnection.state.in_(LIVE),
    )
    return (await session.execute(found)).scalar_one_or_none()


async def add_connection(session: WithinTenant, connection: ChannelConnection) -> None:
    session.add(connection)
    await session.flush()


async def is_held_by_another(
    session: SystemSession, connection: ChannelConnection, external_key: str
) -> bool:
    """Whether another connection of the installation has this account live."""
    found = select(ChannelConnection.id).where(
        ChannelConnection.channel_type == connection.channel_type,
        ChannelConnection.external_key == external_key,
        ChannelConnection.state.in_(LIVE),
        ChannelConnection.id != connection.id,
    )
    return (await session.execute(found)).first() is not None


FAILING_PAUSE_S = 60.0
"""A failing account is tried again after so long, by whoever sends for it or looks whether it is
well."""


def well(connection_id: str) -> str:
    """A failing account is live again, and its people's item done. A wait that the platform asked
    for is longer than our own pauses, and stays."""
    return f"""
    WITH well AS (
        UPDATE channel_connections AS connection
           SET state = 'live', failing = NULL,
               not_before = CASE WHEN connection.not_before > clock_timestamp()
                                      + make_interval(secs => {FAILING_PAUSE_S})
                                 THEN connection.not_before END
         WHERE connection.id = {connection_id} AND connection.state = 'failing'
        RETURNING connection.tenant_id, connection.id
    )
    UPDATE attention_items AS item SET resolved_at = clock_timestamp() FROM well
     WHERE item.tenant_id = well.tenant_id AND item.kind = 'connection_failing'
       AND item.subject = well.id::text AND item.resolved_at IS NULL
    """  # noqa: S608 - of our own constants


_WELL = text(well(":connection_id"))
_FAILING = text(
    """
    UPDATE channel_connections AS connection
       SET state = 'failing', failing = :code,
           not_before = greatest(connection.not_before,
                                 clock_timestamp() + make_interval(secs => :pause_s))
     WHERE connection.id = :connection_id AND connection.state IN ('live', 'failing')
    RETURNING true
    """
)


async def set_well(session: WithinTenant, connection_id: UUID) -> None:
    await session.execute(_WELL, {"connection_id": connection_id})


async def set_failing(
    session: WithinTenant, connection_id: UUID, code: str, *, pause_s: float
) -> bool:
    """False if it is not live at all."""
    given = {"connection_id": connection_id, "code": code, "pause_s": pause_s}
    return (await session.execute(_FAILING, given)).first() is not None


@dataclass(frozen=True, slots=True)
class Figures:
    """What happened on an account, and what is to happen; the sentence of what is wrong with it. A
    notice of ours is no answer."""

    last_heard_at: datetime | None
    last_sent_at: datetime | None
    waiting: int
    dead: int
    sentence: str | None


_FIGURES = text(
    """
    SELECT connection.id,
           (SELECT max(event.created_at) FROM inbound_events AS event
             WHERE event.connection_id = connection.id),
           (SELECT sent.finished_at FROM deliveries AS sent
              JOIN messages AS said
                ON said.tenant_id = sent.tenant_id AND said.channel = sent.channel
               AND said.id = sent.message_id AND said.author_kind IS DISTINCT FROM 'system'
             WHERE sent.connection_id = connection.id AND sent.state = 'sent'
             ORDER BY sent.created_at DESC LIMIT 1),
           (SELECT count(*) FROM deliveries AS open
             WHERE open.connection_id = connection.id AND open.state IN ('ready', 'sending')),
           (SELECT count(*) FROM deliveries AS dead
             WHERE dead.connection_id = connection.id AND dead.state IN ('dead', 'unsure')),
           (SELECT item.details ->> 'sentence' FROM attention_items AS item
             WHERE item.tenant_id = connection.tenant_id AND item.kind = 'connection_failing'
               AND item.subject = connection.id::text AND item.resolved_at IS NULL LIMIT 1)
      FROM channel_connections AS connection
     WHERE connection.id = ANY (:ids)
    """
)


async def figures(session: WithinTenant, ids: Sequence[UUID]) -> Mapping[UUID, Figures]:
    found = await session.execute(_FIGURES, {"ids": list(ids)})
    return {id_: Figures(*rest) for id_, *rest in found}


async def hand_conversations(
    session: WithinTenant, connection: ChannelConnection, agent_id: UUID
) -> None:
    """What was begun by this account goes on with another agent, too."""
    await session.execute(
        update(Conversation)
        .where(
            Conversation.tenant_id == connection.tenant_id,
            Conversation.channel == connection.channel_type,
            Conversation.connection_id == connection.id,
        )
        .values(agent_id=agent_id)
    )


async def drop_open_deliveries(session: WithinTenant, connection_id: UUID) -> None:
    """What has not left does not leave any more."""
    await session.execute(
        update(Delivery)
        .where(Delivery.connection_id == connection_id, Delivery.state == "ready")
        .values(state="dropped", finished_at=func.clock_timestamp(), last_code="disconnected")
    )


async def deliveries(
    session: AnySession,
    *,
    tenant_id: UUID | None,
    state: str | None,
    limit: int,
    connection_id: UUID | None = None,
    before: tuple[datetime, UUID] | None = None,
) -> Sequence[Delivery]:
    """Newest first; those behind `before`, if it is given."""
    newest_first = Delivery.created_at.desc(), Delivery.id.desc()
    found = select(Delivery).order_by(*newest_first).limit(limit)
    if connection_id is not None:
        found = found.where(Delivery.connection_id == connection_id)
    if tenant_id is not None:
        found = found.where(Delivery.tenant_id == tenant_id)
    if state is not None:
        found = found.where(Delivery.state == state)
    if before is not None:
        found = found.where(tuple_(Delivery.created_at, Delivery.id) < before)
    return (await session.execute(found)).scalars().all()


@dataclass(frozen=True, slots=True)
class AllAccounts:
    """Of the whole installation. `failing` are (id, channel, what the platform calls it, tenant's
    slug, code), the oldest first; `not_sent` deliveries that are dead, or of which nobody knows."""

    live: int
    waiting: int
    not_sent: int
    failing: Sequence[tuple[UUID, str, str, str, str]]


_COUNTS = text(
    """
    SELECT count(*) FILTER (WHERE state = 'live'),
           count(*) FILTER (WHERE state = 'live' AND not_before > clock_timestamp()),
           (SELECT count(*) FROM deliveries WHERE state IN ('dead', 'unsure'))
      FROM channel_connections
    """
)
_ALL_FAILING = text(
    """
    SELECT connection.id, connection.channel_type, connection.external_key, tenant.slug,
           connection.failing
      FROM channel_connections AS connection
      JOIN tenants AS tenant ON tenant.id = connection.tenant_id
     WHERE connection.state = 'failing'
     ORDER BY connection.created_at, connection.id
    """
)


async def all_accounts(session: SystemSession) -> AllAccounts:
    live, waiting, not_sent = (await session.execute(_COUNTS)).one()
    failing = (await session.execute(_ALL_FAILING)).all()
    return AllAccounts(live, waiting, not_sent, [tuple(each) for each in failing])


async def delivery_by_id(session: AnySession, delivery_id: UUID) -> Delivery | None:
    found = select(Delivery).where(Delivery.id == delivery_id)
    return (await session.execute(found)).scalar_one_or_none()


REPLAYABLE = ("dead", "unsure", "dropped")
FOLLOWS_A_DEAD_PART = "after_a_dead_part"


async def make_ready_again(session: WithinTenant, delivery: Delivery) -> int:
    """The delivery, and the parts of its message that died with it; how many."""
    with_it = (Delivery.n > delivery.n) & (Delivery.last_code == FOLLOWS_A_DEAD_PART)
    again = (
        update(Delivery)
        .where(
            Delivery.tenant_id == delivery.tenant_id,
            Delivery.channel == delivery.channel,
            Delivery.message_id == delivery.message_id,
            Delivery.state.in_(REPLAYABLE),
            or_(Delivery.id == delivery.id, with_it),
        )
        .values(
            state="ready",
            attempts=0,
            not_before=None,
            finished_at=None,
            last_code="replayed",
            started_at=None,
            created_at=func.clock_timestamp(),  # its day begins anew
        )
        .returning(Delivery.id)
    )
    return len((await session.execute(again)).all())


async def add_item(
    session: WithinTenant,
    *,
    tenant_id: UUID,
    kind: str,
    subject: str,
    agent_id: UUID | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Something for the business's own people; one open item of a kind about a subject."""
    await session.execute(
        insert(AttentionItem)
        .values(
            tenant_id=tenant_id,
            kind=kind,
            subject=subject,
            agent_id=agent_id,
            details=details or {},
        )
        .on_conflict_do_nothing()
    )
