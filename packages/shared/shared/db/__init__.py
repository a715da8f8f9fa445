"""The database: engine, sessions bound to a tenant, roles. Nothing here knows a table."""

from shared.db.engine import create_engine, get_engine
from shared.db.rls import configure_rls_hook, current_tenant_id
from shared.db.sessions import (
    PortalSession,
    SystemSession,
    TenantSession,
    get_session,
)

__all__ = [
    "PortalSession",
    "SystemSession",
    "TenantSession",
    "configure_rls_hook",
    "create_engine",
    "current_tenant_id",
    "get_engine",
    "get_session",
]
