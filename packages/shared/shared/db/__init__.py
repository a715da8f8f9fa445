"""The database: engine, sessions with a scope, roles. Nothing here knows a table."""

from shared.db.engine import create_engine, get_engine
from shared.db.rls import configure_rls_hook, current_tenant_id
from shared.db.sessions import (
    AcrossTenants,
    AnySession,
    HouseSession,
    PersonSession,
    PortalSession,
    StaffSession,
    SystemSession,
    TenantSession,
    WithinTenant,
    get_session,
)

__all__ = [
    "AcrossTenants",
    "AnySession",
    "HouseSession",
    "PersonSession",
    "PortalSession",
    "StaffSession",
    "SystemSession",
    "TenantSession",
    "WithinTenant",
    "configure_rls_hook",
    "create_engine",
    "current_tenant_id",
    "get_engine",
    "get_session",
]
