"""Every WebSocket frame. Gateway, worker, CLI and tests use these types and no others.

Clients ignore fields and frame types they do not know, so this module only grows. Times are ISO
8601 in UTC, ids are UUIDs as text, `index` counts Unicode code points.
"""

from datetime import datetime
from enum import IntEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

MessageRole = Literal["user", "assistant"]
MessageStatus = Literal["complete", "stopped", "failed", "merged"]
Finish = Literal["length", "broken_off"]
"""Why an answer ended early. `length`: it is complete but was cut at the token limit. `broken_off`:
it failed, and its text is what was said until then. Frames accept any word, because a newer worker
may store another."""
Handling = Literal["agent", "waiting", "human"]
"""Who answers: the `agent`; or a person, who is `waiting` to come or the `human` who has come."""
Changeable = Literal[
    "agents",
    "attention",
    "channels",
    "conversations",
    "invitations",
    "knowledge",
    "llm-keys",
    "people",
    "tenants",
]
"""What can be looked up, by the name of its routes."""
MAX_SEQ = 2**63 - 1
"""The largest number PostgreSQL's bigint holds."""
ClientMessageId = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[\x21-\x7e]+$")]


class CloseCode(IntEnum):
    """Why the gateway closed a socket."""

    INTERNAL_ERROR = 1011
    GOING_AWAY = 1012
    TOO_SLOW_READER = 1013
    BAD_FRAME = 4400
    NOT_AUTHENTICATED = 4401
    FORBIDDEN = 4403
    NOT_FOUND = 4404
    AUTH_TIMEOUT = 4408
    TOO_BIG = 4413
    TOO_FAST = 4429

    @property
    def may_pass(self) -> bool:
        """Whether reconnecting later, or with a fresh token, may end otherwise. The other codes are
        final: the same client would be closed in the same way."""
        return self not in (self.BAD_FRAME, self.FORBIDDEN, self.NOT_FOUND, self.TOO_BIG)


# ── client → server ────────────────────────────────────────────────────────────────────────────


class _ClientFrame(BaseModel):
    model_config = ConfigDict(extra="ignore")


class AuthFrame(_ClientFrame):
    """First frame, and later ones with a fresh token. What it claims must agree with the token."""

    type: Literal["auth"]
    userId: UUID  # noqa: N815 - the wire's name
    role: str
    """One of `identity.roles`."""
    tenantId: UUID | None = None  # noqa: N815 - the wire's name
    token: str = Field(min_length=1, max_length=8192)
    last_seq: int | None = Field(default=None, ge=0, le=MAX_SEQ)
    """Newest message the client has; what is newer is sent. None: begin with what comes next."""
    bursts: bool = False
    """The client knows `merged`: what it sends while an answer is awaited is answered together."""


class VisitorAuthFrame(_ClientFrame):
    """First frame of a visitor of a door, told apart from a member's by its `kind`. Who renews a
    token opens another socket."""

    type: Literal["auth"]
    kind: Literal["visitor"]
    token: str = Field(min_length=1, max_length=200)
    last_seq: int | None = Field(default=None, ge=0, le=MAX_SEQ)
    bursts: bool = False


class SendFrame(_ClientFrame):
    """The user says something. A resend with the same `client_message_id` is the same message."""

    type: Literal["message"]
    text: str
    client_message_id: ClientMessageId | None = None


class StopFrame(_ClientFrame):
    """Stop the answer to `reply_to`, or whichever is being written."""

    type: Literal["stop"]
    reply_to: UUID | None = None


class RetryFrame(_ClientFrame):
    """Answer again a message whose answer failed."""

    type: Literal["retry"]
    reply_to: UUID


ClientFrame = Annotated[AuthFrame | SendFrame | StopFrame | RetryFrame, Field(discriminator="type")]
client_frame_adapter: TypeAdapter[ClientFrame] = TypeAdapter(ClientFrame)
CLIENT_FRAME_TYPES = ("auth", "message", "stop", "retry")


# ── server → client ────────────────────────────────────────────────────────────────────────────


class ServerFrame(BaseModel):
    """Base of what the gateway sends. `wire()` leaves out what is not set."""

    type: str

    def wire(self) -> bytes:
        return self.model_dump_json(exclude_none=True).encode()

    def payload(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude_none=True)


class Author(BaseModel):
    """Who wrote it, where that is neither the person nor the agent."""

    kind: str
    """`member`, a colleague; `system`, a notice of who answers now."""
    name: str | None = None
    """None of a notice, and of a colleague who has left."""


class Citation(BaseModel):
    """A source of an answer, which names it as `[n]`: what it says there, word for word, as it was
    when the answer was made."""

    n: int
    title: str
    quote: str
    document_id: UUID
    version: int
    start: int
    """Where the quote begins in the document's text, in characters."""
    end: int
    page: int | None = None
    uri: str | None = None
    """The source's own public address, if it has one."""


