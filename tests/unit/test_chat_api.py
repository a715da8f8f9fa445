"""The web chat's REST API, with doubles for the caller, the session and what is stored.

The same promises hold with real servers in `tests/integration/test_chat_api.py`.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from shared.agents import repository as agents
from shared.api import chat_router
from shared.api.rbac import PortalCaller, get_portal_caller
from shared.conversations import repository as conversations
from shared.conversations.repository import ConversationSummary
from shared.db import get_session
from shared.models import Agent, WebConversation, WebConversationMessage

BEGINNING = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
ACME, GLOBEX = uuid4(), uuid4()
ANNA, BEN, GINA = (PortalCaller(uuid4(), "customer_operator", t) for t in (ACME, ACME, GLOBEX))
ADMIN = PortalCaller(uuid4(), "customer_admin", ACME)
ROOT = PortalCaller(uuid4(), "platform_admin", None)


class SessionDouble:
    """Remembers which scope it entered; what is stored asks it what it may show."""

    def __init__(self) -> None:
        self.tenant_id: UUID | None = None
        self.person_id: UUID | None = None
        self.is_system = False
        self.executed: list[object] = []

    async def execute(self, statement: object) -> None:
        self.executed.append(statement)

    def after_commit(self, notify: object) -> None:
        """Nothing is committed."""

    async def enter_tenant(self, tenant_id: UUID) -> None:
        self.tenant_id = tenant_id

    async def enter_person(self, tenant_id: UUID, person_id: UUID) -> None:
        self.tenant_id, self.person_id = tenant_id, person_id

    async def enter_system(self, purpose: str) -> None:
        self.is_system = purpose == "platform_admin"

    def sees(self, tenant_id: UUID) -> bool:
        return self.is_system or tenant_id == self.tenant_id


@dataclass
class Stored:
    """Two tenants with an agent each, in memory, behind the names of the repositories."""

    roles: dict[tuple[UUID, UUID], str]
    agents: dict[UUID, Agent]
    conversations: list[WebConversation] = field(default_factory=list)
    messages: list[WebConversationMessage] = field(default_factory=list)

    async def member_role(self, session: Any, tenant_id: UUID, user_id: UUID) -> str | None:
        return self.roles.get((tenant_id, user_id)) if session.sees(tenant_id) else None

    async def agent_by_id(self, session: Any, tenant_id: UUID, agent_id: UUID) -> Agent | None:
        agent = self.agents.get(agent_id)
        return agent if agent and agent.tenant_id == tenant_id else None

    async def summaries(
        self, session: Any, *, tenant_id: UUID | None, user_id: UUID | None, limit: int
    ) -> list[ConversationSummary]:
        return [
            ConversationSummary(
                c.id, c.tenant_id, c.agent_id, "Ada", c.updated_at, None, c.user_id, "Anna"
            )
            for c in self.conversations
            if session.sees(c.tenant_id)
            and tenant_id in (None, c.tenant_id)
            and user_id in (None, c.user_id)
        ]

    async def conversation_by_id(self, session: Any, id_: UUID) -> WebConversation | None:
        found = (c for c in self.conversations if c.id == id_ and session.sees(c.tenant_id))
        return next(found, None)

    async def create_conversation(
        self, session: Any, *, tenant_id: UUID, agent_id: UUID, user_id: UUID
    ) -> tuple[WebConversation, bool]:
        for known in self.conversations:
            if (known.tenant_id, known.agent_id, known.user_id) == (tenant_id, agent_id, user_id):
                return known, False
        return self.open(tenant_id, agent_id, user_id), True

    async def message_by_id(
        self, session: Any, conversation_id: UUID, message_id: UUID
    ) -> WebConversationMessage | None:
        found = (m for m in self.messages if m.id == message_id)
        return next((m for m in found if m.conversation_id == conversation_id), None)

    async def history_page(
        self, session: Any, conversation_id: UUID, *, limit: int, before_seq: int | None = None
    ) -> list[WebConversationMessage]:
        older = [m for m in self.messages if m.conversation_id == conversation_id]
        if before_seq is not None:
            older = [m for m in older if m.seq < before_seq]
        return older[-limit:]

    def open(self, tenant_id: UUID, agent_id: UUID, user_id: UUID) -> WebConversation:
        opened_at = BEGINNING + timedelta(minutes=len(self.conversations))
        conversation = WebConversation(
            id=uuid4(), tenant_id=tenant_id, agent_id=agent_id, user_id=user_id,
            updated_at=opened_at,
        )  # fmt: skip
        self.conversations.append(conversation)
        return conversation

    def talk(self, conversation: WebConversation, turns: int) -> list[WebConversationMessage]:
        """So many questions, each with its answer."""
        said: list[WebConversationMessage] = []
        for seq in range(1, 2 * turns + 1):
            is_answer = seq % 2 == 0
            said.append(
                WebConversationMessage(
                    id=uuid4(), tenant_id=conversation.tenant_id, conversation_id=conversation.id,
                    role="assistant" if is_answer else "user", content=f"text {seq}", seq=seq,
                    status="complete", created_at=BEGINNING + timedelta(seconds=seq),
                    reply_to=said[-1].id if is_answer else None,
                )
            )  # fmt: skip
        self.messages += said
        return said

    def agent_of(self, tenant_id: UUID) -> UUID:
        return next(a.id for a in self.agents.values() if a.tenant_id == tenant_id)


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch) -> Stored:
    people = {(ACME, c.user_id): c.role for c in (ANNA, BEN, ADMIN)}
    employees = [Agent(id=uuid4(), tenant_id=t, name="Ada") for t in (ACME, GLOBEX)]
    stored = Stored(
        roles=people | {(GLOBEX, GINA.user_id): GINA.role},
        agents={agent.id: agent for agent in employees},
    )
    monkeypatch.setattr("shared.api.rbac.role_in", stored.member_role)
    monkeypatch.setattr(agents, "agent_by_id", stored.agent_by_id)
    for name in ("summaries", "conversation_by_id", "create_conversation", "message_by_id",
                 "history_page"):  # fmt: skip
        monkeypatch.setattr(conversations, name, getattr(stored, name))
    return stored


Call = Callable[..., Any]


@pytest.fixture
def sessions() -> list[SessionDouble]:
    """Those of the requests so far."""
    return []


@pytest.fixture
async def app(sessions: list[SessionDouble]) -> FastAPI:
    app = FastAPI()
    app.include_router(chat_router)

    async def session() -> AsyncIterator[SessionDouble]:
        sessions.append(SessionDouble())
        yield sessions[-1]

    app.dependency_overrides[get_session] = session
    return app


@pytest.fixture
async def client(app: FastAPI, stored: Stored) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app)
    base = "http://testserver/api/portal/chat"
    async with httpx.AsyncClient(transport=transport, base_url=base) as client:
        yield client


@pytest.fixture
def calls(app: FastAPI, client: httpx.AsyncClient) -> Iterator[Call]:
    """`await calls(ANNA, "GET", "/conversations", …)`: a request somebody makes."""

    async def call(who: PortalCaller, method: str, path: str, **options: Any) -> httpx.Response:
        app.dependency_overrides[get_portal_caller] = lambda: who
        return await client.request(method, path, **options)

    yield call
    app.dependency_overrides.clear()


async def test_chat_rbac_enforcement(calls: Call, stored: Stored) -> None:
    """Nobody sees or writes what is not theirs, nor learns whether it exists."""
    annas = stored.open(ACME, stored.agent_of(ACME), ANNA.user_id)
    stored.talk(annas, 1)
    bens = stored.open(ACME, stored.agent_of(ACME), BEN.user_id)

    # A tenant one is no member of is refused the same whether it exists or not.
    foreign = await calls(ANNA, "GET", f"/conversations?tenant_id={GLOBEX}")
    missing = await calls(ANNA, "GET", f"/conversations?tenant_id={uuid4()}")
    assert foreign.status_code == missing.status_code == 403
    assert foreign.json() == missing.json()

    # An operator and a tenant's admin see their own conversations alone.
    listed = await calls(ANNA, "GET", f"/conversations?tenant_id={ACME}")
    assert [row["id"] for row in listed.json()] == [str(annas.id)]
    assert (await calls(ADMIN, "GET", f"/conversations?tenant_id={ACME}")).json() == []

    # A colleague's conversation is refused; another tenant's is like one that does not exist.
    for method, path in (("GET", "/conversations/{}/messages"), ("DELETE", "/conversations/{}")):
        for colleague in (BEN, ADMIN):
            assert (await calls(colleague, method, path.format(annas.id))).status_code == 403
        theirs = await calls(GINA, method, path.format(annas.id))
        unknown = await calls(GINA, method, path.format(uuid4()))
        assert theirs.status_code == unknown.status_code == 404
        assert theirs.json() == unknown.json()
    assert len(stored.messages) == 2

    # Nothing is opened in a tenant one is no member of, nor with another tenant's agent.
    body = {"tenant_id": str(ACME), "agent_id": str(stored.agent_of(ACME))}
    assert (await calls(GINA, "POST", "/conversations", json=body)).status_code == 403
    body = {"tenant_id": str(GLOBEX), "agent_id": str(stored.agent_of(ACME))}
    assert (await calls(GINA, "POST", "/conversations", json=body)).status_code == 404
    assert stored.conversations == [annas, bens]

    # Who is no member any more loses what was theirs.
    del stored.roles[ACME, ANNA.user_id]
    gone = await calls(ANNA, "GET", f"/conversations/{annas.id}/messages")
    assert gone.status_code == 403


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"/conversations?tenant_id={ACME}"),
        ("GET", f"/conversations/{uuid4()}/messages"),
        ("POST", "/conversations"),
        ("DELETE", f"/conversations/{uuid4()}"),
    ],
    ids=["list", "history", "create", "reset"],
)
async def test_every_call_needs_a_token(client: httpx.AsyncClient, method: str, path: str) -> None:
    body = {"tenant_id": str(ACME), "agent_id": str(uuid4())} if method == "POST" else None
    for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic YTpi"}):
        answer = await client.request(method, path, json=body, headers=headers)
        assert answer.status_code == 401


async def test_platform_admin_cross_tenant(calls: Call, stored: Stored) -> None:
    """The platform admin sees one tenant or all, and anyone's history; others must name theirs."""
    annas = stored.open(ACME, stored.agent_of(ACME), ANNA.user_id)
    ginas = stored.open(GLOBEX, stored.agent_of(GLOBEX), GINA.user_id)
    stored.talk(ginas, 1)

    async def listed(query: str) -> set[str]:
        answer = await calls(ROOT, "GET", f"/conversations{query}")
        assert answer.status_code == 200
        return {row["id"] for row in answer.json()}

    assert await listed("") == {str(annas.id), str(ginas.id)}
    assert await listed(f"?tenant_id={ACME}") == {str(annas.id)}
    assert await listed(f"?tenant_id={GLOBEX}") == {str(ginas.id)}
    assert await listed(f"?tenant_id={uuid4()}") == set()

    history = await calls(ROOT, "GET", f"/conversations/{ginas.id}/messages")
    assert [message["content"] for message in history.json()] == ["text 1", "text 2"]
    assert (await calls(ROOT, "GET", f"/conversations/{uuid4()}/messages")).status_code == 404

    for someone in (ANNA, ADMIN, GINA):
        answer = await calls(someone, "GET", "/conversations")
        assert answer.status_code == 400


