"""What people do about their own account: another name or password, and the log-ins that are open.

A new password ends every other log-in of its person, and what is open in them, at once.
"""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from shared.audit.record import record
from shared.db import SystemSession
from shared.errors import BadRequest, Forbidden, NotAuthenticated, NotFound
from shared.identity import repository
from shared.identity.passwords import check_password_rules, hash_password
from shared.identity.sessions import access_ended, prove
from shared.identity.users import MAX_NAME_CHARS
from shared.models import PortalSessionRecord, PortalUser
from shared.plain_text import one_line
from shared.valkey.publish import publish_changed

WRONG_PASSWORD = "This is not your password now. Type the one that you log in with."  # noqa: S105
SAME_PASSWORD = "This is the password you have already. Choose another one."  # noqa: S105


async def change_name(user_id: UUID, name: str) -> PortalUser:
    """What others read beside what the person says. Raises BadRequest for a name that is none."""
    name = one_line("Your name", name, max_chars=MAX_NAME_CHARS)
    async with SystemSession("identity") as session, session.transaction():
        user = await _known(session, user_id)
        user.display_name = name
        businesses = await repository.memberships(session, user_id)
        await record(
            session,
            tenant_id=None,
            actor_kind="user",
            actor=user_id,
            action="name.changed",
            object_kind="user",
            object_id=user_id,
        )
    for tenant, _ in businesses:
        await publish_changed(tenant.id, "people")
    return user


async def change_password(
    user_id: UUID, session_id: UUID | None, *, old: str, new: str, address: str
) -> None:
    """Raises Forbidden for a wrong old password, TooMany after too many, BadRequest for a new one
    that is refused. Every log-in but `session_id` ends."""
    async with SystemSession("identity") as session, session.transaction():
        user = await _known(session, user_id)
    try:
        await prove(user.email, old, address=address)
    except NotAuthenticated:
        raise Forbidden(WRONG_PASSWORD, code="wrong_password") from None
    if old == new:
        raise BadRequest(SAME_PASSWORD, code="password_same")
    await set_password(user_id, new, keep=session_id)


async def check_new_password(user_id: UUID, new: str) -> None:
    """Raises BadRequest for one that is refused, NotAuthenticated for a person who may not log
    in."""
    async with SystemSession("identity") as session, session.transaction():
        user = await _known(session, user_id)
        businesses = await repository.memberships(session, user_id)
    names = [name for tenant, _ in businesses for name in (tenant.name, tenant.slug)]
    check_password_rules(new, user.email, user.display_name, *names)


async def set_password(user_id: UUID, new: str, *, keep: UUID | None = None) -> None:
    """For a person who has proved themselves. Every log-in but `keep` ends. Raises BadRequest."""
    await check_new_password(user_id, new)
    password_hash = await asyncio.to_thread(hash_password, new)
    async with SystemSession("identity") as session, session.transaction():
        await repository.set_password_hash(session, user_id, password_hash)
        await repository.revoke_sessions_of(session, user_id, but=keep)
        await record(
            session,
            tenant_id=None,
            actor_kind="user",
            actor=user_id,
            action="password.changed",
            object_kind="user",
            object_id=user_id,
        )
    await access_ended(user_id)


async def open_sessions(user_id: UUID) -> Sequence[PortalSessionRecord]:
    """The person's log-ins that have not ended, the last used first."""
    async with SystemSession("identity") as session, session.transaction():
        return await repository.open_sessions(session, user_id)


async def end_session(user_id: UUID, session_id: UUID) -> None:
    """End one of the person's own log-ins, and what is open in it. Raises NotFound."""
    async with SystemSession("identity") as session, session.transaction():
        found = await repository.session_by_id(session, session_id)
        if found is None or found.user_id != user_id:
            raise NotFound("You have no such log-in.")
        await repository.revoke_session(session, session_id)
    await access_ended(user_id)


async def end_sessions(user_id: UUID, *, keep: UUID | None = None) -> int:
    """End all of the person's log-ins but `keep`; how many."""
    async with SystemSession("identity") as session, session.transaction():
        ended = await repository.revoke_sessions_of(session, user_id, but=keep)
    await access_ended(user_id)
    return ended


async def _known(session: SystemSession, user_id: UUID) -> PortalUser:
    user = await repository.user_by_id(session, user_id)
    if user is None or user.disabled_at is not None:
        raise NotAuthenticated("You have been logged out. Log in again.", code="logged_out")
    return user
