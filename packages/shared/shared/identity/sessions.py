"""Logs people in, keeps them logged in, logs them out.

A log-in makes a session. Each refresh uses up its refresh token and gives a new one. The token
before is still accepted, for two reasons. Two tabs may refresh at once: then the new token is on
its way already, and none is given. Or a page went away and never received the new token: then
another is given, and the one that got lost is given up. If a given-up token arrives after all, two
parties hold the session, one of them a thief, and it ends for both.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from shared import spelling
from shared.config import settings
from shared.db import SystemSession
from shared.errors import Forbidden, NotAuthenticated
from shared.identity import repository
from shared.identity.access import access
from shared.identity.passwords import verify_password
from shared.identity.tokens import issue_access_token, new_secret, secret_hash
from shared.models import PortalSessionRecord, PortalUser
from shared.tenants.rate_limits import Attempts
from shared.valkey.publish import publish_access_revoked

REFRESH_GRACE_S = 30
"""How long a new token may be on its way to another tab; the page waits 20 s for a response."""
WRONG_CREDENTIALS = "E-mail and password do not match. Check both and try again."


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """The result of a log-in or refresh. `refresh_token` is None when the current one stays."""

    user: PortalUser
    role: str
    tenant_id: UUID | None
    access_token: str
    expires_at: datetime
    refresh_token: str | None


async def log_in(
    email: str, password: str, *, address: str, tenant_id: UUID | None = None
) -> LoggedIn:
    """Log in. Raises NotAuthenticated for wrong credentials, TooMany after too many, Forbidden for
    a person without a tenant or not in this one."""
    user = await prove(email, password, address=address)
    async with SystemSession("identity") as session, session.transaction():
        return await start_session(session, user, tenant_id=tenant_id)


async def prove(email: str, password: str, *, address: str) -> PortalUser:
    """The user with this e-mail and password. Raises NotAuthenticated, and TooMany after too
    many."""
    email = spelling.address_to_look_up(email)
    attempts = [
        Attempts(limit, *key, message="Too many log-in attempts. Wait some minutes and try again.")
        for limit, *key in (
            (settings.limits.login_address, "login-address", address),
            (settings.limits.login, "login-email", email),
        )
    ]
    for attempt in attempts:
        await attempt.begin()
    async with SystemSession("identity") as session, session.transaction():
        user = await repository.user_by_email(session, email)
    fits = await verify_password(password, user.password_hash if user else None)
    if user is None or not fits or user.disabled_at is not None:
        raise NotAuthenticated(WRONG_CREDENTIALS, code="wrong_credentials")
    for attempt in attempts:
        await attempt.succeeded()
    return user


async def start_session(
    session: SystemSession,
    user: PortalUser,
    *,
    tenant_id: UUID | None = None,
    access_ttl_s: int | None = None,
) -> LoggedIn:
    """Make a log-in session for a person whose identity is proven, in `tenant_id` or their first
    tenant. Raises Forbidden."""
    role, active_tenant = await _choose_role(session, user, tenant_id)
    refresh_token = new_secret()
    ttl_s = max(settings.identity.refresh_token_ttl_s, access_ttl_s or 0)
    record = PortalSessionRecord(
        id=uuid4(),
        user_id=user.id,
        tenant_id=active_tenant,
        refresh_hash=secret_hash(refresh_token),
        expires_at=datetime.now(UTC) + timedelta(seconds=ttl_s),
    )
    session.add(record)
    await session.flush()
    return _issue(user, record, role, refresh_token, access_ttl_s)


async def refresh(refresh_token: str, *, tenant_id: UUID | None = None) -> LoggedIn:
    """A fresh access token and refresh token; `tenant_id` switches the session to that tenant. A
    person who has left the session's tenant continues in another of theirs. Raises
    NotAuthenticated, Forbidden."""
    token_hash = secret_hash(refresh_token)
    now = datetime.now(UTC)
    async with SystemSession("identity") as session, session.transaction():
        record = await repository.session_by_refresh_hash(session, token_hash)
        if record is None or record.revoked_at is not None or record.expires_at <= now:
            raise NotAuthenticated("You have been logged out. Log in again.", code="logged_out")
        user = await repository.user_by_id(session, record.user_id)
        stolen = record.given_up_refresh_hash == token_hash
        if user is not None and user.disabled_at is None and not stolen:
            role, active_tenant = await _choose_role(
                session, user, tenant_id, rather=record.tenant_id
            )
            record.tenant_id = active_tenant
            return _issue(user, record, role, _rotated(record, token_hash, now))
        record.revoked_at = now
        revoked_user_id = record.user_id
    await access_ended(revoked_user_id)
    raise NotAuthenticated("You have been logged out. Log in again.", code="logged_out")


def _rotated(record: PortalSessionRecord, token_hash: str, now: datetime) -> str | None:
    """The refresh token that follows the presented one; None if one was given for it just now."""
    is_last = record.refresh_hash == token_hash
    if not is_last and now - record.rotated_at <= timedelta(seconds=REFRESH_GRACE_S):
        return None
    new_token = new_secret()
    if not is_last:
        record.given_up_refresh_hash = record.refresh_hash
    record.previous_refresh_hash = token_hash
    record.refresh_hash = secret_hash(new_token)
    record.rotated_at = now
    return new_token


async def continue_in(
    session: SystemSession, user: PortalUser, session_id: UUID, tenant_id: UUID
) -> LoggedIn:
    """An access token for another of the person's tenants, in the same log-in session. The refresh
    token stays, and is for that tenant from now on. Raises NotAuthenticated, Forbidden."""
    role, active_tenant = await _choose_role(session, user, tenant_id)
    record = await repository.session_by_id(session, session_id)
    if record is None or record.user_id != user.id or record.revoked_at is not None:
        raise NotAuthenticated("You have been logged out. Log in again.", code="logged_out")
    record.tenant_id = active_tenant
    return _issue(user, record, role, None)


async def log_out(refresh_token: str | None, session_id: UUID | None, user_id: UUID | None) -> None:
    """End the sessions that the refresh token and the access token name, and their live sockets."""
    ended = {session_id: user_id} if session_id and user_id else {}
    async with SystemSession("identity") as session, session.transaction():
        if refresh_token:
            record = await repository.session_by_refresh_hash(session, secret_hash(refresh_token))
            if record is not None:
                ended[record.id] = record.user_id
        for each in ended:
            await repository.revoke_session(session, each)
    for person in set(ended.values()):
        await access_ended(person)


async def access_ended(user_id: UUID) -> None:
    """Call after the commit: every cache asks again what this person may do, and sockets at
    once."""
    access.forget(user_id)
    await publish_access_revoked(user_id)


async def _choose_role(
    session: SystemSession,
    user: PortalUser,
    tenant_id: UUID | None,
    *,
    rather: UUID | None = None,
) -> tuple[str, UUID | None]:
    """The person's role in `tenant_id` and no other. Without `tenant_id`, in `rather` if they are a
    member there, else in their first tenant."""
    if user.is_platform_admin:
        return "platform_admin", None
    roles = {tenant.id: role for tenant, role in await repository.memberships(session, user.id)}
    if tenant_id is None:
        wished = rather if rather in roles else next(iter(roles), None)
    else:
        wished = tenant_id
    if wished is not None and wished in roles:
        return roles[wished], wished
    raise Forbidden(
        "You are not a member of this tenant. Ask one of its admins to invite you."
        if tenant_id
        else "You are not a member of any tenant. Ask an admin to invite you.",
        code="no_membership",
    )


def _issue(
    user: PortalUser,
    record: PortalSessionRecord,
    role: str,
    refresh_token: str | None,
    ttl_s: int | None = None,
) -> LoggedIn:
    token, expires_at = issue_access_token(
        user_id=user.id, role=role, tenant_id=record.tenant_id, session_id=record.id, ttl_s=ttl_s
    )
    return LoggedIn(user, role, record.tenant_id, token, expires_at, refresh_token)
