"""Sessions whose type says their power, and the request's session.

`TenantSession(tenant_id)`   sees one tenant, for life.
`SystemSession(purpose)`     sees all; for log-in, rights, the platform admin's views, sweep, lease.
`PortalSession()`            a request's: sees nothing until it entered one of the two, once.

None begins a transaction before its first statement. Work is done in
`async with TenantSession(t) as session, session.transaction(): …`, or through `get_session`;
what must leave only after the commit is handed to `session.after_commit`.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection, Engine
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Session

from shared.db.engine import get_engine
from shared.db.rls import SYSTEM_OPTION, TENANT_OPTION

SystemPurpose = Literal["identity", "platform_admin", "sweep", "lease", "setup"]


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

    def _enter(self, **option: object) -> None:
        sync_session = self.sync_session
        assert isinstance(sync_session, _ScopedSyncSession)
        if sync_session.scoped_engine is not None:
            raise ScopeError("a session's scope is chosen once")
        engine = self._engine or get_engine()
        sync_session.scoped_engine = engine.sync_engine.execution_options(**option)


class TenantSession(_ScopedSession):
    """Sees the rows of one tenant."""

    def __init__(self, tenant_id: UUID, engine: AsyncEngine | None = None) -> None:
        super().__init__(engine)
        self.tenant_id = tenant_id
        self._enter(**{TENANT_OPTION: tenant_id})


class SystemSession(_ScopedSession):
    """Sees the rows of every tenant; names what for."""

    def __init__(self, purpose: SystemPurpose, engine: AsyncEngine | None = None) -> None:
        super().__init__(engine)
        self.purpose = purpose
        self._enter(**{SYSTEM_OPTION: True})


class PortalSession(_ScopedSession):
    """A request's session. It enters the tenant asked for to look the caller's membership up
    there, which is all that happens in it when there is none."""

    async def enter_tenant(self, tenant_id: UUID) -> None:
        """See this tenant's rows from now on. The caller's membership must be checked next."""
        self._enter(**{TENANT_OPTION: tenant_id})

    async def enter_system(self, purpose: SystemPurpose) -> None:
        """See every tenant's rows from now on: for the platform admin."""
        del purpose  # it is for the reader, and for the test that lists who opens one
        self._enter(**{SYSTEM_OPTION: True})


async def get_session() -> AsyncIterator[PortalSession]:
    """The request's session: commits when the handler returns, rolls back when it raises.

    To be used as `Depends(get_session, scope="function")`, so that the commit is done before the
    response leaves.
    """
    async with PortalSession() as session, session.transaction():
        yield session
