"""SQL for invitations.

An admin's view of them needs only the tenant's session. The holder of a link belongs to no tenant
yet, so queries by token need a SystemSession.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from shared.db import AnySession, SystemSession, WithinTenant
from shared.models import Invitation, Membership, PortalUser, Tenant
from shared.models.invitations import UNANSWERED


def _is_open() -> Any:
    return (
        Invitation.accepted_at.is_(None)
        & Invitation.revoked_at.is_(None)
        & (Invitation.expires_at > func.clock_timestamp())
    )


def _inviter_may_still_invite() -> Any:
    inviter = aliased(PortalUser)
    is_admin_there = exists().where(
        Membership.tenant_id == Invitation.tenant_id,
        Membership.user_id == inviter.id,
        Membership.role == "customer_admin",
    )
    return exists().where(
        inviter.id == Invitation.invited_by,
        inviter.disabled_at.is_(None),
        or_(inviter.is_platform_admin, is_admin_there),
    )


async def put_invitation(
    session: WithinTenant,
    *,
    tenant_id: UUID,
    email: str,
    role: str,
    token_hash: str,
    invited_by: UUID,
    expires_at: datetime,
) -> Invitation:
    """Store the tenant's one open invitation for this address. It replaces an earlier one, whose
    link stops working."""
    told = {
        "role": role,
        "token_hash": token_hash,
        "invited_by": invited_by,
        "expires_at": expires_at,
        "created_at": func.clock_timestamp(),
    }
    statement = (
        insert(Invitation)
        .values(tenant_id=tenant_id, email=email, **told)
        .on_conflict_do_update(
            index_elements=["tenant_id", "email"], index_where=text(UNANSWERED), set_=told
        )
        .returning(Invitation)
    )
    return (await session.execute(statement)).scalar_one()


async def open_invitations(session: WithinTenant, tenant_id: UUID) -> Sequence[Invitation]:
    """The invitations that can still be accepted, newest first."""
    query = (
        select(Invitation)
        .where(Invitation.tenant_id == tenant_id, _is_open())
        .order_by(Invitation.created_at.desc(), Invitation.id)
    )
    return (await session.execute(query)).scalars().all()


async def revoke_invitation(session: WithinTenant, tenant_id: UUID, invitation_id: UUID) -> bool:
    """Revoke it. False when the tenant has no such open invitation."""
    statement = (
        update(Invitation)
        .where(Invitation.id == invitation_id, Invitation.tenant_id == tenant_id, _is_open())
        .values(revoked_at=func.clock_timestamp())
        .returning(Invitation.id)
    )
    return (await session.execute(statement)).scalar_one_or_none() is not None


async def revoke_invitations_of(session: AnySession, *, tenant_id: UUID, inviter: UUID) -> None:
    """Revoke all invitations this person made in the tenant."""
    await session.execute(
        update(Invitation)
        .where(Invitation.tenant_id == tenant_id, Invitation.invited_by == inviter, _is_open())
        .values(revoked_at=func.clock_timestamp())
    )


@dataclass(frozen=True, slots=True)
class Offer:
    """What a working link offers, and to whom. `user_id` is the account with that address, if
    any."""

    tenant_id: UUID
    tenant_name: str
    email: str
    role: str
    expires_at: datetime
    user_id: UUID | None


async def offer_of(session: SystemSession, token_hash: str) -> Offer | None:
    """The offer of this link. None for an unknown, expired, used or revoked token, and if the
    inviter may no longer invite; one statement checks all."""
    row = (
        await session.execute(
            select(
                Tenant.id,
                Tenant.name,
                Invitation.email,
                Invitation.role,
                Invitation.expires_at,
                PortalUser.id,
            )
            .join(Tenant, Tenant.id == Invitation.tenant_id)
            .outerjoin(PortalUser, PortalUser.email == Invitation.email)
            .where(Invitation.token_hash == token_hash, _is_open(), _inviter_may_still_invite())
        )
    ).one_or_none()
    return Offer(*row) if row else None


async def use_up(session: SystemSession, token_hash: str) -> bool:
    """Mark it accepted. False when it is no longer open; of two at once, one succeeds."""
    statement = (
        update(Invitation)
        .where(Invitation.token_hash == token_hash, _is_open(), _inviter_may_still_invite())
        .values(accepted_at=func.clock_timestamp())
        .returning(Invitation.id)
    )
    return (await session.execute(statement)).scalar_one_or_none() is not None
