"""A link that logs one person in, once. It is made on the gateway's machine, for a browser there.

`konstruct up` opens the browser with it. The token stands after the address's #, which is sent to
no server. Valkey keeps its hash for `GOOD_FOR_S`. Looking it up deletes it, so only the first use
works. The gateway accepts it from this machine only. It is in no log.
"""

from typing import Any
from uuid import UUID

from shared.config import settings
from shared.db import SystemSession
from shared.errors import NotAuthenticated
from shared.identity import repository
from shared.identity.sessions import LoggedIn, start_session
from shared.identity.tokens import new_secret, secret_hash
from shared.redis_keys import login_link_key
from shared.tenants.rate_limits import Attempts
from shared.valkey.client import get_redis

GOOD_FOR_S = 120
"""Seconds; even a slow browser has opened it by then."""


async def make(user_id: UUID) -> str:
    """The token of a new link. A caller of this could log the person in anyway."""
    token = new_secret()
    await get_redis().set(login_link_key(secret_hash(token)), str(user_id), ex=GOOD_FOR_S)
    return token


async def enter(token: str, *, address: str) -> LoggedIn:
    """Raises NotAuthenticated for a token that is used, too old or unknown; TooMany after many."""
    attempt = Attempts(
        settings.limits.login_address,
        "login-address",
        address,
        message="Too many log-in attempts. Wait some minutes and try again.",
    )
    await attempt.begin()
    kept: Any = await get_redis().getdel(login_link_key(secret_hash(token)))
    async with SystemSession("identity") as session, session.transaction():
        user = await repository.user_by_id(session, UUID(kept.decode())) if kept else None
        if user is None or user.disabled_at is not None:
            raise NotAuthenticated(
                "This log-in link has been used or is too old. Log in with e-mail and password.",
                code="login_link_used",
            )
        logged_in = await start_session(session, user)
    await attempt.succeeded()
    return logged_in
