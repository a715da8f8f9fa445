"""The one listener of an account, for as long as its lease holds.

Each event is stored, with how far the account was heard, before the next is asked for; so a
platform that is told what was taken is told the truth. Who has lost the lease stores nothing. What
is told again, after a crash or to another worker, is known.
"""

import asyncio
from contextlib import aclosing

import aiohttp
from shared.channels import arriving, connections, cursors
from shared.channels.accounts import Account
from shared.channels.cursors import NotOurs
from shared.channels.leases import Taken
from shared.errors import NotFound
from shared.log import get_logger
from shared.secrets.envelope import SecretUnreadable

from orchestrator import metrics
from orchestrator.channels.adapter import AccountRefused, Line, Listening
from orchestrator.channels.adapters import adapter_of
from orchestrator.channels.sending.one import pause_s

log = get_logger(__name__)

LONGEST_PAUSE_S = 30.0


class Listener:
    def __init__(self, taken: Taken, http: aiohttp.ClientSession) -> None:
        self.taken = taken
        self._http = http
        self._failures = 0

    async def serve(self) -> None:
        """Until the account is not to be listened to, or refused."""
        try:
            while True:
                try:
                    await self._listen(await self._current())
                    self._failures = 0  # the line ended, and is opened anew
                except (aiohttp.ClientError, OSError) as error:  # the platform's, the database's
                    await self._pause(error)
        except NotOurs:
            return
        except AccountRefused as refused:
            await self._refused(refused)

    async def _listen(self, account: Account) -> None:
        adapter = adapter_of(account.channel)
        if not isinstance(adapter, Listening):
            log.warning("channel_cannot_listen", channel=account.channel)
            raise NotOurs
        known = await cursors.cursors(account.tenant_id, account.id)
        async with aclosing(adapter.listen(known, Line(account, self._http))) as events:
            async for event, cursor in events:
                at = cursors.At(account.id, self.taken.number, cursor)
                became = await arriving.hear(await self._current(), event, at)
                metrics.HEARD.labels(account.channel, became.what).inc()
                self._failures = 0

    async def _current(self) -> Account:
        """As it is now: it may have been given up a moment ago. Raises NotOurs."""
        try:
            account = await connections.account(self.taken.tenant_id, self.taken.connection_id)
        except (NotFound, SecretUnreadable):  # of the latter its people are told
            raise NotOurs from None
        if account.state not in connections.LIVE or not account.listens:
            raise NotOurs
        return account

    async def _pause(self, error: Exception) -> None:
        self._failures += 1
        wait_s = min(LONGEST_PAUSE_S, pause_s(self._failures))
        log.info("listener_pauses", channel=self.taken.channel, error=type(error).__name__)
        await asyncio.sleep(wait_s)

    async def _refused(self, refused: AccountRefused) -> None:
        """A person must do something, unless the account is listened to no longer anyway."""
        try:
            account = await self._current()
        except NotOurs:
            return
        log.warning("listener_refused", channel=account.channel, code=refused.code)
        await connections.is_failing(account.tenant_id, account.id, refused.code, refused.sentence)
