"""The people of a tenant, as its admins see and change them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, status
from pydantic import BaseModel, ConfigDict

from shared.api.dependencies import AdminOf, Asked, admin_asks
from shared.api.problems import problems
from shared.identity import memberships
from shared.identity.memberships import Member
from shared.identity.roles import MemberRole

people_router = APIRouter(
    prefix="/api/portal/people", tags=["people"], responses=problems(401, 403, 404)
)


class MemberOut(BaseModel):
    """A person in their role in the tenant."""

    id: UUID
    email: str
    display_name: str
    role: MemberRole
    joined_at: datetime

    @classmethod
    def of(cls, member: Member) -> "MemberOut":
        return cls(
            id=member.user.id,
            email=member.user.email,
            display_name=member.user.display_name,
            role=member.role,
            joined_at=member.joined_at,
        )


class ChangeRole(BaseModel):
    """Which role the person has from now on."""

    model_config = ConfigDict(extra="forbid")

    tenant_id: UUID
    role: MemberRole


@people_router.get("")
async def list_people(admin: AdminOf) -> list[MemberOut]:
    """The tenant's people, by e-mail. For its admins."""
    members = await memberships.list_members(admin.session, admin.tenant_id)
    return [MemberOut.of(member) for member in members]


@people_router.patch("/{user_id}", responses=problems(409))
async def change_role(
    user_id: UUID, admin: Annotated[Asked[ChangeRole], Depends(admin_asks(ChangeRole))]
) -> MemberOut:
    """Give a person another role; what they have open in the old one closes. The last admin
    stays one. For admins of the tenant."""
    return MemberOut.of(
        await memberships.change_role(
            admin.session, tenant_id=admin.tenant_id, user_id=user_id, role=admin.body.role
        )
    )


@people_router.delete("/{user_id}", status_code=status.HTTP_204_NO_CONTENT, responses=problems(409))
async def remove_person(user_id: UUID, admin: AdminOf) -> None:
    """Remove a person from the tenant; what they have open there closes. The last admin stays.
    For admins of the tenant."""
    await memberships.remove(admin.session, tenant_id=admin.tenant_id, user_id=user_id)
