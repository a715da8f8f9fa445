"""Accounts that a gateway was lately asked for by whoever knows no tenant yet, and that there are
none."""

import time
from collections import OrderedDict
from uuid import UUID

from shared.channels import repository
from shared.channels.accounts import Account, account_of
from shared.channels.credentials import TABLE
from shared.db import SystemSession
from shared.errors import Unavailable
from shared.log import get_logger
from shared.models import ChannelConnection
from shared.secrets.envelope import SecretUnreadable
from shared.secrets.verifying import verifying

log = get_logger(__name__)

KNOWN_FOR_S = 30.0
"""How long a gateway goes by what it last read of a connection, also that there is none."""
CACHE_SIZE = 10_000

Asked = UUID | tuple[str, str]
"""A connection's id, or a channel and the platform's name of the account."""


class KnownAccounts:
    """Per process."""

    def __init__(self) -> None:
        self._known: OrderedDict[Asked, tuple[float, Account | None]] = OrderedDict()
        self._forgotten = 0

    async def of(self, connection_id: UUID, channel: str) -> Account | None:
        """The connection if it is of this channel and not given up."""
        account = await self._look_up(connection_id)
        return account if account is not None and account.channel == channel else None

    async def of_key(self, channel: str, external_key: str) -> Account | None:
        """Whoever has this account of the platform's live."""
        return await self._look_up((channel, external_key))

    def forget(self, connection_id: UUID) -> None:
        """It has changed. It may also be what was looked for in vain."""
        self._forgotten += 1
        for asked, (_, account) in list(self._known.items()):
            if asked == connection_id or account is None or account.id == connection_id:
                del self._known[asked]

    def forget_all(self) -> None:
        self._forgotten += 1
        self._known.clear()

    async def _look_up(self, asked: Asked) -> Account | None:
        now = time.monotonic()
        known = self._known.get(asked)
        if known is None or now - known[0] >= KNOWN_FOR_S:
            forgotten = self._forgotten
            known = now, await _read(asked)
            if forgotten != self._forgotten:
                return known[1]  # a change was told meanwhile, and this may be older
            if known[1] is None or known[1].state != "proving":  # which passes in a moment
                self._known[asked] = known
                self._known.move_to_end(asked)
                while len(self._known) > CACHE_SIZE:
                    self._known.popitem(last=False)
        return known[1]


async def _read(asked: Asked) -> Account | None:
    connection: ChannelConnection | None
    async with SystemSession("inbound") as session, session.transaction():
        if isinstance(asked, UUID):
            connection = await repository.connection_by_id(session, asked)
        else:
            connection = await repository.live_by_key(session, *asked)
    if connection is None or connection.state == "disconnected":
        return None
    try:
        return account_of(connection, await verifying(table=TABLE, row_id=connection.id))
    except SecretUnreadable as error:
        log.error("secret_unreadable", connection_id=str(connection.id), reason=error.message)
        raise Unavailable(
            "What proves this account cannot be read. Its operator is told."
        ) from None


known_accounts = KnownAccounts()
