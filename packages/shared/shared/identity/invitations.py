"""Inviting people into a tenant by a link, and accepting.

An admin makes the link and hands it over; nothing is sent. Its token is 32 random bytes, of which
the SHA-256 alone is stored; it works once, within `invitation_ttl_s`, and as long as whoever made
it may invite. A link that does not work says nothing of why.

Holding the link lets someone new set up the account of that address. An account that exists is
never opened by a link: its person proves who they are, by being logged in or by their password.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from shared.config import settings
from shared.db import SystemSession, WithinTenant
from shared.errors import BadRequest, Conflict, Forbidden, NotAuthenticated, NotFound
from shared.identity import invitation_repository, repository
from shared.identity.invitation_repository import Offer
from shared.identity.passwords import check_password_rules, hash_password
from shared.identity.roles import MemberRole
from shared.identity.sessions import LoggedIn, continue_in, prove, start_session
from shared.identity.tokens import new_secret, secret_hash
from shared.identity.users import MAX_NAME_CHARS, checked_email
from shared.models import Invitation, PortalUser
from shared.plain_text import one_line
from shared.tenants import rate_limits

NO_SUCH_INVITATION = (
    "This invitation link does not work (any more). Ask an admin of the tenant for a new one."
)
ALREADY_THERE = "{} is a member of this tenant already."


async def invite(
    session: WithinTenant, *, tenant_id: UUID, email: str, role: MemberRole, invited_by: UUID
) -> tuple[Invitation, str]:
    """The invitation and its link's token, which nobody can be told again. An open invitation of
    the same address is replaced, and its link works no more.

    Raises BadRequest, and Conflict for somebody who is a member.
    """
    email = checked_email(email)
    if await repository.is_member(session, tenant_id, email):
        raise Conflict(ALREADY_THERE.format(email), code="already_a_member")
    token = new_secret()
    invitation = await invitation_repository.put_invitation(
        session,
        tenant_id=tenant_id,
        email=email,
        role=role,
        token_hash=secret_hash(token),
        invited_by=invited_by,
        expires_at=datetime.now(UTC) + timedelta(seconds=settings.identity.invitation_ttl_s),
    )
    return invitation, token


async def list_open(session: WithinTenant, tenant_id: UUID) -> Sequence[Invitation]:
    """Those that can still be accepted, newest first."""
    return await invitation_repository.open_invitations(session, tenant_id)


async def revoke(session: WithinTenant, tenant_id: UUID, invitation_id: UUID) -> None:
    """Raises NotFound for one that is not open in this tenant."""
    if not await invitation_repository.revoke_invitation(session, tenant_id, invitation_id):
        raise NotFound("There is no such open invitation in this tenant.")


async def look_at(token: str, *, address: str) -> Offer:
    """What the link offers, to whom. Raises NotFound, and TooMany after too many of these."""
    await rate_limits.require_room(
        settings.limits.invitation,
        "invitation",
        address,
        message="Too many invitation links that do not work. Wait some minutes and try again.",
    )
    async with SystemSession("identity") as session, session.transaction():
        offer = await invitation_repository.offer_of(session, secret_hash(token))
    if offer is None:
        await rate_limits.use(settings.limits.invitation, "invitation", address)
        raise NotFound(NO_SUCH_INVITATION)
    return offer


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Who accepts: the log-in session they have, or a password, with a name if they are new."""

    user_id: UUID | None = None
    session_id: UUID | None = None
    password: str | None = None
    display_name: str | None = None


async def accept(token: str, by: Acceptance, *, address: str) -> LoggedIn:
    """Join, and be logged in there. Nothing is stored unless all of it is.

    Raises NotFound and TooMany as `look_at` does; BadRequest for a name or password that cannot
    be; NotAuthenticated and Forbidden for who is not the one invited; Conflict for one who is a
    member, or who has become known meanwhile.
    """
    offer = await look_at(token, address=address)
    if offer.user_id is None:
        return await _accept_as_new(token, offer, by)
    if by.user_id is None:
        if by.password is None:
            raise NotAuthenticated(
                f"{offer.email} has an account. Log in to it, or give its password, to accept.",
                code="log_in_first",
            )
        # Who has lost their last tenant cannot log in, and must be able to come back.
        await prove(offer.email, by.password, address=address)
    elif by.user_id != offer.user_id:
        raise Forbidden(
            f"This invitation is for {offer.email}. Log in as that person to accept it.",
            code="not_invited",
        )
    return await _accept_as_known(token, offer, offer.user_id, by.session_id)


async def _accept_as_new(token: str, offer: Offer, by: Acceptance) -> LoggedIn:
    if by.password is None or by.display_name is None:
        raise BadRequest("Give your `display_name` and a `password` of your own.")
    name = one_line("Your name", by.display_name, max_chars=MAX_NAME_CHARS)
    check_password_rules(by.password, offer.email, name, offer.tenant_name)
    # Before the transaction: it takes tens of milliseconds.
    password_hash = await asyncio.to_thread(hash_password, by.password)
    async with SystemSession("identity") as session, session.transaction():
        await _use_up(session, token)
        user = await repository.add_user(
            session,
            email=offer.email,
            display_name=name,
            password_hash=password_hash,
            is_platform_admin=False,
        )
        if user is None:
            raise Conflict(
                f"{offer.email} has an account by now. Log in to it, and open the link again.",
                code="email_taken",
            )
        await _join(session, offer, user)
        return await start_session(session, user, tenant_id=offer.tenant_id)


async def _accept_as_known(
    token: str, offer: Offer, user_id: UUID, session_id: UUID | None
) -> LoggedIn:
    """Whose identity is proven; they stay in the log-in session they have, or get one."""
    async with SystemSession("identity") as session, session.transaction():
        await _use_up(session, token)
        user = await repository.user_by_id(session, user_id)
        if user is None:
            raise NotFound(NO_SUCH_INVITATION)
        await _join(session, offer, user)
        if session_id is None:
            return await start_session(session, user, tenant_id=offer.tenant_id)
        return await continue_in(session, user, session_id, offer.tenant_id)


async def _use_up(session: SystemSession, token: str) -> None:
    if not await invitation_repository.use_up(session, secret_hash(token)):
        raise NotFound(NO_SUCH_INVITATION)


async def _join(session: SystemSession, offer: Offer, user: PortalUser) -> None:
    if user.is_platform_admin:
        raise Conflict(f"{user.email} is a platform admin, who sees every tenant already.")
    added = await repository.add_membership(
        session, tenant_id=offer.tenant_id, user_id=user.id, role=offer.role
    )
    if not added:
        raise Conflict(ALREADY_THERE.format(user.email), code="already_a_member")
