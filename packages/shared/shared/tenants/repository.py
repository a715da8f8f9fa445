"""SQL for tenants."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from shared.db import AcrossTenants
from shared.models import Tenant


async def tenant_by_id(session: AcrossTenants, tenant_id: UUID) -> Tenant | None:
    return await session.get(Tenant, tenant_id)


async def tenant_by_slug(session: AcrossTenants, slug: str) -> Tenant | None:
    return (await session.execute(select(Tenant).where(Tenant.slug == slug))).scalar_one_or_none()


async def add_tenant(session: AcrossTenants, *, name: str, slug: str) -> Tenant | None:
    """The new tenant, or None when the slug is taken."""
    statement = (
        insert(Tenant)
        .values(name=name, slug=slug)
        .on_conflict_do_nothing(index_elements=["slug"])
        .returning(Tenant)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def list_tenants(session: AcrossTenants) -> Sequence[Tenant]:
    """All tenants, by name."""
    return (await session.execute(select(Tenant).order_by(Tenant.name, Tenant.id))).scalars().all()
