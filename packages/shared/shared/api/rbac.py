"""The one door: who calls, and whether they may.

`get_portal_caller` says who, from the verified token. A tenant named in a request is only a wish
until `require_tenant_member` or `require_tenant_admin` has found the membership in the database;
both answer 403 whether the tenant exists or not.
"""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from shared.db import PortalSession, get_session
from shared.errors import Forbidden, NotAuthenticated
from shared.identity.access import access
from shared.identity.memberships import role_in
from shared.identity.roles import MAY_ADMINISTER, PLATFORM_ADMIN
from shared.identity.tokens import verify_access_token
from shared.tenants.rules import require_tenant

NOT_A_MEMBER = "You are not a member of this tenant."

_bearer = HTTPBearer(auto_error=False, description="The access token a log-in gives.")


@dataclass(frozen=True, slots=True)
class PortalCaller:
    """Who calls: a person, the role they act in, and the tenant of their token."""

    user_id: UUID
    role: str
    tenant_id: UUID | None
    session_id: UUID | None = None

    @property
    def is_platform_admin(self) -> bool:
        return self.role == PLATFORM_ADMIN


async def get_portal_caller(
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> PortalCaller:
    """The caller, from a token whose session, membership and role still hold."""
    if bearer is None:
        raise NotAuthenticated("Log in first: this call needs `Authorization: Bearer <token>`.")
    claims = verify_access_token(bearer.credentials)
    await access.check(claims)
    return PortalCaller(claims.user_id, claims.role, claims.tenant_id, claims.session_id)


async def get_caller_if_any(
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> PortalCaller | None:
    """For calls that need no log-in; a token that is sent must be good."""
    return None if bearer is None else await get_portal_caller(bearer)


async def require_tenant_member(
    tenant_id: UUID, caller: PortalCaller, session: PortalSession
) -> str:
    """Let a member or the platform admin into the tenant; from here on the session sees it.

    Gives the role in which the caller is let in.
    """
    await session.enter_tenant(tenant_id)
    if caller.is_platform_admin:
        return PLATFORM_ADMIN
    role = await role_in(session, tenant_id, caller.user_id)
    if role is None:
        raise Forbidden(NOT_A_MEMBER)
    return role


async def require_tenant_admin(
    tenant_id: UUID, caller: PortalCaller, session: PortalSession
) -> str:
    """Let an admin of the tenant or the platform admin in, as `require_tenant_member` does.

    Something will be written there, so the platform admin is told (404) of a tenant that is none.
    Gives the role, too.
    """
    role = await require_tenant_member(tenant_id, caller, session)
    if role not in MAY_ADMINISTER:
        raise Forbidden("Only an admin of this tenant may do this.")
    if caller.is_platform_admin:
        await require_tenant(session, tenant_id)
    return role


async def require_platform_admin(caller: PortalCaller, session: PortalSession) -> None:
    """Let the platform admin in; from here on the session sees every tenant."""
    if not caller.is_platform_admin:
        raise Forbidden("Only a platform admin may do this.")
    await session.enter_system("platform_admin")


async def enter_own_scope(caller: PortalCaller, session: PortalSession) -> None:
    """For calls that name no tenant: what is the caller's own in the tenant of their token, or
    everything for the platform admin."""
    if caller.is_platform_admin:
        await session.enter_system("platform_admin")
    elif caller.tenant_id is None:
        raise Forbidden(NOT_A_MEMBER)
    else:
        await session.enter_person(caller.tenant_id, caller.user_id)
        await require_tenant_member(caller.tenant_id, caller, session)


Caller = Annotated[PortalCaller, Depends(get_portal_caller)]
RequestSession = Annotated[PortalSession, Depends(get_session, scope="function")]
