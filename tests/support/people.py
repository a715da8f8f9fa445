"""Tenants with people and agents for tests: `acme`, `globex`, an admin.

Rows are written in a `SystemSession("setup")`; tokens come from `identity.sessions`, as for
everybody else. Names that must be unique are random, so tests can share a database.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from shared.conversations import repository as conversations
from shared.db import SystemSession, TenantSession
from shared.identity import repository as people
from shared.identity import sessions
from shared.identity.passwords import hash_password
from shared.models import (
    Agent,
    ChannelSettings,
    Membership,
    PortalUser,
    Tenant,
    WebConversationMessage,
)


@dataclass
class Person:
    """A person who is logged in. `tenant_id` is that of the token."""

    id: UUID
    email: str
    display_name: str
    role: str
    tenant_id: UUID | None
    token: str
    refresh_token: str
    password: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def auth_frame(self, tenant_id: UUID | None = None, **changes: object) -> dict[str, Any]:
        """The first frame on a WebSocket; the platform admin names the conversation's tenant."""
        tenant = tenant_id or self.tenant_id
        frame = {
            "type": "auth",
            "userId": str(self.id),
            "role": self.role,
            "tenantId": str(tenant) if tenant else None,
            "token": self.token,
        }
        return frame | changes


@dataclass
class World:
    """A tenant with an admin, two operators, two agents at work and one paused.

    Its new conversations begin with no notice, so that tests read what they say themselves.
    """

    id: UUID
    name: str
    slug: str
    admin: Person
    anna: Person
    ben: Person
    agent_id: UUID
    """Ada, who answers."""
    other_agent_id: UUID
    paused_agent_id: UUID
    everyone: list[Person] = field(default_factory=list)

    async def conversation(self, person: Person, agent_id: UUID | None = None) -> UUID:
        """This person's conversation with an agent, opened if needed."""
        async with TenantSession(self.id) as session, session.transaction():
            conversation, _ = await conversations.create_conversation(
                session,
                tenant_id=self.id,
                agent_id=agent_id or self.agent_id,
                user_id=person.id,
            )
            return conversation.id

    async def say(
        self, conversation_id: UUID, *texts: str, role: str = "user"
    ) -> list[WebConversationMessage]:
        """Store messages directly, with no run to answer them."""
        async with TenantSession(self.id) as session, session.transaction():
            return [
                await conversations.add_message(
                    session,
                    tenant_id=self.id,
                    conversation_id=conversation_id,
                    role=role,
                    content=text,
                )
                for text in texts
            ]


async def make_world(name: str) -> World:
    """A new tenant with its people and agents, in one transaction."""
    slug = f"{name}-{uuid4().hex[:8]}"
    tenant = Tenant(id=uuid4(), name=name.title(), slug=slug)
    agents = [
        _agent(tenant.id, name, status)
        for name, status in (("Ada", "active"), ("Bob", "active"), ("Paula", "paused"))
    ]
    users = [_user(f"{who}.{slug}") for who in ("admin", "anna", "ben")]
    roles = ("customer_admin", "customer_operator", "customer_operator")
    async with SystemSession("setup") as session, session.transaction():
        session.add_all([tenant, *users])
        await session.flush()
        session.add_all(agents)
        session.add(ChannelSettings(tenant_id=tenant.id, says_machine=False))
        session.add_all(
            Membership(tenant_id=tenant.id, user_id=user.id, role=role)
            for user, role in zip(users, roles, strict=True)
        )
        await session.flush()
        crew = [_person(await sessions.start_session(session, user)) for user in users]
    return World(tenant.id, tenant.name, slug, *crew, *(a.id for a in agents), everyone=crew)


async def make_agent(tenant_id: UUID, name: str, *, status: str = "active") -> UUID:
    agent = _agent(tenant_id, name, status)
    async with SystemSession("setup") as session, session.transaction():
        session.add(agent)
    return agent.id


async def make_person(
    name: str,
    tenant_id: UUID | None,
    role: str = "customer_operator",
    *,
    password: str | None = None,
    access_ttl_s: int | None = None,
) -> Person:
    """A new person, member of the tenant in that role, with a log-in session of their own.

    They have a password only if one is given, because hashing takes time. `tenant_id` None makes a
    platform admin.
    """
    user = _user(name, is_platform_admin=tenant_id is None)
    if password:
        user.password_hash = await asyncio.to_thread(hash_password, password)
    async with SystemSession("setup") as session, session.transaction():
        session.add(user)
        await session.flush()
        if tenant_id is not None:
            session.add(Membership(tenant_id=tenant_id, user_id=user.id, role=role))
            await session.flush()
        logged_in = await sessions.start_session(session, user, access_ttl_s=access_ttl_s)
    person = _person(logged_in)
    person.password = password
    return person


async def make_platform_admin() -> Person:
    return await make_person(f"root.{uuid4().hex[:8]}", None)


async def log_in_again(
    user_id: UUID, tenant_id: UUID | None = None, *, access_ttl_s: int | None = None
) -> Person:
    """One more log-in session of an existing person."""
    async with SystemSession("setup") as session, session.transaction():
        user = await people.user_by_id(session, user_id)
        assert user is not None
        return _person(
            await sessions.start_session(
                session, user, tenant_id=tenant_id, access_ttl_s=access_ttl_s
            )
        )


def _agent(tenant_id: UUID, name: str, status: str) -> Agent:
    return Agent(
        id=uuid4(),
        tenant_id=tenant_id,
        name=name,
        role="Support",
        instructions="Answer in one sentence.",
        status=status,
    )


def _user(name: str, *, is_platform_admin: bool = False) -> PortalUser:
    return PortalUser(
        id=uuid4(),
        email=f"{name}@example.com".lower(),
        display_name=name.split(".", maxsplit=1)[0].title(),
        is_platform_admin=is_platform_admin,
    )


def _person(logged_in: sessions.LoggedIn) -> Person:
    return Person(
        id=logged_in.user.id,
        email=logged_in.user.email,
        display_name=logged_in.user.display_name,
        role=logged_in.role,
        tenant_id=logged_in.tenant_id,
        token=logged_in.access_token,
        refresh_token=logged_in.refresh_token or "",
    )


async def join(tenant_id: UUID, user_id: UUID, role: str = "customer_operator") -> None:
    """Make an existing person a member of one more tenant."""
    async with SystemSession("setup") as session, session.transaction():
        session.add(Membership(tenant_id=tenant_id, user_id=user_id, role=role))


async def leave(tenant_id: UUID, user_id: UUID) -> None:
    """Delete a membership directly, without any notice to gateways."""
    async with SystemSession("setup") as session, session.transaction():
        membership = await session.get(Membership, (tenant_id, user_id))
        assert membership is not None
        await session.delete(membership)
