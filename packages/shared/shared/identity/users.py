"""Users: creating them, giving them a role in a tenant, listing them.

One e-mail address is one person, however it is spelled. The platform admin belongs to no tenant;
everybody else has a role in at least one.
"""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast, get_args
from uuid import UUID

from shared import spelling
from shared.db import AcrossTenants, SystemSession
from shared.errors import BadRequest, Conflict, NotFound
from shared.identity import memberships, repository
from shared.identity.passwords import check_password_rules, hash_password
from shared.identity.roles import PLATFORM_ADMIN, MemberRole, Role
from shared.models import PortalUser, Tenant
from shared.plain_text import one_line

MAX_NAME_CHARS = 120


@dataclass(frozen=True, slots=True)
class Person:
    """A person in one of their roles. `role` is None if they have none (any more)."""

    user: PortalUser
    role: str | None
    tenant_id: UUID | None


def new_password() -> str:
    """A random password: 96 random bits, 16 characters."""
    return secrets.token_urlsafe(12)


def checked_email(email: str) -> str:
    """The address in its stored form. Raises BadRequest."""
    try:
        return spelling.address(email)
    except ValueError as error:
        raise BadRequest(
            f"'{email}' is no e-mail address like 'ada@acme.com': {error}", code="bad_email"
        ) from None


def checked_role(role: str) -> Role:
    """The role of this name. Raises BadRequest."""
    for known in get_args(Role):
        if role == known:
            return known  # type: ignore[no-any-return]
    raise BadRequest(f"'{role}' is no role. Choose one of: {', '.join(get_args(Role))}.")


async def create_user(
    session: SystemSession,
    *,
    email: str,
    role: str,
    tenant: Tenant | None = None,
    display_name: str = "",
    password: str | None = None,
) -> Person:
    """A new person with a role.

    Without a name they are called by the part of the address before the @. Without a password they
    cannot log in with one.

    Raises BadRequest, and Conflict for an address that is taken.
    """
    email = checked_email(email)
    role = _role_fits(checked_role(role), tenant)
    display_name = one_line(
        "The person's name", display_name or email.partition("@")[0], max_chars=MAX_NAME_CHARS
    )
    password_hash = None
    if password is not None:
        of_tenant = (tenant.name, tenant.slug) if tenant else ()
        check_password_rules(password, email, display_name, *of_tenant)
        password_hash = await asyncio.to_thread(hash_password, password)
    user = await repository.add_user(
        session,
        email=email,
        display_name=display_name,
        password_hash=password_hash,
        is_platform_admin=role == PLATFORM_ADMIN,
    )
    if user is None:
        raise Conflict(f"There is someone with the address {email} already.", code="email_taken")
    if tenant is not None:
        await repository.add_membership(session, tenant_id=tenant.id, user_id=user.id, role=role)
    return Person(user, role, tenant.id if tenant else None)


async def add_membership(
    session: SystemSession, *, email: str, tenant: Tenant, role: str
) -> Person:
    """Give an existing person a role in one more tenant.

    Raises BadRequest, NotFound, and Conflict for a member or a platform admin.
    """
    role = _role_fits(checked_role(role), tenant)
    user = await find_user(session, email)
    if user.is_platform_admin:
        raise Conflict(f"{user.email} is a platform admin, who sees every tenant already.")
    added = await repository.add_membership(
        session, tenant_id=tenant.id, user_id=user.id, role=role
    )
    if not added:
        raise Conflict(
            f"{user.email} is a member of '{tenant.slug}' already.", code="already_a_member"
        )
    return Person(user, role, tenant.id)


async def change_role(session: SystemSession, *, email: str, tenant: Tenant, role: str) -> Person:
    """`memberships.change_role`, by e-mail address. Raises BadRequest, NotFound, Conflict."""
    new_role = cast(MemberRole, _role_fits(checked_role(role), tenant))
    user = await find_user(session, email)
    await memberships.change_role(session, tenant_id=tenant.id, user_id=user.id, role=new_role)
    return Person(user, new_role, tenant.id)


async def remove_member(session: SystemSession, *, email: str, tenant: Tenant) -> Person:
    """`memberships.remove`, by e-mail address. Raises BadRequest, NotFound, Conflict."""
    user = await find_user(session, email)
    await memberships.remove(session, tenant_id=tenant.id, user_id=user.id)
    return Person(user, None, tenant.id)


async def find_user(session: SystemSession, email: str) -> PortalUser:
    """The person with this address. Raises BadRequest, NotFound."""
    user = await repository.user_by_email(session, checked_email(email))
    if user is None:
        raise NotFound(f"There is nobody with the address {email}.")
    return user


async def user_by_id(session: AcrossTenants, user_id: UUID) -> PortalUser | None:
    return await repository.user_by_id(session, user_id)


async def list_people(session: SystemSession, tenant: Tenant | None = None) -> Sequence[Person]:
    """Everyone, by e-mail, once per role; with `tenant`, only its members."""
    rows = await repository.list_users(session, tenant.id if tenant else None)
    return [
        Person(user, PLATFORM_ADMIN if user.is_platform_admin else role, tenant_id)
        for user, role, tenant_id in rows
    ]


def _role_fits(role: Role, tenant: Tenant | None) -> Role:
    if role == PLATFORM_ADMIN and tenant is not None:
        raise BadRequest("A platform admin belongs to no tenant. Leave the tenant out.")
    if role != PLATFORM_ADMIN and tenant is None:
        raise BadRequest(f"The role {role} is a role in a tenant. Say in which.")
    return role