async def test_list_conversation_history(calls: Call, stored: Stored) -> None:
    """Pages of history in ascending order, the newest first page, older ones by `before`."""
    conversation = stored.open(ACME, stored.agent_of(ACME), ANNA.user_id)
    said = stored.talk(conversation, 5)
    elsewhere = stored.talk(stored.open(GLOBEX, stored.agent_of(GLOBEX), GINA.user_id), 1)
    path = f"/conversations/{conversation.id}/messages"

    async def page(query: str = "") -> list[dict[str, Any]]:
        answer = await calls(ANNA, "GET", path + query)
        assert answer.status_code == 200
        rows: list[dict[str, Any]] = answer.json()
        return rows

    everything = await page()
    assert [row["seq"] for row in everything] == list(range(1, 11))
    assert everything[1] == {
        "id": str(said[1].id),
        "role": "assistant",
        "content": "text 2",
        "created_at": "2026-11-01T09:00:02Z",
        "seq": 2,
        "status": "complete",
        "reply_to": str(said[0].id),
        "client_message_id": None,
        "error_code": None,
        "finish": None,
    }
    assert [row["seq"] for row in await page("?limit=3")] == [8, 9, 10]
    assert [row["seq"] for row in await page(f"?limit=3&before={said[7].id}")] == [5, 6, 7]
    assert await page(f"?before={said[0].id}") == []

    for strange in (uuid4(), elsewhere[0].id):
        assert (await calls(ANNA, "GET", f"{path}?before={strange}")).status_code == 404
    for wrong in ("limit=0", "limit=201", "limit=many", "before=yesterday"):
        assert (await calls(ANNA, "GET", f"{path}?{wrong}")).status_code == 422


