"""People take over: a conversation taken, answered by a member, given back."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, status
from pydantic import BaseModel, ConfigDict, Field

from shared.api.chat import AuthorOut
from shared.api.dependencies import IdempotencyKey, LetIn, MemberOf
from shared.api.problems import ProblemRoute, problem_documents
from shared.conversations import handover
from shared.conversations.changing_hands import Holding
from shared.events import Handling, MessageStatus

inbox_router = APIRouter(
    prefix="/api/portal/tenants/{tenant_id}/conversations/{conversation_id}",
    tags=["inbox"],
    route_class=ProblemRoute,
    responses=problem_documents(400, 401, 403, 404, 409),
)


class HoldingOut(BaseModel):
    """Who has a conversation. `hold_epoch` is another after each change."""

    model_config = ConfigDict(from_attributes=True)

    conversation_id: UUID
    handling: Handling
    hold_epoch: int
    held_by: UUID | None = None
    holder_name: str | None = None


class Take(BaseModel):
    """How to take it."""

    model_config = ConfigDict(extra="forbid")

    hold_epoch: int | None = None
    """Only if nothing has changed since."""
    force: bool = False
    """Also from a colleague; for admins."""


class Release(BaseModel):
    """How to give it back."""

    model_config = ConfigDict(extra="forbid")

    hold_epoch: int | None = None
    """Only if nothing has changed since."""


class Reply(BaseModel):
    """What to say."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1)


class ReplyOut(BaseModel):
    """A member's message as it is stored."""

    id: UUID
    seq: int
    created_at: datetime
    content: str
    status: MessageStatus
    author: AuthorOut
    reply_to: UUID | None = None
    """What it answers."""


@inbox_router.post("/take")
async def take_conversation(
    conversation_id: UUID, member: MemberOf, body: Take | None = None
) -> HoldingOut:
    """Answer here oneself from now on: what its employee was saying ends. For members; one's own
    chats, and what was handed over or came in by a channel."""
    how = body or Take()
    await _let_go(member)
    return _out(
        await handover.take(
            member.tenant_id,
            conversation_id,
            member.caller.user_id,
            epoch=how.hold_epoch,
            force=how.force,
        )
    )


@inbox_router.post("/messages", status_code=status.HTTP_201_CREATED)
async def reply_in_conversation(
    conversation_id: UUID, body: Reply, member: MemberOf, idempotency_key: IdempotencyKey = None
) -> ReplyOut:
    """Say something as a member, who takes the conversation with it if nobody has it. The same
    Idempotency-Key again is the same message."""
    await _let_go(member)
    replied = await handover.reply(
        member.tenant_id, conversation_id, member.caller.user_id, body.text, key=idempotency_key
    )
    message = replied.message
    return ReplyOut(
        id=message.id,
        seq=message.seq,
        created_at=message.created_at,
        content=replied.content,
        status="complete",
        author=AuthorOut(kind="member", name=replied.author),
        reply_to=message.reply_to,
    )


@inbox_router.post("/release")
async def release_conversation(
    conversation_id: UUID, member: MemberOf, body: Release | None = None
) -> HoldingOut:
    """Give it back to its employee, who answers what is unanswered. For who has it, and admins."""
    await _let_go(member)
    epoch = body.hold_epoch if body else None
    return _out(
        await handover.give_back(
            member.tenant_id, conversation_id, member.caller.user_id, epoch=epoch
        )
    )


@inbox_router.post("/show")
async def show_conversation(conversation_id: UUID, member: MemberOf) -> HoldingOut:
    """Ask for a colleague in one's own chat, who may then take it. Asking again changes nothing."""
    await _let_go(member)
    return _out(
        await handover.show_to_colleague(member.tenant_id, conversation_id, member.caller.user_id)
    )


async def _let_go(member: LetIn) -> None:
    """What follows is a transaction of its own: the request's connection is not kept beside it."""
    await member.session.commit()


def _out(holding: Holding) -> HoldingOut:
    return HoldingOut.model_validate(holding)
