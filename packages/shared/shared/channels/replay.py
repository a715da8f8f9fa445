"""What people do about deliveries: look at them, and have one sent after all."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from shared.channels import repository
from shared.channels.repository import REPLAYABLE
from shared.db import AnySession, WithinTenant
from shared.errors import Conflict, NotFound
from shared.models import Delivery

STATES = ("ready", "sending", "sent", "unsure", "dead", "dropped")


async def list_deliveries(
    session: AnySession,
    tenant_id: UUID | None,
    *,
    state: str | None,
    limit: int,
    connection_id: UUID | None = None,
    before: tuple[datetime, UUID] | None = None,
) -> Sequence[Delivery]:
    """Newest first, of one connection or all; `before` is where a page before this one ended."""
    return await repository.deliveries(
        session,
        tenant_id=tenant_id,
        state=state,
        limit=limit,
        connection_id=connection_id,
        before=before,
    )


async def find(session: AnySession, delivery_id: UUID) -> Delivery:
    """Raises NotFound."""
    delivery = await repository.delivery_by_id(session, delivery_id)
    if delivery is None:
        raise NotFound("There is no such delivery.")
    return delivery


async def replay(session: WithinTenant, delivery: Delivery) -> int:
    """Have it sent now, and the parts of its message that died with it, behind what was sent
    meanwhile; how many. It keeps its key: a platform that knows it takes it once. Raises Conflict.
    """
    if delivery.state not in REPLAYABLE:
        raise Conflict(
            f"This delivery is {delivery.state}. One can be sent again that is dead, unsure or "
            "dropped."
        )
    return await repository.make_ready_again(session, delivery)
