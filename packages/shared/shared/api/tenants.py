"""Businesses: one's own to see; the platform admin's to set up and rename."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, status
from pydantic import BaseModel, ConfigDict, Field

from shared.api.dependencies import AdminOf
from shared.api.problems import problems
from shared.api.rbac import Caller, RequestSession, require_platform_admin
from shared.identity import memberships
from shared.identity.roles import PLATFORM_ADMIN, Role
from shared.models import Tenant
from shared.tenants import quotas
from shared.tenants import rules as tenants
from shared.tenants.quotas import Allowance

tenants_router = APIRouter(
    prefix="/api/portal/tenants", tags=["tenants"], responses=problems(401, 403)
)


class TenantOut(BaseModel):
    """A tenant and the caller's role in it."""

    id: UUID
    name: str
    slug: str
    role: Role

    @classmethod
    def of(cls, tenant: Tenant, role: str) -> "TenantOut":
        return cls(id=tenant.id, name=tenant.name, slug=tenant.slug, role=role)


class NewTenant(BaseModel):
    """A business. Without a slug it gets one made from its name."""

    model_config = ConfigDict(extra="forbid")

    name: str
    slug: str | None = Field(default=None, max_length=200)


class RenameTenant(BaseModel):
    """What the business is called from now on."""

    model_config = ConfigDict(extra="forbid")

    name: str


class LimitsOut(BaseModel):
    """What a tenant may use, what of that is its own, and its tokens of today (UTC)."""

    runs_at_once: int
    messages_per_minute: int
    tokens_per_day: int
    tokens_today: int
    own: list[str]

    @classmethod
    def of(cls, allowance: Allowance) -> "LimitsOut":
        return cls(
            runs_at_once=allowance.runs_at_once,
            messages_per_minute=allowance.messages_per_minute,
            tokens_per_day=allowance.tokens_per_day,
            tokens_today=allowance.tokens_today,
            own=sorted(allowance.own),
        )


Limit = Annotated[int | None, Field(ge=1, le=quotas.MAX_LIMIT)]


class ChangeLimits(BaseModel):
    """Limits of the tenant's own. Those not named stay; null is back to the default."""

    model_config = ConfigDict(extra="forbid")

    runs_at_once: Limit = None
    messages_per_minute: Limit = None
    tokens_per_day: Limit = None


@tenants_router.get("")
async def my_tenants(caller: Caller, session: RequestSession) -> list[TenantOut]:
    """The caller's tenants, oldest membership first; for a platform admin all, by name."""
    if caller.is_platform_admin:
        await require_platform_admin(caller, session)
        every = await tenants.list_tenants(session)
        return [TenantOut.of(tenant, PLATFORM_ADMIN) for tenant in every]
    await session.enter_system("identity")
    mine = await memberships.tenants_of(session, caller.user_id)
    return [TenantOut.of(tenant, role) for tenant, role in mine]


@tenants_router.post("", status_code=status.HTTP_201_CREATED, responses=problems(400, 409))
async def create_tenant(body: NewTenant, caller: Caller, session: RequestSession) -> TenantOut:
    """Set a business up. For platform admins."""
    await require_platform_admin(caller, session)
    tenant = await tenants.create_tenant(session, name=body.name, slug=body.slug)
    return TenantOut.of(tenant, PLATFORM_ADMIN)


@tenants_router.patch("/{tenant_id}", responses=problems(400, 404))
async def rename_tenant(
    tenant_id: UUID, body: RenameTenant, caller: Caller, session: RequestSession
) -> TenantOut:
    """Call a business otherwise; its slug stays. For platform admins."""
    await require_platform_admin(caller, session)
    return TenantOut.of(await tenants.rename_tenant(session, tenant_id, body.name), PLATFORM_ADMIN)


@tenants_router.get("/{tenant_id}/limits", responses=problems(404))
async def get_limits(admin: AdminOf) -> LimitsOut:
    """What the tenant may use and has used. For its admins and platform admins."""
    return LimitsOut.of(await quotas.read(admin.session, admin.tenant_id))


@tenants_router.patch("/{tenant_id}/limits", responses=problems(400, 404))
async def change_limits(
    tenant_id: UUID, body: ChangeLimits, caller: Caller, session: RequestSession
) -> LimitsOut:
    """Give the tenant limits of its own. For platform admins; they hold within seconds."""
    await require_platform_admin(caller, session)
    await tenants.require_tenant(session, tenant_id)
    await quotas.change(session, tenant_id, body.model_dump(exclude_unset=True))
    return LimitsOut.of(await quotas.read(session, tenant_id))
