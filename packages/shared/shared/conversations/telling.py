"""What is told once a conversation has changed hands: to its sockets, to workers, and as a copy."""

from uuid import UUID

from shared.conversations.holding import Held
from shared.events import ServerFrame
from shared.redis_keys import escalation_status_key
from shared.runs.nudges import handle_message
from shared.valkey.batch import get_batch
from shared.valkey.publish import (
    publish_delivery_ready,
    publish_frame,
    publish_run_control,
    tell_changed,
)

COPY_KEPT_S = 24 * 3600


class Telling:
    """Filled while the transaction runs; `tell` after its commit."""

    def __init__(self, held: Held, *, handling: str | None = None) -> None:
        self._held = held
        self.frames: list[ServerFrame] = []
        """In the order of their numbers."""
        self.ended_runs: list[UUID] = []
        self.nudge: dict[str, str] | None = None
        self.handling = handling
        """If it is another now."""

    async def tell(self) -> None:
        held = self._held
        for frame in self.frames:
            await publish_frame(held.tenant_id, held.id, frame)
        await publish_run_control(self.ended_runs)
        if held.connection_id is not None:
            await publish_delivery_ready(held.connection_id)
        if self.nudge is not None:
            handle_message.delay(self.nudge)
        if self.handling is not None:
            copy_status(held.tenant_id, held.id, self.handling)
        if held.user_id is not None:
            tell_changed(held.tenant_id, "conversations", person_id=held.user_id)


def copy_status(tenant_id: UUID, conversation_id: UUID, handling: str) -> None:
    """For scripts and dashboards. No rule of ours reads it, so that it may be lost."""
    key = escalation_status_key(tenant_id, conversation_id)
    get_batch().put("SET", key, handling.encode(), "EX", COPY_KEPT_S)
