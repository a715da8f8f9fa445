"""Who am I."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from shared.api.problems import problems
from shared.api.rbac import Caller, RequestSession
from shared.errors import NotAuthenticated
from shared.identity.roles import Role
from shared.identity.users import user_by_id

me_router = APIRouter(prefix="/api/portal", tags=["me"], responses=problems(401, 403))


class Me(BaseModel):
    """The caller."""

    id: UUID
    email: str
    display_name: str
    role: Role
    tenant_id: UUID | None


@me_router.get("/me")
async def who_am_i(caller: Caller, session: RequestSession) -> Me:
    """The person the token stands for."""
    await session.enter_system("identity")
    user = await user_by_id(session, caller.user_id)
    if user is None:
        raise NotAuthenticated("You have been logged out. Log in again.", code="logged_out")
    return Me(
        id=user.id,
        email=user.email,
        display_name=user.display_name,
        role=caller.role,
        tenant_id=caller.tenant_id,
    )
