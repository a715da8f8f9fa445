"""Logging in, staying logged in, logging out.

A log-in makes a session. Its refresh token is used once: each refresh gives a new one. The one
before is still good, because two tabs may refresh at once (then the new one is on its way, and none
is given) and because a page that goes away in the middle never hears of the new one (then another
is given, and the one taken for lost is given up). A token given up that comes after all means that
two hold the session, one of whom stole it, and it ends for both.
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
"""How long a token may be on its way to another tab; the page waits 20 s for an answer."""
WRONG_CREDENTIALS = "E-mail and password do not match. Check both and try again."


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """What a log-in or refresh gives. `refresh_token` is None when the one in use stays."""

    user: PortalUser
    role: str
    tenant_id: UUID | None
    access_token: str
    expires_at: datetime
    refresh_token: str | None


async def log_in(
    email: str, password: str, *, address: str, tenant_id: UUID | None = None
) -> LoggedIn:
    """Raises NotAuthenticated for wrong credentials, TooMany after too many, Forbidden for a
    person without a tenant or a tenant that is not theirs."""
    user = await prove(email, password, address=address)
    async with SystemSession("identity") as session, session.transaction():
        return await start_session(session, user, tenant_id=tenant_id)


async def prove(email: str, password: str, *, address: str) -> PortalUser:
    """Who has this e-mail and password. Raises NotAuthenticated, and TooMany after too many."""
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
    """Make a log-in session for someone whose identity is proven, in the given tenant or their
    first. Raises Forbidden."""
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
    """A fresh access token, and a new refresh token; with `tenant_id`, for that tenant from now
    on. Who has left the tenant they were in goes on in another of theirs. Raises
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
    """The refresh token to follow the one presented; None if one has just been given for it."""
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
    """An access token for another of the person's tenants, in the log-in session they have; its
    refresh token stays, and is for that tenant from now on. Raises NotAuthenticated, Forbidden."""
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
    """After the commit: have everyone ask anew what this person may do; sockets do at once."""
    access.forget(user_id)
    await publish_access_revoked(user_id)


async def _choose_role(
    session: SystemSession,
    user: PortalUser,
    tenant_id: UUID | None,
    *,
    rather: UUID | None = None,
) -> tuple[str, UUID | None]:
    """Their role in `tenant_id` and no other; without one, in `rather` if they can, else in their
    first tenant."""
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
