"""A tenant's members: listing them, changing their roles, removing them.

A tenant that has an admin keeps at least one. When a role is lost, at the commit, the person's open
sockets in the tenant are checked and the invitations they made are revoked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.db import AcrossTenants, AnySession, SystemSession, WithinTenant
from shared.errors import Conflict, NotFound
from shared.identity import invitation_repository, repository
from shared.identity.roles import MemberRole
from shared.identity.sessions import access_ended
from shared.models import Membership, PortalUser, Tenant
from shared.valkey.publish import publish_changed


@dataclass(frozen=True, slots=True)
class Member:
    """A person in their role in the tenant."""

    user: PortalUser
    role: str
    joined_at: datetime


async def list_members(session: WithinTenant, tenant_id: UUID) -> Sequence[Member]:
    """The tenant's members, by e-mail."""
    return [
        Member(user, membership.role, membership.created_at)
        for user, membership in await repository.members(session, tenant_id)
    ]


async def role_in(session: AnySession, tenant_id: UUID, user_id: UUID) -> str | None:
    """The person's role in the tenant; None if they are no member."""
    return await repository.member_role(session, tenant_id, user_id)


@dataclass(frozen=True, slots=True)
class NamedMember:
    """What a member is called, and their role."""

    id: UUID
    name: str
    role: str


async def named_member(session: WithinTenant, tenant_id: UUID, user_id: UUID) -> NamedMember | None:
    """None for one who is no member."""
    found = await repository.member_name_and_role(session, tenant_id, user_id)
    return NamedMember(user_id, *found) if found else None


async def ensure_member(
    session: SystemSession, *, tenant_id: UUID, user_id: UUID, role: str
) -> None:
    """Make them a member in this role; an existing member keeps theirs."""
    await repository.add_membership(session, tenant_id=tenant_id, user_id=user_id, role=role)


async def tenants_of(session: AcrossTenants, user_id: UUID) -> Sequence[tuple[Tenant, str]]:
    """The person's tenants, each with their role in it."""
    return await repository.memberships(session, user_id)


async def change_role(
    session: AnySession, *, tenant_id: UUID, user_id: UUID, role: MemberRole
) -> Member:
    """Give a member another role.

    Raises NotFound for a person who is no member, Conflict for the last admin and for a platform
    admin.
    """
    user, membership = await _who_may_be_changed(
        session, tenant_id=tenant_id, user_id=user_id, stays_admin=role == "customer_admin"
    )
    if membership.role != role:
        await repository.set_role(session, tenant_id=tenant_id, user_id=user_id, role=role)
        await _rights_ended(session, tenant_id=tenant_id, user_id=user_id)
    return Member(user, role, membership.created_at)


async def remove(session: AnySession, *, tenant_id: UUID, user_id: UUID) -> PortalUser:
    """Take a member's role away. Their account and their messages stay.

    Raises NotFound for a person who is no member, Conflict for the last admin and for a platform
    admin.
    """
    user, _ = await _who_may_be_changed(
        session, tenant_id=tenant_id, user_id=user_id, stays_admin=False
    )
    await repository.remove_membership(session, tenant_id=tenant_id, user_id=user_id)
    await _rights_ended(session, tenant_id=tenant_id, user_id=user_id)
    return user


async def _who_may_be_changed(
    session: AnySession, *, tenant_id: UUID, user_id: UUID, stays_admin: bool
) -> tuple[PortalUser, Membership]:
    locked = await repository.lock_member_and_admins(session, tenant_id=tenant_id, user_id=user_id)
    admins = {user.id for user, membership in locked if _is_admin(user, membership)}
    for user, membership in locked:
        if user.id != user_id:
            continue
        if user.is_platform_admin:
            raise Conflict(
                f"{user.email} is a platform admin, whose rights no tenant can change.",
                code="platform_admin",
            )
        if admins == {user.id} and not stays_admin:
            raise Conflict(
                f"{user.email} is the last admin of this tenant. Make somebody else an admin "
                "first.",
                code="last_admin",
            )
        return user, membership
    raise NotFound("There is no such person in this tenant.")


def _is_admin(user: PortalUser, membership: Membership) -> bool:
    """Whether this admin counts as the tenant's admin. An admin who cannot log in does not."""
    is_theirs = user.disabled_at is None and not user.is_platform_admin
    return is_theirs and membership.role == "customer_admin"


async def _rights_ended(session: AnySession, *, tenant_id: UUID, user_id: UUID) -> None:
    await invitation_repository.revoke_invitations_of(session, tenant_id=tenant_id, inviter=user_id)
    session.after_commit(lambda: access_ended(user_id))
    session.after_commit(lambda: publish_changed(tenant_id, "people"))
    session.after_commit(lambda: publish_changed(tenant_id, "invitations"))