class ReadyFrame(ServerFrame):
    """Authenticated, subscribed, caught up. What is at or below `reset_seq` is gone."""

    type: Literal["ready"] = "ready"
    conversation_id: UUID
    last_seq: int
    reset_seq: int
    handling: Handling | None = None
    """Who has the conversation, where its agent does not answer."""


class MessageFrame(ServerFrame):
    """A stored message this socket has not had."""

    type: Literal["message"] = "message"
    id: UUID
    conversation_id: UUID
    seq: int
    role: MessageRole
    content: str
    status: MessageStatus
    created_at: datetime
    reply_to: UUID | None = None
    client_message_id: str | None = None
    error_code: str | None = None
    """Why a failed answer failed, as the `error` frame said it."""
    finish: str | None = None
    author: Author | None = None
    attempt: int | None = None
    """With a failed outcome: text of it up to this attempt is dropped."""
    handling: Handling | None = None
    """With a notice: who answers from now on. With a user's message: no answer of the agent's is to
    be awaited."""
    citations: list[Citation] | None = None


class TypingFrame(ServerFrame):
    """The agent is at it. The first thing after each user message."""

    type: Literal["typing"] = "typing"
    conversation_id: UUID


class AcceptedFrame(ServerFrame):
    """The user's message is committed."""

    type: Literal["accepted"] = "accepted"
    message_id: UUID
    seq: int
    created_at: datetime
    client_message_id: str | None = None
    handling: Handling | None = None
    """There if no answer is on its way: who has the conversation instead. Typing ends."""


class DeltaFrame(ServerFrame):
    """More of the answer to `reply_to`. A higher `attempt` starts it over, a lower is dropped."""

    type: Literal["delta"] = "delta"
    reply_to: UUID
    attempt: int
    index: int
    text: str


class ToolStartedFrame(ServerFrame):
    """The agent does something beside talking. What with is never told."""

    type: Literal["tool_started"] = "tool_started"
    reply_to: UUID
    attempt: int
    call_id: UUID
    tool: str
    """The tool's name, for clients that have words of their own for it."""
    label: str
    """What the agent does, in English: "looks at the clock"."""


class ToolFinishedFrame(ServerFrame):
    """It has done that. None comes where the answer ended meanwhile."""

    type: Literal["tool_finished"] = "tool_finished"
    reply_to: UUID
    attempt: int
    call_id: UUID
    tool: str
    label: str
    failed: bool = False
    """It was not done, or nobody knows."""


class ResponseFrame(ServerFrame):
    """The outcome, committed."""

    type: Literal["response"] = "response"
    text: str
    conversation_id: UUID
    message_id: UUID | None = None
    seq: int | None = None
    reply_to: UUID | None = None
    status: MessageStatus | None = None
    created_at: datetime | None = None
    error_code: str | None = None
    finish: str | None = None
    author: Author | None = None
    """There if a colleague answered, or a notice."""
    attempt: int | None = None
    """Of the run: text of it up to this attempt is dropped."""
    citations: list[Citation] | None = None
    """There if the answer has sources."""


class ResetFrame(ServerFrame):
    """The conversation was emptied up to and including `seq`."""

    type: Literal["reset"] = "reset"
    seq: int


class ErrorFrame(ServerFrame):
    """Something was refused or failed. `message` is a sentence for the person."""

    type: Literal["error"] = "error"
    code: str
    message: str
    retryable: bool = False
    reply_to: UUID | None = None
    client_message_id: str | None = None
    notice: str | None = None
    """With `agent_paused`: what the business says to people meanwhile, in its own words."""
    retry_after_s: int | None = None
    """With a limit that is reached: after so many seconds there is room again."""


class ListeningFrame(ServerFrame):
    """On the socket of news: from now on nothing is missed. What was looked up before may be
    old."""

    type: Literal["listening"] = "listening"


class ChangedFrame(ServerFrame):
    """On the socket of news: a list is otherwise than before. Look it up again."""

    type: Literal["changed"] = "changed"
    what: str
    """One of `Changeable`; there may be more of them one day."""


class ReconnectFrame(ServerFrame):
    """This gateway is going away; come back after `after_ms`, to any."""

    type: Literal["reconnect"] = "reconnect"
    after_ms: int


SERVER_FRAMES: dict[str, type[ServerFrame]] = {
    "ready": ReadyFrame,
    "message": MessageFrame,
    "typing": TypingFrame,
    "accepted": AcceptedFrame,
    "delta": DeltaFrame,
    "tool_started": ToolStartedFrame,
    "tool_finished": ToolFinishedFrame,
    "response": ResponseFrame,
    "reset": ResetFrame,
    "error": ErrorFrame,
    "listening": ListeningFrame,
    "changed": ChangedFrame,
    "reconnect": ReconnectFrame,
}
