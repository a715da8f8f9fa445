"""For whom an agent works, as its tools read it from the run's context: never from what a model
says."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from shared.db import TenantSession

OpenSession = Callable[[], AbstractAsyncContextManager[TenantSession]]


@dataclass(frozen=True, slots=True)
class CallAtWork:
    """The call that a tool is carrying out."""

    id: UUID
    open_session: OpenSession


call_at_work: ContextVar[CallAtWork] = ContextVar("call_at_work")
"""Calls of one response are carried out at once, each in a task of its own."""


@dataclass(frozen=True, slots=True)
class AgentDeps:
    """The same for all of a run, but for what belongs to the call under way."""

    tenant_id: UUID
    agent_id: UUID
    thread_id: str
    """The conversation, on the web."""
    person_id: str = ""
    """Who is answered."""
    run_id: UUID | None = None

    @property
    def call_id(self) -> UUID:
        """The key of this call: the same in every attempt at it, and no other call's."""
        return call_at_work.get().id

    def session(self) -> AbstractAsyncContextManager[TenantSession]:
        """The tenant's rows. For a tool of class `ours` it is the one transaction in which the call
        is done, to be committed by none but us; for all others it only reads."""
        return call_at_work.get().open_session()
