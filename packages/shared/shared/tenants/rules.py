"""Tenants: creating, renaming and finding them."""

import re
import unicodedata
from collections.abc import Sequence
from itertools import count
from uuid import UUID

from shared import spelling
from shared.db import AcrossTenants
from shared.errors import BadRequest, Conflict, NotFound
from shared.models import Tenant
from shared.plain_text import one_line
from shared.tenants import repository
from shared.valkey.publish import publish_changed

MAX_NAME_CHARS = 120
MAX_SLUG_CHARS = 48
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
SLUG_RULE = f"A slug is a-z, 0-9 and single hyphens between them, at most {MAX_SLUG_CHARS} long"


async def create_tenant(session: AcrossTenants, *, name: str, slug: str | None = None) -> Tenant:
    """A new tenant. Without a slug it gets a free one made from its name.

    Raises BadRequest, and Conflict for a slug that is taken.
    """
    name = one_line("The tenant's name", name, max_chars=MAX_NAME_CHARS)
    if slug is not None:
        check_slug(slug)
        tenant = await repository.add_tenant(session, name=name, slug=slug)
        if tenant is None:
            raise Conflict(f"The slug '{slug}' is taken. Choose another.", code="slug_taken")
        return tenant
    base = slug_of(name)
    for number in count(1):
        suffix = f"-{number}" if number > 1 else ""
        candidate = base[: MAX_SLUG_CHARS - len(suffix)].rstrip("-") + suffix
        tenant = await repository.add_tenant(session, name=name, slug=candidate)
        if tenant is not None:
            return tenant
    raise AssertionError("counting never ends")


async def ensure_tenant(session: AcrossTenants, *, name: str, slug: str) -> Tenant:
    """The tenant with this slug; created with this name if there is none."""
    made = await repository.add_tenant(session, name=name, slug=slug)
    return made or await find_tenant(session, slug)


async def find_tenant(session: AcrossTenants, slug_or_id: str) -> Tenant:
    """The tenant with this slug or id. Raises NotFound, which only the system may see."""
    named = spelling.name_key(slug_or_id)
    tenant = await repository.tenant_by_slug(session, named)
    if tenant is None:
        try:
            tenant = await repository.tenant_by_id(session, UUID(named))
        except ValueError:
            tenant = None
    if tenant is None:
        raise NotFound(f"There is no tenant '{slug_or_id}'. Name one by its slug or its id.")
    return tenant


async def rename_tenant(session: AcrossTenants, tenant_id: UUID, name: str) -> Tenant:
    """Rename a tenant. Its slug stays, because addresses hold it. Raises BadRequest, NotFound."""
    name = one_line("The tenant's name", name, max_chars=MAX_NAME_CHARS)
    tenant = await require_tenant(session, tenant_id)
    tenant.name = name
    session.after_commit(lambda: publish_changed(tenant_id, "tenants"))
    return tenant


async def require_tenant(session: AcrossTenants, tenant_id: UUID) -> Tenant:
    """The tenant. Raises NotFound."""
    tenant = await repository.tenant_by_id(session, tenant_id)
    if tenant is None:
        raise NotFound("There is no such tenant.")
    return tenant


async def list_tenants(session: AcrossTenants) -> Sequence[Tenant]:
    """All tenants, by name."""
    return await repository.list_tenants(session)


def check_slug(slug: str) -> None:
    """Raise BadRequest unless the slug can be part of an address as it is."""
    if len(slug) > MAX_SLUG_CHARS or not SLUG.fullmatch(slug):
        raise BadRequest(f"'{slug}' is no slug. {SLUG_RULE}, like '{slug_of(slug)}'.")


def slug_of(name: str) -> str:
    """`Café Zürich GmbH` gives `cafe-zurich-gmbh`; a name with no such letters gives `tenant`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return words[:MAX_SLUG_CHARS].rstrip("-") or "tenant"
