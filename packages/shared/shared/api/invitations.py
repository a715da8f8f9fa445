"""Inviting people by a link, and accepting. Admins hand the link over themselves."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response, status
from pydantic import BaseModel, ConfigDict, Field

from shared.api.auth import TokenOut, answer_with_tokens, client_address
from shared.api.dependencies import AdminOf, Asked, admin_asks
from shared.api.page_origin import require_own_origin
from shared.api.problems import problems
from shared.api.rbac import PortalCaller, get_caller_if_any
from shared.config import settings
from shared.identity import invitations
from shared.identity.invitations import Acceptance
from shared.identity.roles import MemberRole
from shared.origins import warning_about

invitations_router = APIRouter(
    prefix="/api/portal/invitations", tags=["invitations"], responses=problems(401, 403)
)

LINK = "/invite#{token}"
"""The portal's page. What stands behind # is sent to no server and in no Referer."""


class Invite(BaseModel):
    """Whom to invite, as what."""

    model_config = ConfigDict(extra="forbid")

    tenant_id: UUID
    email: str = Field(min_length=3, max_length=320)
    role: MemberRole


class InvitationOut(BaseModel):
    """An open invitation. Its link cannot be asked for again; inviting again makes a new one."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    email: str
    role: MemberRole
    invited_by: UUID
    created_at: datetime
    expires_at: datetime


class NewInvitation(InvitationOut):
    """With the link, this once."""

    link: str
    """A path of the portal, `/invite#<token>`."""
    url: str
    """The whole address to hand over: it begins with `KONSTRUCT_PUBLIC_URL`, or without that with
    the address the caller's page was opened at."""
    url_warning: str | None = None
    """A sentence, if `url` opens on this machine alone."""


class OfferOut(BaseModel):
    """What a link offers, and to whom."""

    tenant_name: str
    email: str
    role: MemberRole
    expires_at: datetime
    has_account: bool
    """Whether that address has an account, whose person must prove who they are."""


class Accept(BaseModel):
    """Someone new gives their name and a password. Someone known is logged in, or gives the
    password they have."""

    model_config = ConfigDict(extra="forbid")

    display_name: str | None = None
    password: str | None = Field(default=None, min_length=1, max_length=1024)


@invitations_router.post("", status_code=status.HTTP_201_CREATED, responses=problems(400, 404, 409))
async def invite(
    admin: Annotated[Asked[Invite], Depends(admin_asks(Invite))], request: Request
) -> NewInvitation:
    """Make a link for an address; an earlier open one of the same address ends. For admins of the
    tenant."""
    invitation, token = await invitations.invite(
        admin.session,
        tenant_id=admin.tenant_id,
        email=admin.body.email,
        role=admin.body.role,
        invited_by=admin.caller.user_id,
    )
    shown = InvitationOut.model_validate(invitation)
    link = LINK.format(token=token)
    base = settings.gateway.link_base(request.headers.get("origin"))
    return NewInvitation(
        **shown.model_dump(), link=link, url=base + link, url_warning=warning_about(base)
    )


@invitations_router.get("", responses=problems(404))
async def list_invitations(admin: AdminOf) -> list[InvitationOut]:
    """The tenant's open invitations, newest first. For its admins."""
    rows = await invitations.list_open(admin.session, admin.tenant_id)
    return [InvitationOut.model_validate(row) for row in rows]


@invitations_router.delete(
    "/{invitation_id}", status_code=status.HTTP_204_NO_CONTENT, responses=problems(404)
)
async def revoke_invitation(invitation_id: UUID, admin: AdminOf) -> None:
    """End an open invitation; its link works no more. For admins of the tenant."""
    await invitations.revoke(admin.session, admin.tenant_id, invitation_id)


@invitations_router.get("/by-token/{token}", responses=problems(404, 429))
async def look_at_invitation(token: str, request: Request) -> OfferOut:
    """What a link offers. One that is unknown, expired, used or revoked: 404, all alike."""
    offer = await invitations.look_at(token, address=client_address(request))
    return OfferOut(
        tenant_name=offer.tenant_name,
        email=offer.email,
        role=offer.role,
        expires_at=offer.expires_at,
        has_account=offer.user_id is not None,
    )


@invitations_router.post("/by-token/{token}/accept", responses=problems(400, 404, 409, 429))
async def accept_invitation(
    token: str,
    body: Accept,
    caller: Annotated[PortalCaller | None, Depends(get_caller_if_any)],
    request: Request,
    response: Response,
) -> TokenOut:
    """Join the tenant, and be logged in there as by a log-in. Someone known sends their
    `Authorization: Bearer`, and stays in that session, or their password."""
    require_own_origin(request)
    by = Acceptance(
        user_id=caller.user_id if caller else None,
        session_id=caller.session_id if caller else None,
        password=body.password,
        display_name=body.display_name,
    )
    return answer_with_tokens(
        response, await invitations.accept(token, by, address=client_address(request))
    )
