"""Who am I, and where do I belong."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from shared.api.rbac import Caller, RequestSession
from shared.errors import NotAuthenticated
from shared.events import Role
from shared.repositories import identity, tenants

me_router = APIRouter(prefix="/api/portal", tags=["me"])


class Me(BaseModel):
    """The caller."""

    id: UUID
    email: str
    display_name: str
    role: Role
    tenant_id: UUID | None


class TenantOut(BaseModel):
    """A tenant and the caller's role in it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    slug: str
    role: Role


@me_router.get("/me")
async def who_am_i(caller: Caller, session: RequestSession) -> Me:
    """The person the token stands for."""
    await session.enter_system("identity")
    user = await identity.user_by_id(session, caller.user_id)
    if user is None:
        raise NotAuthenticated("You have been logged out. Log in again.", code="logged_out")
    return Me(
        id=user.id,
        email=user.email,
        display_name=user.display_name,
        role=caller.role,
        tenant_id=caller.tenant_id,
    )


@me_router.get("/tenants")
async def my_tenants(caller: Caller, session: RequestSession) -> list[TenantOut]:
    """The caller's tenants, oldest membership first; for a platform admin all, by name."""
    if caller.is_platform_admin:
        await session.enter_system("platform_admin")
        rows = [(tenant, "platform_admin") for tenant in await tenants.list_tenants(session)]
    else:
        await session.enter_system("identity")
        rows = list(await identity.memberships(session, caller.user_id))
    return [
        TenantOut(id=tenant.id, name=tenant.name, slug=tenant.slug, role=role)
        for tenant, role in rows
    ]
