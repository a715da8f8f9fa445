"""A visitor of a door on a live socket: who they are, and what differs from a member."""

from typing import Any
from uuid import UUID

from shared.channels.widget import asking
from shared.channels.widget.visitors import Visitor, visitor, visits
from shared.config import settings
from shared.conversations.locked import NO_SUCH_CONVERSATION
from shared.conversations.places import WIDGET_CHANNEL
from shared.errors import KonstructError, NotAuthenticated, NotFound
from shared.events import AuthFrame, VisitorAuthFrame
from shared.models.message import ChannelType, KonstructMessage, MessageContent, SenderInfo
from shared.tenants import quotas, rate_limits

from gateway.realtime.identified import Claims, Identified


async def visitor_identified(frame: VisitorAuthFrame, conversation_id: str) -> Identified:
    """The visitor of this token, in their own conversation; anybody else's is like none. Raises
    NotAuthenticated, NotFound."""
    seen = await visitor(frame.token)
    if conversation_id != str(seen.conversation_id):
        raise NotFound(NO_SUCH_CONVERSATION)
    return Identified(
        claims=seen,
        tenant_id=seen.tenant_id,
        conversation_id=seen.conversation_id,
        agent_id=seen.agent_id,
        display_name=seen.name,
        last_seq=frame.last_seq,
        bursts=frame.bursts,
        channel=WIDGET_CHANNEL,
    )


def normalize_widget_event(seen: Visitor, text: str) -> KonstructMessage:
    """What a visitor says. The conversation scopes memory and order."""
    conversation_id = str(seen.conversation_id)
    return KonstructMessage(
        tenant_id=str(seen.tenant_id),
        channel=ChannelType.WIDGET,
        channel_metadata={"door_id": str(seen.door_id), "conversation_id": conversation_id},
        sender=SenderInfo(user_id=str(seen.user_id), display_name=seen.name),
        content=MessageContent(text=text),
        thread_id=conversation_id,
        context={"agent_id": str(seen.agent_id)},
    )


class VisitorSide:
    """`address` is where they come from, as limits count it."""

    __slots__ = ("_address", "_seen")

    def __init__(self, seen: Visitor, address: str) -> None:
        self._seen = seen
        self._address = address

    def message(self, text: str) -> tuple[KonstructMessage, dict[str, str]]:
        extras = {
            "conversation_id": str(self._seen.conversation_id),
            "connection_id": str(self._seen.door_id),
            "tenant_id": str(self._seen.tenant_id),
        }
        return normalize_widget_event(self._seen, text), extras

    async def still_may(self, claims: Any) -> None:
        await visits.check(claims)

    async def require_access(self) -> None:
        await visits.check(self._seen)

    async def require_room(self) -> None:
        await require_room(self._seen.door_id, self._address, visitor_id=self._seen.user_id)
        await quotas.require_room_for_message(self._seen.tenant_id)

    async def renewed(self, frame: AuthFrame) -> Claims:  # noqa: ARG002
        raise NotAuthenticated("A visitor's socket stays with its visit. Open another one.")

    async def not_answered(self, error: KonstructError) -> None:
        """The business's people find the conversation among what waits for them."""
        if (why := asking.WAITS_FOR.get(error.code)) is not None:
            await asking.wait(self._seen, why)

    def tell_lists(self) -> None:
        """No list of the portal has a visitor's conversation yet."""


async def require_room(door_id: UUID, address: str, *, visitor_id: UUID) -> None:
    """Count one more message, of the visitor, of their address and of the door. Raises TooMany."""
    limits = settings.limits
    for limit, *counted in (
        (limits.visitor_message, "visitor-messages", str(visitor_id)),
        (limits.visitor_address, "visitor-address", address),
        (limits.door_message, "door-messages", str(door_id)),
    ):
        await rate_limits.require(
            limit, *counted, message="That was a lot at once. Wait a moment and send it again."
        )
