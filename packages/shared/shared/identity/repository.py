"""SQL for people, memberships and log-in sessions."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import undefer

from shared.db import AcrossTenants, AnySession, SystemSession, WithinTenant
from shared.models import Membership, PortalSessionRecord, PortalUser, Tenant


async def user_by_email(session: SystemSession, email: str) -> PortalUser | None:
    """The person with this stored address, with the password's hash, which no other query loads."""
    return (
        await session.execute(
            select(PortalUser)
            .where(PortalUser.email == email)
            .options(undefer(PortalUser.password_hash))
        )
    ).scalar_one_or_none()


async def user_by_id(session: AcrossTenants, user_id: UUID) -> PortalUser | None:
    return await session.get(PortalUser, user_id)


async def add_user(
    session: SystemSession,
    *,
    email: str,
    display_name: str,
    password_hash: str | None,
    is_platform_admin: bool,
) -> PortalUser | None:
    """The new person, or None when the address, in its stored form, is taken."""
    statement = (
        insert(PortalUser)
        .values(
            email=email,
            display_name=display_name,
            password_hash=password_hash,
            is_platform_admin=is_platform_admin,
        )
        .on_conflict_do_nothing(index_elements=["email"])
        .returning(PortalUser)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def add_membership(
    session: SystemSession, *, tenant_id: UUID, user_id: UUID, role: str
) -> bool:
    """Add a membership. False when the person already has one there, in any role."""
    statement = (
        insert(Membership)
        .values(tenant_id=tenant_id, user_id=user_id, role=role)
        .on_conflict_do_nothing(index_elements=["tenant_id", "user_id"])
        .returning(Membership.user_id)
    )
    return (await session.execute(statement)).scalar_one_or_none() is not None


async def set_role(session: AnySession, *, tenant_id: UUID, user_id: UUID, role: str) -> bool:
    """Change a role. False when the person is no member there."""
    statement = (
        update(Membership)
        .where(Membership.tenant_id == tenant_id, Membership.user_id == user_id)
        .values(role=role)
        .returning(Membership.user_id)
    )
    return (await session.execute(statement)).scalar_one_or_none() is not None


async def remove_membership(session: AnySession, *, tenant_id: UUID, user_id: UUID) -> bool:
    """Remove a membership. False when there is none."""
    statement = (
        delete(Membership)
        .where(Membership.tenant_id == tenant_id, Membership.user_id == user_id)
        .returning(Membership.user_id)
    )
    return (await session.execute(statement)).scalar_one_or_none() is not None


async def members(
    session: WithinTenant, tenant_id: UUID
) -> Sequence[tuple[PortalUser, Membership]]:
    """The tenant's people with their memberships, by e-mail."""
    rows = await session.execute(
        select(PortalUser, Membership)
        .join(Membership, Membership.user_id == PortalUser.id)
        .where(Membership.tenant_id == tenant_id)
        .order_by(PortalUser.email)
    )
    return list(rows)


async def lock_member_and_admins(
    session: AnySession, *, tenant_id: UUID, user_id: UUID
) -> Sequence[tuple[PortalUser, Membership]]:
    """This member and the tenant's admins. Their memberships are locked in one fixed order, so that
    two admins who remove each other at once run one after the other."""
    rows = await session.execute(
        select(PortalUser, Membership)
        .join(Membership, Membership.user_id == PortalUser.id)
        .where(
            Membership.tenant_id == tenant_id,
            (Membership.user_id == user_id) | (Membership.role == "customer_admin"),
        )
        .order_by(Membership.user_id)
        .with_for_update(of=Membership)
        .execution_options(populate_existing=True)
    )
    return list(rows)


async def is_member(session: WithinTenant, tenant_id: UUID, email: str) -> bool:
    """Whether a person with this address, in its stored form, is a member."""
    found = await session.execute(
        select(Membership.user_id)
        .join(PortalUser, PortalUser.id == Membership.user_id)
        .where(Membership.tenant_id == tenant_id, PortalUser.email == email)
    )
    return found.scalar_one_or_none() is not None


async def session_by_id(session: SystemSession, session_id: UUID) -> PortalSessionRecord | None:
    return await session.get(PortalSessionRecord, session_id)


async def list_users(
    session: SystemSession, tenant_id: UUID | None = None
) -> Sequence[tuple[PortalUser, str | None, UUID | None]]:
    """Everyone with each of their roles, by e-mail: (user, role, tenant_id)."""
    query = (
        select(PortalUser, Membership.role, Membership.tenant_id)
        .outerjoin(Membership, Membership.user_id == PortalUser.id)
        .order_by(PortalUser.email, Membership.tenant_id)
    )
    if tenant_id is not None:
        query = query.where(Membership.tenant_id == tenant_id)
    return list(await session.execute(query))


async def member_role(session: AnySession, tenant_id: UUID, user_id: UUID) -> str | None:
    """The person's role in the tenant, or None if they are no member."""
    return (
        await session.execute(
            select(Membership.role).where(
                Membership.tenant_id == tenant_id, Membership.user_id == user_id
            )
        )
    ).scalar_one_or_none()


async def member_name_and_role(
    session: WithinTenant, tenant_id: UUID, user_id: UUID
) -> tuple[str, str] | None:
    row = (
        await session.execute(
            select(PortalUser.display_name, Membership.role)
            .join(Membership, Membership.user_id == PortalUser.id)
            .where(
                Membership.tenant_id == tenant_id,
                PortalUser.id == user_id,
                PortalUser.disabled_at.is_(None),
            )
        )
    ).one_or_none()
    return (row[0], row[1]) if row else None


async def memberships(session: AcrossTenants, user_id: UUID) -> Sequence[tuple[Tenant, str]]:
    """The person's memberships, oldest first: (tenant, role)."""
    rows = await session.execute(
        select(Tenant, Membership.role)
        .join(Membership, Membership.tenant_id == Tenant.id)
        .where(Membership.user_id == user_id)
        .order_by(Membership.created_at, Tenant.id)
    )
    return list(rows)


async def session_by_refresh_hash(
    session: SystemSession, token_hash: str
) -> PortalSessionRecord | None:
    """The log-in session of this refresh token, if it is one of the session's last three;
    locked."""
    return (
        await session.execute(
            select(PortalSessionRecord)
            .where(
                (PortalSessionRecord.refresh_hash == token_hash)
                | (PortalSessionRecord.previous_refresh_hash == token_hash)
                | (PortalSessionRecord.given_up_refresh_hash == token_hash)
            )
            .with_for_update()
        )
    ).scalar_one_or_none()


async def revoke_session(session: SystemSession, session_id: UUID) -> None:
    await session.execute(
        update(PortalSessionRecord)
        .where(PortalSessionRecord.id == session_id, PortalSessionRecord.revoked_at.is_(None))
        .values(revoked_at=func.clock_timestamp())
    )


@dataclass(frozen=True, slots=True)
class KeptPassword:
    """A person's password as it is kept; None if they have none. Its repr does not show it."""

    hash: str | None = field(repr=False)


async def password_hash_of(session: SystemSession, user_id: UUID) -> KeptPassword | None:
    """None for nobody and for a disabled person."""
    found = select(PortalUser.password_hash).where(
        PortalUser.id == user_id, PortalUser.disabled_at.is_(None)
    )
    row = (await session.execute(found)).one_or_none()
    return KeptPassword(row[0]) if row else None


async def set_password_hash(session: SystemSession, user_id: UUID, password_hash: str) -> None:
    await session.execute(
        update(PortalUser).where(PortalUser.id == user_id).values(password_hash=password_hash)
    )


async def open_sessions(session: SystemSession, user_id: UUID) -> Sequence[PortalSessionRecord]:
    """The last used first."""
    found = (
        select(PortalSessionRecord)
        .where(
            PortalSessionRecord.user_id == user_id,
            PortalSessionRecord.revoked_at.is_(None),
            PortalSessionRecord.expires_at > func.clock_timestamp(),
        )
        .order_by(PortalSessionRecord.rotated_at.desc(), PortalSessionRecord.id)
    )
    return (await session.execute(found)).scalars().all()


async def revoke_sessions_of(
    session: SystemSession, user_id: UUID, *, but: UUID | None = None
) -> int:
    """How many there were."""
    ended = (
        update(PortalSessionRecord)
        .where(
            PortalSessionRecord.user_id == user_id,
            PortalSessionRecord.revoked_at.is_(None),
            PortalSessionRecord.expires_at > func.clock_timestamp(),
        )
        .values(revoked_at=func.clock_timestamp())
        .returning(PortalSessionRecord.id)
    )
    if but is not None:
        ended = ended.where(PortalSessionRecord.id != but)
    return len((await session.execute(ended)).all())