async def test_members_read_in_their_own_scope_alone(
    calls: Call, stored: Stored, sessions: list[SessionDouble]
) -> None:
    """What was forgotten in a query then shows nothing of a colleague's."""
    annas = stored.open(ACME, stored.agent_of(ACME), ANNA.user_id)
    for path in (f"/conversations?tenant_id={ACME}", f"/conversations/{annas.id}/messages"):
        for who, reads_for in ((ANNA, ANNA.user_id), (ROOT, None)):
            assert (await calls(who, "GET", path)).status_code == 200
            assert sessions[-1].person_id == reads_for


async def test_create_conversation(calls: Call, stored: Stored) -> None:
    """A person has one conversation with an agent: it is made, and the same one given back."""
    body = {"tenant_id": str(ACME), "agent_id": str(stored.agent_of(ACME))}

    first = await calls(ANNA, "POST", "/conversations", json=body)
    again = await calls(ANNA, "POST", "/conversations", json=body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["agent_id"] == body["agent_id"]
    assert first.json()["agent_name"] == "Ada"

    someone_elses = await calls(BEN, "POST", "/conversations", json=body)
    assert someone_elses.status_code == 201
    assert someone_elses.json()["id"] != first.json()["id"]

    assert [c.user_id for c in stored.conversations] == [ANNA.user_id, BEN.user_id]
    for wrong in ({}, body | {"agent_id": "Ada"}, {"agent_id": body["agent_id"]}):
        assert (await calls(ANNA, "POST", "/conversations", json=wrong)).status_code == 422
    nobody = body | {"agent_id": str(uuid4())}
    assert (await calls(ANNA, "POST", "/conversations", json=nobody)).status_code == 404
