"""The doors of a tenant, as routes ask for them: who is not let in never reaches the handler.

A route takes `MemberOf` or `AdminOf`, and has with it the tenant that its path or its query names
as `tenant_id`, who was let in as what, and the session, which sees that tenant from then on; with
`StaffOf` and `StaffAdminOf` it sees what the tenant's staff keeps among itself, too. One
whose body names the tenant takes `Depends(admin_asks(Body))`, and has the body with it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Generic, Protocol, TypeVar
from uuid import UUID

from fastapi import Depends, Header

from shared.api.rbac import (
    Caller,
    PortalCaller,
    RequestSession,
    require_tenant_admin,
    require_tenant_member,
)
from shared.db import PortalSession


@dataclass(frozen=True, slots=True)
class LetIn:
    """Who was let into which tenant, in which role."""

    tenant_id: UUID
    caller: PortalCaller
    role: str
    session: PortalSession


async def _member(tenant_id: UUID, caller: Caller, session: RequestSession) -> LetIn:
    role = await require_tenant_member(tenant_id, caller, session)
    return LetIn(tenant_id, caller, role, session)


async def _admin(tenant_id: UUID, caller: Caller, session: RequestSession) -> LetIn:
    role = await require_tenant_admin(tenant_id, caller, session)
    return LetIn(tenant_id, caller, role, session)


async def _staff(tenant_id: UUID, caller: Caller, session: RequestSession) -> LetIn:
    await session.enter_staff(tenant_id, caller.user_id)
    return await _member(tenant_id, caller, session)


async def _staff_admin(tenant_id: UUID, caller: Caller, session: RequestSession) -> LetIn:
    await session.enter_staff(tenant_id, caller.user_id)
    return await _admin(tenant_id, caller, session)


MemberOf = Annotated[LetIn, Depends(_member)]
AdminOf = Annotated[LetIn, Depends(_admin)]
StaffOf = Annotated[LetIn, Depends(_staff)]
StaffAdminOf = Annotated[LetIn, Depends(_staff_admin)]


IdempotencyKey = Annotated[
    str | None, Header(min_length=1, max_length=80, pattern=r"^[\x21-\x7e]+$")
]
"""Of a call that makes something: the same key again makes nothing new."""


class NamesTenant(Protocol):
    """A body that says in which tenant it is asked."""

    tenant_id: UUID


Body = TypeVar("Body", bound=NamesTenant)


@dataclass(frozen=True, slots=True)
class Asked(LetIn, Generic[Body]):
    """The same, and what they ask."""

    body: Body


def admin_asks(model: type[Body]) -> Callable[..., Awaitable[Asked[Body]]]:
    """An admin of the tenant named in this body, or the platform admin, asks something of it."""

    async def let_in(body: Body, caller: Caller, session: RequestSession) -> Asked[Body]:
        role = await require_tenant_admin(body.tenant_id, caller, session)
        return Asked(body.tenant_id, caller, role, session, body)

    let_in.__annotations__["body"] = model  # what FastAPI reads
    return let_in
