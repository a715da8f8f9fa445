"""How an account fares, for the people of its business."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.channels import repository
from shared.channels.accounts import account_of, webhook_url
from shared.channels.connections import NO_SUCH_CONNECTION
from shared.channels.sentences import sentence_of
from shared.db import SystemSession, WithinTenant
from shared.errors import NotFound
from shared.models import ChannelConnection


@dataclass(frozen=True, slots=True)
class Seen:
    """A connection without its credentials. `sentence` says what is wrong and what helps,
    `waiting` and `dead` how many deliveries are to be sent and could not be."""

    id: UUID
    type: str
    agent_id: UUID | None
    external_key: str | None
    state: str
    failing: str | None
    sentence: str | None
    not_before: datetime | None
    name: str | None
    picture_url: str | None
    webhook_url: str
    settings: dict[str, Any]
    options: dict[str, Any]
    last_heard_at: datetime | None
    last_sent_at: datetime | None
    waiting: int
    dead: int
    created_at: datetime


async def of_installation(session: SystemSession) -> repository.AllAccounts:
    """How all accounts of all tenants fare, for who runs the installation."""
    return await repository.all_accounts(session)


async def see_all(session: WithinTenant, tenant_id: UUID) -> list[Seen]:
    """Every connection of the tenant, oldest first."""
    return await _see(session, await repository.connections(session, tenant_id=tenant_id))


async def see(session: WithinTenant, tenant_id: UUID, connection_id: UUID) -> Seen:
    """Raises NotFound."""
    connection = await repository.connection_by_id(session, connection_id)
    if connection is None or connection.tenant_id != tenant_id:
        raise NotFound(NO_SUCH_CONNECTION)
    (seen,) = await _see(session, [connection])
    return seen


async def _see(session: WithinTenant, connections: Sequence[ChannelConnection]) -> list[Seen]:
    figures = await repository.figures(session, [each.id for each in connections])
    return [_seen(each, figures[each.id]) for each in connections]


def _seen(connection: ChannelConnection, figures: repository.Figures) -> Seen:
    account = account_of(connection, {})
    profile, failing = connection.config.get("profile", {}), connection.failing
    sentence = figures.sentence or (sentence_of(account.channel, failing) if failing else None)
    return Seen(
        id=account.id,
        type=account.channel,
        agent_id=account.agent_id,
        external_key=account.external_key,
        state=account.state,
        failing=failing,
        sentence=sentence,
        not_before=connection.not_before,
        name=profile.get("name"),
        picture_url=profile.get("picture_url"),
        webhook_url=webhook_url(account),
        settings=account.settings,
        options=account.options,
        last_heard_at=figures.last_heard_at,
        last_sent_at=figures.last_sent_at,
        waiting=figures.waiting,
        dead=figures.dead,
        created_at=connection.created_at,
    )
