"""What a visitor's page asks for beside the socket: a visit, its end, a person, a way back.

The page is ours, so that a call comes from an origin of ours, whatever site it is shown on. Scripts
send none; what they may do is limited by visitor, address and door.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request, status
from pydantic import BaseModel, ConfigDict, Field
from shared.api.auth import client_address
from shared.api.page_origin import require_own_origin
from shared.api.problems import ProblemRoute, problem_documents
from shared.channels.widget import asking, sessions
from shared.channels.widget.door import NO_SUCH_DOOR, Door, door
from shared.channels.widget.visitors import Visitor, visitor
from shared.config import settings
from shared.errors import NotAuthenticated, NotFound
from shared.tenants import rate_limits

from gateway.channels.widget.visiting import require_room

visits_router = APIRouter(
    prefix="/c/{door}",
    tags=["widget"],
    route_class=ProblemRoute,
    responses=problem_documents(400, 401, 403, 404, 409, 429),
)


async def found(name: str) -> Door:
    """The live door of this id. Raises NotFound."""
    try:
        return await door(UUID(name))
    except ValueError:
        raise NotFound(NO_SUCH_DOOR) from None


async def _entered(request: Request) -> Door:
    require_own_origin(request)
    return await found(request.path_params["door"])


Entered = Annotated[Door, Depends(_entered)]


async def _visitor(entered: Entered, authorization: Annotated[str, Header()] = "") -> Visitor:
    """Whose token the call brings: `Authorization: Bearer …`."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotAuthenticated("Begin a visit first, and bring its token.")
    seen = await visitor(token.strip())
    if seen.door_id != entered.id:
        raise NotAuthenticated("This token is for another door.", code="visit_over")
    return seen


Visiting = Annotated[Visitor, Depends(_visitor)]


class BeginVisit(BaseModel):
    """`token` of a visit that goes on; `identity` is what the business's site has signed;
    `agreed_to` the version of the door's text that was agreed to."""

    model_config = ConfigDict(extra="forbid")

    token: str | None = Field(default=None, max_length=200)
    identity: str | None = Field(default=None, max_length=8_192, repr=False)
    agreed_to: str | None = Field(default=None, max_length=64)
    language: str | None = Field(default=None, max_length=35, pattern=r"^[A-Za-z0-9-]+$")


class VisitOut(BaseModel):
    """`adopted`: what was said before the visitor was known goes on."""

    model_config = ConfigDict(from_attributes=True)

    token: str
    conversation_id: UUID
    expires_at: datetime
    name: str | None
    adopted: bool


class PersonAsked(BaseModel):
    """Where the visitor says that they can be reached: an address or a number, in their words."""

    model_config = ConfigDict(extra="forbid")

    reach_at: str = Field(default="", max_length=asking.MAX_ADDRESS_CHARS)
    language: str | None = Field(default=None, max_length=35, pattern=r"^[A-Za-z0-9-]+$")


class AnswerRated(BaseModel):
    model_config = ConfigDict(extra="forbid")

    good: bool


class WayBack(BaseModel):
    """A link by which this conversation is found again from anywhere, by whoever has it."""

    url: str


@visits_router.post("/session")
async def begin_visit(body: BeginVisit, entered: Entered, request: Request) -> VisitOut:
    """A visit, or the same one again: its token, and which conversation its socket is for."""
    await rate_limits.require(
        settings.limits.visit,
        "visits",
        client_address(request),
        message="Too many conversations were begun from here. Try again in a moment.",
    )
    begun = await sessions.begin(
        entered,
        token=body.token,
        signed=body.identity,
        agreed_to=body.agreed_to,
        language=body.language,
    )
    return VisitOut.model_validate(begun)


@visits_router.delete("/session", status_code=status.HTTP_204_NO_CONTENT)
async def end_visit(seen: Visiting) -> None:
    """Log out: neither the token nor what it was had for lets anybody in again."""
    await sessions.leave(seen)


@visits_router.delete("/conversation", status_code=status.HTTP_204_NO_CONTENT)
async def delete_visitors_conversation(seen: Visiting) -> None:
    """Delete all that was said, and end every visit of it."""
    await sessions.forget(seen)


@visits_router.post("/person", status_code=status.HTTP_204_NO_CONTENT)
async def ask_for_person(body: PersonAsked, seen: Visiting, request: Request) -> None:
    """Tell the business that somebody wants a person. The employee goes on answering."""
    await require_room(seen.door_id, client_address(request), visitor_id=seen.user_id)
    await asking.ask_for_person(seen, body.reach_at, body.language)


@visits_router.put("/ratings/{message_id}", status_code=status.HTTP_204_NO_CONTENT)
async def rate_answer(message_id: UUID, body: AnswerRated, seen: Visiting) -> None:
    """Say whether an answer was good; again, it is another opinion."""
    await asking.rate(seen, message_id, good=body.good)


@visits_router.post("/link")
async def make_way_back(entered: Entered, seen: Visiting, request: Request) -> WayBack:
    """A link for coming back from another device. What it opens lies behind the `#`, which no
    server is told."""
    await require_room(seen.door_id, client_address(request), visitor_id=seen.user_id)
    token = await sessions.link(entered, seen)
    page = f"{settings.gateway.link_base(request.headers.get('origin'))}/c/{entered.id}"
    return WayBack(url=f"{page}/{seen.conversation_id}#{token}")
