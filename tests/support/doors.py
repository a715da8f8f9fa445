"""Doors of a business's website, and their visitors, as a browser's page meets them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import jwt
from shared.channels import connections
from shared.channels.proofs import Proved
from shared.db import TenantSession

from tests.support.chat_client import ChatClient
from tests.support.people import World
from tests.support.stack import Stack

SECRET = "a-secret-of-the-site-of-32-characters-or-more"


async def open_door(world: World, **given: Any) -> UUID:
    """A live door, at which the world's Ada answers."""
    async with TenantSession(world.id) as session, session.transaction():
        connection, _ = await connections.claim(
            session, tenant_id=world.id, agent_id=world.agent_id, channel="widget", given=given
        )
    return await connections.proved(world.id, connection.id, Proved(str(connection.id)))


def signed(
    door: UUID, subject: str, *, key: Any = SECRET, alg: str = "HS256", **changes: Any
) -> str:
    """What the business's site signs for a visitor."""
    claims = {
        "aud": str(door),
        "sub": subject,
        "jti": str(uuid4()),
        "exp": datetime.now(UTC) + timedelta(minutes=10),
    } | changes
    claims = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(claims, key, algorithm=alg)


@dataclass
class Visitor:
    """A browser at a door. `token` is what it keeps."""

    stack: Stack
    http: httpx.AsyncClient
    door: UUID
    token: str | None = None
    conversation_id: UUID | None = None

    async def begin(self, **asked: Any) -> httpx.Response:
        """Begin a visit or go on with it, and keep what is told of it."""
        kept = {"token": self.token} if self.token else {}
        answer = await self.http.post(f"/c/{self.door}/session", json=kept | asked)
        if answer.status_code == 200:
            self.token = answer.json()["token"]
            self.conversation_id = UUID(answer.json()["conversation_id"])
        return answer

    async def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        return await self.http.request(method, f"/c/{self.door}/{path}", headers=headers, **options)

    async def open(self, *, last_seq: int | None = 0, **options: Any) -> ChatClient:
        client = await ChatClient.open(
            self.stack.gateways[0].socket_url(self.conversation_id), **options
        )
        said = {"type": "auth", "kind": "visitor", "token": self.token, "last_seq": last_seq}
        await client.send(said)
        return client
