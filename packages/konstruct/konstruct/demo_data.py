"""A demo business to try everything with, and many people in it for load tests.

Both are idempotent: existing rows stay as they are, missing ones are added.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid5

from shared.agents.rules import ensure_agent, find_by_name, list_agents
from shared.conversations.in_bulk import ensure_conversations
from shared.db import SystemSession, TenantSession
from shared.errors import BadRequest, NotFound
from shared.identity import memberships
from shared.identity.in_bulk import ensure_memberships, ensure_sessions, ensure_users
from shared.identity.passwords import check_password_rules, verify_password
from shared.identity.roles import Role
from shared.identity.tokens import issue_access_token
from shared.identity.users import Person, create_user, find_user
from shared.knowledge import sources
from shared.models import Agent, Tenant
from shared.tenants.rules import ensure_tenant, find_tenant

SLUG = "demo"
DOMAIN = "demo.konstruct.example"
ROLES_BY_NAME: Mapping[str, Role] = {
    "platform": "platform_admin",
    "admin": "customer_admin",
    "operator": "customer_operator",
}
DOCUMENTS = Path(__file__).parent / "demo_documents"
MAX_PEOPLE = 10_000
TOKEN_TTL_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class DemoAgent:
    """An agent of the demo business. Its instructions are short, so that a tiny model follows
    them."""

    name: str
    role: str
    instructions: str


AGENTS = (
    DemoAgent(
        "Ada",
        "Customer support",
        "You are Ada, a support agent at Acme. Answer in short, friendly sentences. "
        "If you do not know something, say so and offer to ask a colleague.",
    ),
    DemoAgent(
        "Max",
        "Sales assistant",
        "You are Max, a sales assistant at Acme. Ask what the customer needs, then suggest one "
        "thing that fits. Keep answers short. Never invent prices.",
    ),
)


@dataclass(frozen=True, slots=True)
class Demo:
    """The result of a seed."""

    tenant: Tenant
    people: Sequence[Person]
    keep_their_password: frozenset[UUID]
    """People who existed before, and may log in with another password than this seed's."""
    agents: Sequence[Agent]


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """An operator with a conversation of their own, and a token valid for a day."""

    user_id: UUID
    email: str
    role: str
    tenant_id: UUID
    conversation_id: UUID
    token: str


async def seed(session: SystemSession, *, password: str) -> Demo:
    """Make the demo tenant, its agents and one person of each role.

    New people log in with this password; existing ones keep everything. Raises BadRequest for a
    password that breaks the rules.
    """
    check_password_rules(password)
    tenant = await ensure_tenant(session, name="Acme Demo", slug=SLUG)
    for each in AGENTS:
        await ensure_agent(
            session, tenant.id, name=each.name, role=each.role, instructions=each.instructions
        )
    people, keep_theirs = [], set()
    for name, role in ROLES_BY_NAME.items():
        person, by_this_password = await _ensure_person(session, tenant, name, role, password)
        people.append(person)
        if not by_this_password:
            keep_theirs.add(person.user.id)
    hired = await list_agents(session, tenant.id)
    return Demo(tenant, people, frozenset(keep_theirs), hired)


async def give_documents(tenant_id: UUID) -> None:
    """Let the demo's agents read the demo's documents, unless the business has knowledge already.
    A worker reads them once there is one."""
    async with TenantSession(tenant_id) as session, session.transaction():
        if await sources.list_sources(session, tenant_id, limit=1):
            return
        readers = [agent.id for agent in await list_agents(session, tenant_id)]
        for file in sorted(DOCUMENTS.glob("*.md")):
            await sources.add_file(
                session,
                tenant_id,
                name=file.name,
                mime="text/markdown",
                content=file.read_bytes(),
                agent_ids=readers,
            )


async def make_people(session: SystemSession, count: int) -> Sequence[DemoPerson]:
    """Make the operators 1 to `count`, each with a conversation with the first agent.

    They have no password, because hashing a thousand takes a minute. Raises BadRequest, and
    NotFound if the demo is not seeded.
    """
    if not 1 <= count <= MAX_PEOPLE:
        raise BadRequest(f"{count} people are not possible: choose 1 to {MAX_PEOPLE}.")
    role = ROLES_BY_NAME["operator"]
    tenant = await _demo_tenant(session)
    agent = await find_by_name(session, tenant.id, AGENTS[0].name)
    if agent is None:
        raise NotFound(f"The demo tenant has no agent {AGENTS[0].name} any more. Seed it again.")
    names = {f"person-{number:04}@{DOMAIN}": f"Person {number}" for number in range(1, count + 1)}
    user_ids = await ensure_users(session, names)
    await ensure_memberships(session, tenant_id=tenant.id, user_ids=user_ids.values(), role=role)
    conversation_ids = await ensure_conversations(
        session, tenant_id=tenant.id, agent_id=agent.id, user_ids=user_ids.values()
    )
    # One log-in session each, with an id that is always the same, so that repeating this leaves no
    # extra rows.
    session_ids = {user_id: uuid5(user_id, SLUG) for user_id in user_ids.values()}
    await ensure_sessions(
        session,
        session_ids,
        tenant_id=tenant.id,
        expires_at=datetime.now(UTC) + timedelta(seconds=TOKEN_TTL_S),
    )
    return [
        DemoPerson(
            user_id=user_id,
            email=email,
            role=role,
            tenant_id=tenant.id,
            conversation_id=conversation_ids[user_id],
            token=issue_access_token(
                user_id=user_id,
                role=role,
                tenant_id=tenant.id,
                session_id=session_ids[user_id],
                ttl_s=TOKEN_TTL_S,
            )[0],
        )
        for email, user_id in user_ids.items()
    ]


async def _demo_tenant(session: SystemSession) -> Tenant:
    try:
        return await find_tenant(session, SLUG)
    except NotFound:
        raise NotFound("There is no demo tenant yet. Seed the demo first.") from None


async def _ensure_person(
    session: SystemSession, tenant: Tenant, name: str, role: Role, password: str
) -> tuple[Person, bool]:
    """The person, and whether this password logs them in."""
    email = f"{name}@{DOMAIN}"
    home = None if role == "platform_admin" else tenant
    try:
        user = await find_user(session, email)
    except NotFound:
        new = await create_user(
            session,
            email=email,
            role=role,
            tenant=home,
            display_name=f"Demo {name}",
            password=password,
        )
        return new, True
    fits = await verify_password(password, user.password_hash)
    if home is None:
        return Person(user, role, None), fits
    await memberships.ensure_member(session, tenant_id=home.id, user_id=user.id, role=role)
    return Person(user, await memberships.role_in(session, home.id, user.id), home.id), fits
