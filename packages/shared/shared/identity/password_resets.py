"""A link with which a person sets a new password without the old one, once, within the hour.

An admin of their business makes it, or whoever runs `konstruct user reset`, and hands it over in
private: no mail is sent. The token stands after the address's #, which is sent to no server; Valkey
keeps its hash. It is void as soon as the person's password is another, whatever changed it.
"""

import hashlib
from typing import Any
from uuid import UUID

from shared.audit.record import record
from shared.config import settings
from shared.db import SystemSession
from shared.errors import Conflict, NotAuthenticated, NotFound
from shared.identity import own_account, repository
from shared.identity.tokens import new_secret, secret_hash
from shared.redis_keys import password_reset_key
from shared.tenants.rate_limits import Attempts
from shared.valkey.client import get_redis

GOOD_FOR_S = 3600
USED = "This link has been used or is too old. Ask for a new one."


async def make(user_id: UUID) -> str:
    """The token of a new link. Raises NotFound for nobody's id and for a disabled person."""
    async with SystemSession("identity") as session, session.transaction():
        kept = await repository.password_hash_of(session, user_id)
    if kept is None:
        raise NotFound("There is no such person, or they may not log in.")
    token = new_secret()
    await get_redis().set(
        password_reset_key(secret_hash(token)), f"{user_id} {_mark(kept.hash)}", ex=GOOD_FOR_S
    )
    return token


async def make_for_member(
    tenant_id: UUID, user_id: UUID, *, asked_by: UUID, is_platform_admin: bool
) -> str:
    """The same, for an admin of the person's business. Raises NotFound for a person who is no
    member; Conflict for a platform admin, and, unless a platform admin asks, for a person who is a
    member elsewhere too: nobody opens an account that reaches further than their own rights."""
    async with SystemSession("identity") as session, session.transaction():
        user = await repository.user_by_id(session, user_id)
        businesses = {tenant.id for tenant, _ in await repository.memberships(session, user_id)}
        if user is None or tenant_id not in businesses:
            raise NotFound("There is no such person in this tenant.")
        if user.is_platform_admin:
            raise Conflict(
                f"{user.email} is a platform admin. `konstruct user reset` makes their link.",
                code="platform_admin",
            )
        if businesses != {tenant_id} and not is_platform_admin:
            raise Conflict(
                f"{user.email} belongs to another business, too. Ask the operator for their link.",
                code="member_elsewhere",
            )
        await record(
            session,
            tenant_id=tenant_id,
            actor_kind="platform_admin" if is_platform_admin else "member",
            actor=asked_by,
            action="password.reset_link_made",
            object_kind="user",
            object_id=user_id,
        )
    return await make(user_id)


async def use(token: str, password: str, *, address: str) -> None:
    """Set the password. All log-ins of the person end. Raises NotAuthenticated for a token that is
    used, too old or unknown; TooMany after many; BadRequest for a password that is refused, and
    then the link stays good."""
    attempt = Attempts(
        settings.limits.login_address,
        "login-address",
        address,
        message="Too many attempts. Wait some minutes and try again.",
    )
    await attempt.begin()
    key = password_reset_key(secret_hash(token))
    user_id = await _whose(await get_redis().get(key))
    await own_account.check_new_password(user_id, password)
    if await get_redis().getdel(key) is None:  # another used it just now
        raise NotAuthenticated(USED, code="reset_link_used")
    await own_account.set_password(user_id, password)
    await attempt.succeeded()


async def _whose(kept: Any) -> UUID:
    user_id, _, mark = (kept or b"").decode().partition(" ")
    if user_id:
        async with SystemSession("identity") as session, session.transaction():
            now = await repository.password_hash_of(session, UUID(user_id))
        if now is not None and _mark(now.hash) == mark:
            return UUID(user_id)
    raise NotAuthenticated(USED, code="reset_link_used")


def _mark(password_hash: str | None) -> str:
    """What tells one password's hash from the next, and tells nothing of either."""
    return hashlib.sha256((password_hash or "").encode()).hexdigest()[:16]
