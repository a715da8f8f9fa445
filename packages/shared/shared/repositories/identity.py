"""People, memberships and log-in sessions.

What looks beyond one tenant needs a SystemSession; `member_role` needs only the tenant's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared.models import Membership, PortalSessionRecord, PortalUser, Tenant


async def user_by_email(session: AsyncSession, email: str) -> PortalUser | None:
    return (
        await session.execute(select(PortalUser).where(PortalUser.email == email.lower()))
    ).scalar_one_or_none()


async def user_by_id(session: AsyncSession, user_id: UUID) -> PortalUser | None:
    return await session.get(PortalUser, user_id)


async def list_users(
    session: AsyncSession, tenant_id: UUID | None = None
) -> Sequence[tuple[PortalUser, str | None, UUID | None]]:
    """Everyone with each of their roles, by e-mail: (user, role, tenant_id)."""
    query = (
        select(PortalUser, Membership.role, Membership.tenant_id)
        .outerjoin(Membership, Membership.user_id == PortalUser.id)
        .order_by(PortalUser.email, Membership.tenant_id)
    )
    if tenant_id is not None:
        query = query.where(Membership.tenant_id == tenant_id)
    return [row._tuple() for row in await session.execute(query)]


async def member_role(session: AsyncSession, tenant_id: UUID, user_id: UUID) -> str | None:
    """The person's role in the tenant, or None for someone who is no member."""
    return (
        await session.execute(
            select(Membership.role).where(
                Membership.tenant_id == tenant_id, Membership.user_id == user_id
            )
        )
    ).scalar_one_or_none()


async def memberships(session: AsyncSession, user_id: UUID) -> Sequence[tuple[Tenant, str]]:
    """Where the person is a member, oldest membership first: (tenant, role)."""
    rows = await session.execute(
        select(Tenant, Membership.role)
        .join(Membership, Membership.tenant_id == Tenant.id)
        .where(Membership.user_id == user_id)
        .order_by(Membership.created_at, Tenant.id)
    )
    return [row._tuple() for row in rows]


async def session_by_refresh_hash(
    session: AsyncSession, token_hash: str
) -> PortalSessionRecord | None:
    """The log-in session whose refresh token, or the one before it, this is; locked."""
    return (
        await session.execute(
            select(PortalSessionRecord)
            .where(
                (PortalSessionRecord.refresh_hash == token_hash)
                | (PortalSessionRecord.previous_refresh_hash == token_hash)
            )
            .with_for_update()
        )
    ).scalar_one_or_none()


async def revoke_session(session: AsyncSession, session_id: UUID) -> None:
    await session.execute(
        update(PortalSessionRecord)
        .where(PortalSessionRecord.id == session_id, PortalSessionRecord.revoked_at.is_(None))
        .values(revoked_at=func.clock_timestamp())
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """What is true now of someone who holds an access token."""

    session_ends_at: datetime
    session_revoked: bool
    user_disabled: bool
    is_platform_admin: bool
    member_role: str | None


async def standing(
    session: AsyncSession, *, session_id: UUID, user_id: UUID, tenant_id: UUID | None
) -> Standing | None:
    """None if there is no such log-in session of this person."""
    row = (
        await session.execute(
            select(
                PortalSessionRecord.expires_at,
                PortalSessionRecord.revoked_at.is_not(None),
                PortalUser.disabled_at.is_not(None),
                PortalUser.is_platform_admin,
                Membership.role,
            )
            .join(PortalUser, PortalUser.id == PortalSessionRecord.user_id)
            .outerjoin(
                Membership,
                (Membership.user_id == PortalUser.id) & (Membership.tenant_id == tenant_id),
            )
            .where(PortalSessionRecord.id == session_id, PortalUser.id == user_id)
        )
    ).one_or_none()
    return Standing(*row) if row else None
