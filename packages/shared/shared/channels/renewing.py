"""Credentials that end, and what they are renewed with, which may be good once.

Whoever renews takes the turn first, under the row's lock, and holds no lock while the platform is
asked.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

from shared.channels import connections, credentials, repository
from shared.channels.accounts import Account
from shared.db import HouseSession

TURN_S = 60.0
"""How long whoever renews an account's credentials is the only one: longer than a job may take."""
_UNTIL = "renewing_until"
_NEVER = "1970-01-01T00:00+00:00"


async def take_turn(tenant_id: UUID, connection_id: UUID) -> Account | None:
    """The account with its newest credentials; None while it is another's turn."""
    now = datetime.now(UTC)
    async with HouseSession(tenant_id, "jobs") as session, session.transaction():
        connection = await repository.locked(session, connection_id)
        if connection is None or connection.state not in repository.LIVE:
            return None
        if datetime.fromisoformat(connection.config.get(_UNTIL, _NEVER)) > now:
            return None
        until = (now + timedelta(seconds=TURN_S)).isoformat()
        connection.config = {**connection.config, _UNTIL: until}
    return await connections.account(tenant_id, connection_id)


async def renewed(tenant_id: UUID, connection_id: UUID, given: Mapping[str, str] | None) -> Account:
    """The turn is over. What was given are its credentials from now on, beside those that are not
    among it."""
    async with HouseSession(tenant_id, "jobs") as session, session.transaction():
        connection = await repository.locked(session, connection_id)
        if connection is not None:
            config = connection.config
            connection.config = {name: config[name] for name in config if name != _UNTIL}
            if given and connection.state in repository.LIVE:
                await credentials.keep(session, connection, given)
    return await connections.account(tenant_id, connection_id)
