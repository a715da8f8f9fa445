"""What proves an account: sealed beside its connection, as its channel's form says of each field.

Workers open all of it but what is only compared (`shared.secrets.opening`); gateways open what they
check requests with (`shared.secrets.verifying`). Gateways are told when it changes.
"""

from collections.abc import Mapping
from uuid import UUID

from shared.channels import forms
from shared.db import WithinTenant
from shared.models import ChannelConnection
from shared.models.message import ChannelType
from shared.secrets import sealing
from shared.secrets.sealing import Plain
from shared.valkey.publish import publish_account_changed

DEVELOPMENT_CHANNELS = frozenset({ChannelType.SCRIPTED})
"""Connected only where KONSTRUCT_DEVELOPMENT_CHANNELS is on: what they say comes from a script."""
TABLE = ChannelConnection.__tablename__


async def keep(
    session: WithinTenant, connection: ChannelConnection, given: Mapping[str, str]
) -> None:
    """These, beside those that it has; an empty one is none. Raises BadRequest, Unavailable as
    `sealing.keep` does."""
    ways = forms.kept(connection.channel_type)
    if gone := [name for name, value in given.items() if not value]:
        await sealing.forget(session, table=TABLE, row_id=connection.id, fields=gone)
    await sealing.keep(
        session,
        tenant_id=connection.tenant_id,
        table=TABLE,
        row_id=connection.id,
        values={name: Plain(ways[name].way, value) for name, value in given.items() if value},
    )
    tell_of_change(session, connection.id)


async def forget(session: WithinTenant, connection_id: UUID) -> None:
    """All of them."""
    await sealing.forget(session, table=TABLE, row_id=connection_id)
    tell_of_change(session, connection_id)


async def move(
    session: WithinTenant, opened: Mapping[str, str], *, of: UUID, to: ChannelConnection
) -> None:
    """Those of one connection are another's from now on: what was opened is sealed to its new
    place."""
    await forget(session, to.id)
    await sealing.move_digests(session, table=TABLE, from_id=of, to_id=to.id)
    await forget(session, of)
    await keep(session, to, opened)


def tell_of_change(session: WithinTenant, connection_id: UUID) -> None:
    """At the commit."""
    session.after_commit(lambda: publish_account_changed(connection_id))
