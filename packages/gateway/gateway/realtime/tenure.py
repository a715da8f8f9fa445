"""How long a socket is its person's: until their token ends, or their rights do."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Generic, Protocol, TypeVar

from shared.conversations.frames import error_frame
from shared.errors import Forbidden, NotAuthenticated
from shared.events import CloseCode, ServerFrame
from shared.identity.access import access

from gateway.realtime.identified import Claims

Of = TypeVar("Of", bound=Claims)
Check = Callable[[Any], Awaitable[None]]
"""Whether the claims hold still. Raises NotAuthenticated, Forbidden."""


class Closes(Protocol):
    def __call__(self, code: CloseCode, last_words: ServerFrame | None = None) -> None: ...


async def may_enter(claims: Any) -> None:
    """A person with a log-in."""
    await access.check(claims)


class Tenure(Generic[Of]):
    """`put` takes what is to be done in its turn, `close` ends the socket."""

    __slots__ = ("_check_claims", "_close", "_expiry", "_put", "claims")

    def __init__(
        self,
        claims: Of,
        *,
        check: Check = may_enter,
        put: Callable[[Callable[[], Awaitable[None]]], None],
        close: Closes,
    ) -> None:
        self.claims = claims
        self._check_claims = check
        self._put = put
        self._close = close
        self._expiry: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """From now on the token's end is watched."""
        self.end()
        left_s = (self.claims.expires_at - datetime.now(UTC)).total_seconds()
        self._expiry = asyncio.get_running_loop().call_later(max(0, left_s), self.recheck)

    def extend(self, claims: Of) -> None:
        self.claims = claims
        self.begin()

    def recheck(self) -> None:
        self._put(self._check)

    def end(self) -> None:
        if self._expiry is not None:
            self._expiry.cancel()

    async def _check(self) -> None:
        try:
            await self._check_claims(self.claims)
        except NotAuthenticated as error:
            self._close(CloseCode.NOT_AUTHENTICATED, error_frame(error))
        except Forbidden as error:
            self._close(CloseCode.FORBIDDEN, error_frame(error))
        else:
            self.begin()  # a timer may ring a little early
