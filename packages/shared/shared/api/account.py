"""One's own account: another name or password, the log-ins that are open; and a link to a new
password."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, status
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from shared.api.auth import client_address
from shared.api.dependencies import AdminOf
from shared.api.me import Me
from shared.api.page_origin import require_own_origin
from shared.api.problems import ProblemRoute, problem_documents
from shared.api.rbac import PortalCaller, get_portal_caller
from shared.config import settings
from shared.identity import own_account, password_resets
from shared.origins import warning_about

account_router = APIRouter(
    prefix="/api/portal",
    tags=["account"],
    route_class=ProblemRoute,
    responses=problem_documents(400, 401, 403, 429),
)

Password = Annotated[SecretStr, Field(min_length=1, max_length=1024)]
Caller = Annotated[PortalCaller, Depends(get_portal_caller)]


class ChangeName(BaseModel):
    """What others read beside what the caller says: one line of 1 to 120 characters."""

    model_config = ConfigDict(extra="forbid")

    display_name: str


class ChangePassword(BaseModel):
    """The password now, and the one from now on."""

    model_config = ConfigDict(extra="forbid")

    old_password: Password
    new_password: Password


class OwnSession(BaseModel):
    """A log-in of the caller's that has not ended."""

    id: UUID
    current: bool
    """The one that asks."""
    tenant_id: UUID | None
    began_at: datetime
    last_used_at: datetime
    """To the quarter of an hour: when its page last asked for a token."""
    ends_at: datetime


class ResetLink(BaseModel):
    """A link to a new password. It is shown this once: hand it over in private."""

    url: str
    url_warning: str | None = None
    """A sentence, if `url` opens on this machine alone."""
    good_for_s: int


class ResetPassword(BaseModel):
    """What stands behind the # of the link, and the password from now on."""

    model_config = ConfigDict(extra="forbid")

    token: Annotated[SecretStr, Field(min_length=1, max_length=128)]
    password: Password


@account_router.patch("/me")
async def change_name(body: ChangeName, caller: Caller) -> Me:
    """Another name."""
    user = await own_account.change_name(caller.user_id, body.display_name)
    return Me(
        id=user.id,
        email=user.email,
        display_name=user.display_name,
        role=caller.role,
        tenant_id=caller.tenant_id,
    )


@account_router.post("/me/password", status_code=status.HTTP_204_NO_CONTENT)
async def change_password(body: ChangePassword, request: Request, caller: Caller) -> None:
    """Another password, for the old one. All other log-ins of the caller end at once."""
    await own_account.change_password(
        caller.user_id,
        caller.session_id,
        old=body.old_password.get_secret_value(),
        new=body.new_password.get_secret_value(),
        address=client_address(request),
    )


@account_router.get("/me/sessions")
async def list_own_sessions(caller: Caller) -> list[OwnSession]:
    """The caller's log-ins that have not ended, the last used first."""
    return [
        OwnSession(
            id=each.id,
            current=each.id == caller.session_id,
            tenant_id=each.tenant_id,
            began_at=each.created_at,
            last_used_at=each.rotated_at,
            ends_at=each.expires_at,
        )
        for each in await own_account.open_sessions(caller.user_id)
    ]


@account_router.delete("/me/sessions", status_code=status.HTTP_204_NO_CONTENT)
async def end_other_sessions(caller: Caller) -> None:
    """End all log-ins of the caller but the one that asks, and what is open in them."""
    await own_account.end_sessions(caller.user_id, keep=caller.session_id)


@account_router.delete(
    "/me/sessions/{session_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_documents(404),
)
async def end_own_session(session_id: UUID, caller: Caller) -> None:
    """End one of the caller's log-ins, and what is open in it."""
    await own_account.end_session(caller.user_id, session_id)


@account_router.post(
    "/tenants/{tenant_id}/people/{user_id}/password-reset",
    responses=problem_documents(404, 409),
)
async def make_reset_link(user_id: UUID, admin: AdminOf, request: Request) -> ResetLink:
    """A link with which this person sets a new password, once. Of a person who belongs to another
    business, too, only a platform admin makes one. For admins of the tenant."""
    token = await password_resets.make_for_member(
        admin.tenant_id,
        user_id,
        asked_by=admin.caller.user_id,
        is_platform_admin=admin.caller.is_platform_admin,
    )
    base = settings.gateway.link_base(request.headers.get("origin"))
    return ResetLink(
        url=f"{base}/reset#{token}",
        url_warning=warning_about(base),
        good_for_s=password_resets.GOOD_FOR_S,
    )


@account_router.post("/auth/reset", status_code=status.HTTP_204_NO_CONTENT)
async def reset_password(body: ResetPassword, request: Request) -> None:
    """A new password for the token of a link. All log-ins of the person end; log in with it."""
    require_own_origin(request)
    await password_resets.use(
        body.token.get_secret_value(),
        body.password.get_secret_value(),
        address=client_address(request),
    )
