"""Sessions whose type says their power, and the request's session.

`TenantSession(tenant_id)`   sees one tenant's plain tables, for life.
`StaffSession(tenant_id, member_id)`    these, and what its staff keeps among itself.
`PersonSession(tenant_id, person_id)`   these, and what is one person's own: to read for them.
`HouseSession(tenant_id, purpose)`      these, and both sides: for whole transactions of our own.
`SystemSession(purpose)`     sees all; for log-in, rights, the platform admin's views, sweep, lease.
`PortalSession()`            a request's: sees nothing until it entered a scope, once.

None begins a transaction before its first statement. Work is done in
`async with TenantSession(t) as session, session.transaction(): …`, or through `get_session`;
what must leave only after the commit is handed to `session.after_commit`.
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
    """A programming error: a query before, or a scope after, the session's scope was chosen."""


class _ScopedSyncSession(Session):
    """Takes connections only from the engine its scope bound it to."""

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
        """Call `notify` once this transaction is committed; never if it is not."""
        self._after_commit.append(notify)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """Commits at its end and then sends what waits for that; rolls back on an exception."""
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
    """Sees the rows of one tenant, but what is its staff's or a person's alone."""

    def __init__(self, tenant_id: UUID, engine: AsyncEngine | None = None) -> None:
        super().__init__(engine)
        self.tenant_id = tenant_id
        self._enter(self._scope())

    def _scope(self) -> Scope:
        return TenantScope(self.tenant_id)


class StaffSession(TenantSession):
    """Sees the rows of one tenant, and what its staff keeps among itself, for a member."""

    def __init__(self, tenant_id: UUID, member_id: UUID, engine: AsyncEngine | None = None) -> None:
        self.member_id = member_id
        super().__init__(tenant_id, engine)

    def _scope(self) -> Scope:
        return StaffScope(self.tenant_id, self.member_id)


class PersonSession(TenantSession):
    """Sees the rows of one tenant, and what is this person's own: what reads for a person uses it
    and no other."""

    def __init__(self, tenant_id: UUID, person_id: UUID, engine: AsyncEngine | None = None) -> None:
        self.person_id = person_id
        super().__init__(tenant_id, engine)

    def _scope(self) -> Scope:
        return PersonScope(self.tenant_id, self.person_id)


class HouseSession(TenantSession):
    """Sees the rows of one tenant, and both sides of a conversation; names what for.

    For whole transactions of our own, which return nothing of it to a person.
    """

    def __init__(
        self, tenant_id: UUID, purpose: HousePurpose, engine: AsyncEngine | None = None
    ) -> None:
        self.purpose = purpose
        super().__init__(tenant_id, engine)

    def _scope(self) -> Scope:
        return HouseScope(self.tenant_id, self.purpose)


class SystemSession(_ScopedSession):
    """Sees the rows of every tenant; names what for."""

    def __init__(self, purpose: SystemPurpose, engine: AsyncEngine | None = None) -> None:
        super().__init__(engine)
        self.purpose = purpose
        self._enter(SystemScope(purpose))


class PortalSession(_ScopedSession):
    """A request's session. It enters the tenant asked for to look the caller's membership up
    there, which is all that happens in it when there is none."""

    _entered: UUID | None = None
    """The tenant in which it chose to see more than plain rows, or what is one person's."""

    async def enter_tenant(self, tenant_id: UUID) -> None:
        """See this tenant's rows from now on; who entered it already stays in the scope they
        chose. The caller's membership must be checked next."""
        if self._entered != tenant_id:
            self._enter(TenantScope(tenant_id))

    async def enter_person(self, tenant_id: UUID, person_id: UUID) -> None:
        """The same, and what is this person's own: to read for them."""
        self._enter(PersonScope(tenant_id, person_id))
        self._entered = tenant_id

    async def enter_staff(self, tenant_id: UUID, member_id: UUID) -> None:
        """The same, and what the tenant's staff keeps among itself, for this member."""
        self._enter(StaffScope(tenant_id, member_id))
        self._entered = tenant_id

    async def enter_system(self, purpose: SystemPurpose) -> None:
        """See every tenant's rows from now on: for the platform admin."""
        self._enter(SystemScope(purpose))


# What repositories take, which never is a bare session. A request's has entered a scope before, and
# the row-level security of that scope holds whatever the query says.
WithinTenant = TenantSession | PortalSession
"""Who needs the rows of one tenant."""
AcrossTenants = SystemSession | PortalSession
"""Who needs those of every tenant."""
AnySession = TenantSession | SystemSession | PortalSession
"""Whose query names the tenant itself and is right in both."""


async def get_session() -> AsyncIterator[PortalSession]:
    """The request's session: commits when the handler returns, rolls back when it raises.

    To be used as `Depends(get_session, scope="function")`, so that the commit is done before the
    response leaves.
    """
    async with PortalSession() as session, session.transaction():
        yield session
