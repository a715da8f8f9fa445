"""Sessions whose type says their power, and the request's session.

`TenantSession(tenant_id)`              sees one tenant's plain tables.
`StaffSession(tenant_id, member_id)`    also what its staff keeps among itself.
`PersonSession(tenant_id, person_id)`   also one person's own rows, to read for that person.
`HouseSession(tenant_id, purpose)`      also both sides, for our own whole transactions.
`SystemSession(purpose)`                sees all: log-in, rights, platform admin, sweep, lease.
`PortalSession()`                       a request's; sees nothing until it enters a scope, once.

None begins a transaction before its first statement. Use `async with TenantSession(t) as session,
session.transaction(): …`, or `get_session`. Give whatever must leave only after the commit to
`session.after_commit`.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Session

from shared.db.engine import get_engine
from shared.db.rls import SCOPE_OPTION
from shared.db.scopes import (
    HousePurpose,
    HouseScope,
    PersonScope,
    Scope,
    StaffScope,
    SystemPurpose,
    SystemScope,
    TenantScope,
)


class ScopeError(RuntimeError):
    """A programming error: a query before the session has a scope, or a second scope."""


class _ScopedSyncSession(Session):
    """Takes connections only from the engine that its scope is bound to."""

    scoped_engine: Engine | None = None

    def get_bind(self, *_: Any, **__: Any) -> Engine | Connection:
        if self.scoped_engine is None:
            raise ScopeError("this session has entered no tenant yet; check membership first")
        return self.scoped_engine


class _ScopedSession(AsyncSession):
    sync_session_class = _ScopedSyncSession

    def __init__(self, engine: AsyncEngine | None = None) -> None:
        super().__init__(expire_on_commit=False)
        self._engine = engine
        self._after_commit: list[Callable[[], Awaitable[None]]] = []

    def after_commit(self, notify: Callable[[], Awaitable[None]]) -> None:
        """Call `notify` after this transaction is committed; not at all if it rolls back."""
        self._after_commit.append(notify)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """A transaction: commits at the end, then calls what waits for the commit; rolls back on an
        exception."""
        try:
            yield
            await self.commit()
        except BaseException:
            self._after_commit.clear()
            await self.rollback()
            raise
        notifications, self._after_commit = self._after_commit, []
        for notify in notifications:
            await notify()

    def _enter(self, scope: Scope) -> None:
        sync_session = self.sync_session
        assert isinstance(sync_session, _ScopedSyncSession)
        if sync_session.scoped_engine is not None:
            raise ScopeError("a session's scope is chosen once")
        engine = self._engine or get_engine()
        sync_session.scoped_engine = engine.sync_engine.execution_options(**{SCOPE_OPTION: scope})


class TenantSession(_ScopedSession):
    """Sees one tenant's rows, except those of its staff or of one person alone."""

    def __init__(self, tenant_id: UUID, engine: AsyncEngine | None = None) -> None:
        super().__init__(engine)
        self.tenant_id = tenant_id
        self._enter(self._scope())

    def _scope(self) -> Scope:
        return TenantScope(self.tenant_id)


class StaffSession(TenantSession):
    """Sees one tenant's rows and what its staff keeps among itself, for one member."""

    def __init__(self, tenant_id: UUID, member_id: UUID, engine: AsyncEngine | None = None) -> None:
        self.member_id = member_id
        super().__init__(tenant_id, engine)

    def _scope(self) -> Scope:
        return StaffScope(self.tenant_id, self.member_id)


class PersonSession(TenantSession):
    """Sees one tenant's rows and this person's own. Code that reads for a person uses only this."""

    def __init__(self, tenant_id: UUID, person_id: UUID, engine: AsyncEngine | None = None) -> None:
        self.person_id = person_id
        super().__init__(tenant_id, engine)

    def _scope(self) -> Scope:
        return PersonScope(self.tenant_id, self.person_id)


class HouseSession(TenantSession):
    """Sees one tenant's rows and both sides of a conversation; names its purpose.

    For our own whole transactions, which return nothing of it to a person.
    """

    def __init__(
        self, tenant_id: UUID, purpose: HousePurpose, engine: AsyncEngine | None = None
    ) -> None:
        self.purpose = purpose
        super().__init__(tenant_id, engine)

    def _scope(self) -> Scope:
        return HouseScope(self.tenant_id, self.purpose)


class SystemSession(_ScopedSession):
    """Sees the rows of every tenant; names its purpose."""

    def __init__(self, purpose: SystemPurpose, engine: AsyncEngine | None = None) -> None:
        super().__init__(engine)
        self.purpose = purpose
        self._enter(SystemScope(purpose))


class PortalSession(_ScopedSession):
    """A request's session. It first enters the caller's tenant to look up their membership. If
    there is none, nothing else happens in it."""

    _entered: UUID | None = None
    """The tenant in which this session entered a staff or person scope."""

    async def enter_tenant(self, tenant_id: UUID) -> None:
        """Enter this tenant: see its plain rows. A session that is already in this tenant keeps its
        wider scope. The caller must check the membership next."""
        if self._entered != tenant_id:
            self._enter(TenantScope(tenant_id))

    async def enter_person(self, tenant_id: UUID, person_id: UUID) -> None:
        """Enter the tenant and see this person's own rows too, to read for them."""
        self._enter(PersonScope(tenant_id, person_id))
        self._entered = tenant_id

    async def enter_staff(self, tenant_id: UUID, member_id: UUID) -> None:
        """Enter the tenant and see what its staff keeps among itself too, for this member."""
        self._enter(StaffScope(tenant_id, member_id))
        self._entered = tenant_id

    async def enter_system(self, purpose: SystemPurpose) -> None:
        """Enter the system scope and see every tenant's rows, for the platform admin."""
        self._enter(SystemScope(purpose))


# The types that repositories take; never a bare session. A request's session has entered a scope
# before, so row-level security holds whatever the query says.
WithinTenant = TenantSession | PortalSession
"""For queries on one tenant's rows."""
AcrossTenants = SystemSession | PortalSession
"""For queries on every tenant's rows."""
AnySession = TenantSession | SystemSession | PortalSession
"""For queries that name the tenant themselves and are right in both."""


async def get_session() -> AsyncIterator[PortalSession]:
    """The request's session: commits when the handler returns, rolls back when it raises.

    Use it as `Depends(get_session, scope="function")`, so that it commits before the response
    leaves.
    """
    async with PortalSession() as session, session.transaction():
        yield session
