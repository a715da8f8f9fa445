"""Invites people into a tenant by a link, and accepts them.

An admin makes the link and hands it over; we send nothing. Its token is 32 random bytes, of which
only the SHA-256 is stored. It works once, within `invitation_ttl_s`, and only while its inviter may
invite. A link that does not work does not say why.

A new person sets up the account of that address with the link. A link never opens an existing
account: its person must prove their identity, by a log-in session or by their password.
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
from shared.valkey.publish import publish_changed

NO_SUCH_INVITATION = (
    "This invitation link does not work (any more). Ask an admin of the tenant for a new one."
)
ALREADY_THERE = "{} is a member of this tenant already."


async def invite(
    session: WithinTenant, *, tenant_id: UUID, email: str, role: MemberRole, invited_by: UUID
) -> tuple[Invitation, str]:
    """Make an invitation and return it with its link's token.

    The token cannot be shown again. The invitation replaces an open invitation of the same address,
    whose link stops working.

    Raises BadRequest, and Conflict if the address is a member's.
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
    session.after_commit(lambda: publish_changed(tenant_id, "invitations"))
    return invitation, token


async def list_open(session: WithinTenant, tenant_id: UUID) -> Sequence[Invitation]:
    """The invitations that can still be accepted, newest first."""
    return await invitation_repository.open_invitations(session, tenant_id)


async def revoke(session: WithinTenant, tenant_id: UUID, invitation_id: UUID) -> None:
    """Revoke it. Raises NotFound if it is not open in this tenant."""
    if not await invitation_repository.revoke_invitation(session, tenant_id, invitation_id):
        raise NotFound("There is no such open invitation in this tenant.")
    session.after_commit(lambda: publish_changed(tenant_id, "invitations"))


async def look_at(token: str, *, address: str) -> Offer:
    """The offer of a link. Raises NotFound, and TooMany after too many of these."""
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
    """How a person accepts: with a log-in session they have, or with a password, and a name if they
    are new."""

    user_id: UUID | None = None
    session_id: UUID | None = None
    password: str | None = None
    display_name: str | None = None


async def accept(token: str, by: Acceptance, *, address: str) -> LoggedIn:
    """Join the tenant and log in there, in one transaction.

    Raises NotFound and TooMany as `look_at` does; BadRequest for an invalid name or password;
    NotAuthenticated and Forbidden if the caller is not the person invited; Conflict for a member,
    and if the address got an account meanwhile.
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
        # A person who has lost their last tenant cannot log in, and must be able to come back.
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
    # Before the transaction, because hashing takes tens of milliseconds.
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
    """For a person whose identity is proven. They keep their log-in session, or get one."""
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
    session.after_commit(lambda: publish_changed(offer.tenant_id, "people"))
    session.after_commit(lambda: publish_changed(offer.tenant_id, "invitations"))
