"""A client of a gateway's REST API: log in, find an agent, read a conversation.

Every wait is bounded. A refusal is raised with the gateway's own sentence.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import httpx2
from shared.addresses import http_address
from shared.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    KonstructError,
    NotAuthenticated,
    NotFound,
    TooMany,
    Unavailable,
)
from shared.proxies import proxy_for
from shared.spelling import name_key

from konstruct.identity import Identity

TIMEOUT_S = 15.0
_BY_STATUS: dict[int, type[KonstructError]] = {
    error.status: error
    for error in (BadRequest, NotAuthenticated, Forbidden, NotFound, Conflict, TooMany, Unavailable)
} | {422: BadRequest}


@dataclass(frozen=True, slots=True)
class Message:
    """A stored message of a conversation."""

    id: str
    seq: int
    role: str
    content: str
    status: str
    finish: str | None = None


SignIn = Callable[[], Awaitable[Identity]]


class Portal:
    """One gateway, one person. `sign_in` is called before the first call, and when a token ends."""

    def __init__(self, url: str, sign_in: SignIn | None = None) -> None:
        self.url = url.rstrip("/")
        try:
            http_address(self.url)
        except ValueError as error:
            raise BadRequest(f"'{url}' is no gateway's address: {error}.") from None
        self.proxy = proxy_for(self.url)
        self.sign_in = sign_in
        self._identity: Identity | None = None
        self._active_tenant: UUID | None = None
        self._http = httpx2.AsyncClient(
            base_url=self.url,
            timeout=TIMEOUT_S,
            proxy=self.proxy,
            verify=httpx2.create_ssl_context(),
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._http.aclose()

    async def identity(self, *, fresh: bool = False) -> Identity:
        """The caller's identity; `fresh` gets a new token. Raises KonstructError."""
        if self._identity is None or fresh:
            if self.sign_in is None:
                raise NotAuthenticated("There is no way to log in given.")
            self._identity = await self.sign_in()
        return self._identity

    async def log_in(self, email: str, password: str) -> Identity:
        """Log in by password. Later calls may `refresh`. Raises KonstructError."""
        body = {"email": email, "password": password} | self._in_tenant()
        return _identity(await self._request("POST", "/api/portal/auth/login", json=body))

    async def refresh(self) -> Identity:
        """Refresh with the cookie of an earlier log-in. Raises KonstructError."""
        return _identity(
            await self._request("POST", "/api/portal/auth/refresh", json=self._in_tenant())
        )

    async def whose(self, token: str) -> Identity:
        """The identity of this token. Raises NotAuthenticated."""
        me = await self._request("GET", "/api/portal/me", headers=_bearer(token))
        return Identity(token, UUID(me["id"]), me["role"], _uuid(me["tenant_id"]))

    def _in_tenant(self) -> dict[str, str]:
        return {"tenant_id": str(self._active_tenant)} if self._active_tenant else {}

    async def enter_tenant(self, slug_or_id: str | None) -> UUID:
        """Act in this tenant from now on: the named one, the token's, or the only one.

        Returns its id. Raises BadRequest, NotFound.
        """
        tenant_id = await self._tenant_id(slug_or_id)
        if (await self.identity()).tenant_id not in (tenant_id, None):
            self._active_tenant = tenant_id
            await self.identity(fresh=True)
        return tenant_id

    async def _tenant_id(self, slug_or_id: str | None) -> UUID:
        identity = await self.identity()
        if slug_or_id is None and identity.tenant_id is not None:
            return identity.tenant_id
        mine: list[dict[str, Any]] = await self._get("/api/portal/tenants")
        if slug_or_id is None and len(mine) == 1:
            return UUID(mine[0]["id"])
        slugs = ", ".join(tenant["slug"] for tenant in mine) or "none"
        if slug_or_id is None:
            raise BadRequest(f"Say in which tenant. There is: {slugs}.")
        for tenant in mine:
            if name_key(slug_or_id) in (tenant["slug"], tenant["id"]):
                return UUID(tenant["id"])
        raise NotFound(f"You are in no tenant '{slug_or_id}'. There is: {slugs}.")

    async def agent(self, tenant_id: UUID, name: str) -> tuple[UUID, str]:
        """The id and name of this agent, however the name is spelled. Raises NotFound."""
        agents: list[dict[str, Any]] = await self._get(
            "/api/portal/agents", params={"tenant_id": str(tenant_id)}
        )
        fitting = [agent for agent in agents if name_key(agent["name"]) == name_key(name)]
        if fitting:  # prefer the name that is spelled exactly so
            found = min(fitting, key=lambda agent: agent["name"] != name)
            return UUID(found["id"]), found["name"]
        names = ", ".join(agent["name"] for agent in agents) or "nobody yet"
        raise NotFound(f"No agent is called '{name}' there. There is: {names}.")

    async def open_conversation(self, tenant_id: UUID, agent_id: UUID) -> UUID:
        """The caller's conversation with this agent."""
        body = {"tenant_id": str(tenant_id), "agent_id": str(agent_id)}
        return UUID((await self._call("POST", "/api/portal/chat/conversations", json=body))["id"])

    async def history(self, conversation_id: UUID, *, limit: int) -> list[Message]:
        """The newest messages, oldest first."""
        rows = await self._get(
            f"/api/portal/chat/conversations/{conversation_id}/messages", params={"limit": limit}
        )
        return [
            Message(
                row["id"], row["seq"], row["role"], row["content"], row["status"], row.get("finish")
            )
            for row in rows
        ]

    async def reset(self, conversation_id: UUID) -> None:
        """Empty the conversation."""
        await self._call("DELETE", f"/api/portal/chat/conversations/{conversation_id}")

    async def _get(self, path: str, **options: Any) -> Any:
        return await self._call("GET", path, **options)

    async def _call(self, method: str, path: str, **options: Any) -> Any:
        """Call with our token; once more with a fresh one if it has expired."""
        token = (await self.identity()).token
        try:
            return await self._request(method, path, headers=_bearer(token), **options)
        except NotAuthenticated:
            token = (await self.identity(fresh=True)).token
            return await self._request(method, path, headers=_bearer(token), **options)

    async def _request(self, method: str, path: str, **options: Any) -> Any:
        try:
            response = await self._http.request(method, path, **options)
        except (httpx2.TransportError, OSError) as error:
            raise Unavailable(
                f"No Konstruct answers at {self.url} ({error or type(error).__name__}). "
                "Start one with `konstruct up`, or name its address with --url."
            ) from error
        if response.is_success:
            return response.json() if response.content else None
        raise _refusal(response)


def _refusal(response: httpx2.Response) -> KonstructError:
    try:
        sentence = str(response.json()["detail"])
    except (ValueError, KeyError, TypeError):
        sentence = f"The server answered {response.status_code} to {response.request.url.path}."
    return _BY_STATUS.get(response.status_code, Unavailable)(sentence)


def _identity(answer: dict[str, Any]) -> Identity:
    return Identity(
        answer["access_token"],
        UUID(answer["user_id"]),
        answer["role"],
        _uuid(answer["tenant_id"]),
    )


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _uuid(value: str | None) -> UUID | None:
    return UUID(value) if value else None
