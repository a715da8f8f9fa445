"""What waits for a person of the business: answers that failed, talks handed over, accounts that
need care."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from shared.api.dependencies import StaffOf
from shared.api.problems import problems
from shared.attention import items
from shared.errors import Forbidden
from shared.identity.roles import PLATFORM_ADMIN

attention_router = APIRouter(
    prefix="/api/portal/tenants/{tenant_id}/attention",
    tags=["attention"],
    responses=problems(401, 403),
)


class AttentionOut(BaseModel):
    """One thing to look at. `claimed_by` is the member who has come for it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: str
    agent_id: UUID | None = None
    agent_name: str | None = None
    channel: str | None = None
    conversation_id: UUID | None = None
    created_at: datetime
    due_at: datetime | None = None
    claimed_by: UUID | None = None


@attention_router.get("")
async def list_attention(staff: StaffOf) -> list[AttentionOut]:
    """The open items of the business, the oldest first, at most 100. For its own people; the
    platform's see no business's inside here."""
    if staff.role == PLATFORM_ADMIN:
        raise Forbidden("What waits for a business's people is theirs alone to see.")
    found = await items.list_open(staff.session, staff.tenant_id)
    return [AttentionOut.model_validate(item) for item in found]
