"""When a business is open. Its employees keep these hours unless they have their own."""

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from shared.api.dependencies import AdminOf, MemberOf
from shared.api.problems import ProblemRoute, problem_documents
from shared.tenants import hours as rules
from shared.tenants import opening
from shared.tenants.hours import Hours
from shared.tenants.hours_repository import Stored

hours_router = APIRouter(
    prefix="/api/portal/tenants/{tenant_id}/hours",
    tags=["tenants"],
    route_class=ProblemRoute,
    responses=problem_documents(400, 401, 403, 404, 409),
)


class BusinessHoursOut(BaseModel):
    """The hours, and how it is now. Without hours nobody knows."""

    hours: dict[str, Any] | None
    revision: int
    edited_by: str | None = None
    edited_at: datetime | None = None
    open_now: bool | None = None
    opens_at: datetime | None = None
    """When it is open next, if it is not now."""

    @classmethod
    def of(cls, stored: Stored | None) -> "BusinessHoursOut":
        if stored is None:
            return cls(hours=None, revision=opening.NEVER_SAID)
        hours: Hours = rules.checked(stored.hours)
        now = datetime.now(UTC)
        is_open = rules.is_open(hours, now)
        return cls(
            hours=stored.hours,
            revision=stored.revision,
            edited_by=stored.edited_by,
            edited_at=stored.edited_at,
            open_now=is_open,
            opens_at=None if is_open else rules.next_opening(hours, now),
        )


class SetBusinessHours(BaseModel):
    """`hours` has time_zone, week and closed; see shared/tenants/hours.py."""

    model_config = ConfigDict(extra="forbid")

    hours: dict[str, Any] = Field(
        examples=[
            {
                "time_zone": "Europe/Madrid",
                "week": {"mon": [["09:00", "14:00"], ["16:00", "20:00"]]},
                "closed": ["2027-01-06"],
            }
        ]
    )
    revision: int | None = None
    """Only if nobody has changed them since."""


@hours_router.get("")
async def get_business_hours(member: MemberOf) -> BusinessHoursOut:
    """When it is open, and whether it is now. For members."""
    return BusinessHoursOut.of(await opening.business_hours(member.session, member.tenant_id))


@hours_router.put("")
async def set_business_hours(body: SetBusinessHours, admin: AdminOf) -> BusinessHoursOut:
    """Say when it is open. For admins."""
    stored = await opening.set_business_hours(
        admin.session,
        admin.tenant_id,
        body.hours,
        by=admin.caller.user_id,
        revision=body.revision,
    )
    return BusinessHoursOut.of(stored)
