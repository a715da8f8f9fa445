"""Log in, refresh, log out. The refresh token lives in a cookie scripts cannot read."""

from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Cookie, Depends, Request, Response, status
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field
from starlette.requests import HTTPConnection

from shared.addresses import is_loopback, unmapped
from shared.api.page_origin import require_own_origin
from shared.api.problems import problems
from shared.config import settings
from shared.errors import Forbidden, NotAuthenticated
from shared.identity import login_links, sessions
from shared.identity.roles import Role
from shared.identity.sessions import LoggedIn
from shared.identity.tokens import verify_access_token

auth_router = APIRouter(prefix="/api/portal/auth", tags=["auth"], responses=problems(401, 403, 429))

REFRESH_COOKIE = "konstruct_refresh"
COOKIE_PATH = "/api/portal/auth"

_optional_bearer = HTTPBearer(auto_error=False)


class LogIn(BaseModel):
    """Who, and in which of their tenants (their first if not given)."""

    email: str = Field(min_length=3, max_length=320, pattern=r"^[^\x00]*$")  # nobody's has a NUL
    password: str = Field(min_length=1, max_length=1024)
    tenant_id: UUID | None = None


class LogInLink(BaseModel):
    """What stands behind the # of the link."""

    token: str = Field(min_length=1, max_length=128)


class Refresh(BaseModel):
    """With a tenant, the new token is for that one."""

    tenant_id: UUID | None = None


class TokenOut(BaseModel):
    """An access token: send it as `Authorization: Bearer`, and in the WebSocket's auth frame."""

    access_token: str
    token_type: str = "bearer"  # noqa: S105 - the scheme's name
    expires_in: int
    """Seconds."""
    user_id: UUID
    email: str
    display_name: str
    role: Role
    tenant_id: UUID | None


@auth_router.post("/login")
async def log_in(body: LogIn, request: Request, response: Response) -> TokenOut:
    """E-mail and password for an access token and the refresh cookie."""
    require_own_origin(request)
    logged_in = await sessions.log_in(
        body.email,
        body.password,
        address=client_address(request),
        tenant_id=body.tenant_id,
    )
    return answer_with_tokens(response, logged_in)


@auth_router.post("/link")
async def log_in_by_link(body: LogInLink, request: Request, response: Response) -> TokenOut:
    """The token of a link that `konstruct up` opened, for the same as a log-in; once, and from
    the gateway's own machine."""
    require_own_origin(request)
    address = client_address(request)
    if request.client is None or not is_loopback(request.client.host):
        raise Forbidden("A log-in link opens on the machine of the gateway alone.")
    return answer_with_tokens(response, await login_links.enter(body.token, address=address))


@auth_router.post("/refresh")
async def refresh(
    request: Request,
    response: Response,
    body: Refresh | None = None,
    konstruct_refresh: Annotated[str | None, Cookie()] = None,
) -> TokenOut:
    """A fresh access token for the refresh cookie; with `tenant_id`, in another tenant."""
    require_own_origin(request)
    if not konstruct_refresh:
        raise NotAuthenticated("You are not logged in. Log in first.", code="logged_out")
    logged_in = await sessions.refresh(
        konstruct_refresh, tenant_id=body.tenant_id if body else None
    )
    return answer_with_tokens(response, logged_in)


@auth_router.post("/logout", status_code=status.HTTP_204_NO_CONTENT)
async def log_out(
    request: Request,
    response: Response,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_optional_bearer)],
    konstruct_refresh: Annotated[str | None, Cookie()] = None,
) -> None:
    """End the session, on every device socket it has open. Logging out twice is no error."""
    require_own_origin(request)
    session_id = user_id = None
    if bearer is not None:
        try:
            claims = verify_access_token(bearer.credentials)
            session_id, user_id = claims.session_id, claims.user_id
        except NotAuthenticated:
            pass  # an expired token names nothing; the cookie may
    await sessions.log_out(konstruct_refresh, session_id, user_id)
    response.delete_cookie(REFRESH_COOKIE, path=COOKIE_PATH)


def client_address(connection: HTTPConnection) -> str:
    """What attempts are counted by: an address, or the /64 that one customer has of IPv6."""
    return counted_as(connection.client.host) if connection.client else "unknown"


def counted_as(host: str) -> str:
    """The same of a host's address."""
    address = unmapped(host)
    if address is None:
        return host
    return str(address if address.version == 4 else ip_network((address, 64), strict=False))


def answer_with_tokens(response: Response, logged_in: LoggedIn) -> TokenOut:
    """The tokens of a log-in: one in the answer, the other in its cookie."""
    if logged_in.refresh_token is not None:
        response.set_cookie(
            REFRESH_COOKIE,
            logged_in.refresh_token,
            max_age=settings.identity.refresh_token_ttl_s,
            path=COOKIE_PATH,
            httponly=True,
            secure=settings.identity.cookie_secure,
            samesite="strict",
        )
    response.headers["Cache-Control"] = "no-store"
    return TokenOut(
        access_token=logged_in.access_token,
        expires_in=int((logged_in.expires_at - datetime.now(UTC)).total_seconds()),
        user_id=logged_in.user.id,
        email=logged_in.user.email,
        display_name=logged_in.user.display_name,
        role=logged_in.role,
        tenant_id=logged_in.tenant_id,
    )
