"""The wall: what one tenant cannot see, change, add or reach of another, whatever a query says.

Every table of the catalogue × select, insert, update, move, delete × another tenant, a tenant that
does not exist, none, an empty one, garbage. A new table is tried without being named here; what
belongs to no tenant is named here with its reason.
"""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, LiteralString, cast
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql
from shared.config import get_settings
from shared.db import SystemSession, TenantSession
from shared.db.engine import dispose_engine, get_engine
from shared.models import (
    Agent,
    AgentCounter,
    AgentKnowledge,
    AgentRun,
    AgentVersion,
    AnswerRules,
    AnswerTrace,
    AttentionItem,
    AuditEvent,
    Base,
    BusinessHours,
    ChannelConnection,
    ChannelConversation,
    ChannelMessage,
    ConnectionCursor,
    ConnectionLease,
    Contact,
    ContactAddress,
    Delivery,
    File,
    InboundEvent,
    Invitation,
    Job,
    KnowledgeChunk,
    KnowledgeDocument,
    KnowledgeEmbedding,
    KnowledgeQuestion,
    KnowledgeSource,
    KnowledgeTerm,
    KnowledgeTrial,
    KnowledgeVersion,
    LlmKey,
    LlmSettings,
    MessageRating,
    RunStep,
    Secret,
    TenantLimits,
    ToolCall,
    VisitorConsent,
    VisitorSession,
    WebConversationMessage,
    WorkerLease,
)
from sqlalchemy import Table, select, text, update
from sqlalchemy.dialects.postgresql import BitString
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from tests.support.people import World, make_world
from tests.support.servers import Database, Servers

TABLES = {table.name: table for table in Base.metadata.sorted_tables}
WITHOUT_WALL = {"alembic_version": "which migration stands; the application reads it and no more"}
READ_BY_ALL = {
    "worker_leases": "claiming a run asks whether its worker lives; no tenant's data",
    "connection_leases": "who sends compares the lease's number in the tenant's own transaction",
}
READ_BY_ITS_TENANT = {"tenant_limits": "nobody raises the limits set to them"}
ONLY_ADDED = {"audit_events": "what was done stays written, whoever would rather not"}
FOR_STAFF = {
    "contact_addresses": "what people are called elsewhere is not for other people who write",
    "attention_items": "what waits for colleagues is among colleagues",
    "answer_traces": "how an answer came about is for those who teach the employee",
    "knowledge_questions": "what somebody asked in vain is for those who may answer it",
    "visitor_sessions": "by what a visitor is known is for nobody who visits",
    "visitor_consents": "to what others agreed is not for who writes",
    "message_ratings": "what customers think of answers is for colleagues",
}
KEPT_BY_ITS_ROWS = {"channel_connections": "its conversations stay, so it is only disconnected"}
OF_PEOPLE = {"portal_sessions": "a log-in may change tenants; only the system reads it"}
OF_TENANTS = [t for t in TABLES if "tenant_id" in TABLES[t].columns and t not in OF_PEOPLE]
GUESSED = uuid4()

# Which rows of a table are a tenant's, where the table has no tenant_id to say so.
ROWS_OF_TENANT: dict[str, LiteralString] = {
    "tenants": "id = %s",
    "portal_users": "id IN (SELECT user_id FROM memberships WHERE tenant_id = %s)",
    "portal_sessions": "user_id IN (SELECT user_id FROM memberships WHERE tenant_id = %s)",
    "worker_leases": "%s::uuid IS NOT NULL",
    "connection_leases": "connection_id IN"
    " (SELECT id FROM channel_connections WHERE tenant_id = %s)",
}
UNSEEN = {("move", table) for table in FOR_STAFF}
FOR_STAFF_ONLY = text("SELECT set_config('app.staff', 'somebody of the business', true)")
VERBS = ("select", "insert", "update", "move", "delete")
SCOPES = ("other tenant", "guessed", "unset", "empty", "garbage")


@dataclass(frozen=True)
class Walled:
    """A database with at least one row of each of two tenants in every table."""

    database: Database
    acme: World
    globex: World
    superuser: psycopg.Connection
    app: psycopg.Connection

    def keys(self, connection: psycopg.Connection, table: str, tenant: UUID) -> set[Any]:
        """Primary keys of a tenant's rows, as this connection sees them."""
        query = sql.SQL("SELECT {} FROM {} WHERE " + ROWS_OF_TENANT.get(table, "tenant_id = %s"))
        return set(connection.execute(query.format(key_of(table), name(table)), (tenant,)))


def name(table: str) -> sql.Identifier:
    return sql.Identifier(table)


def key_of(table: str) -> sql.Composable:
    """A parent of parts has no primary key; a message's id is unique in each of them."""
    key = [c.name for c in TABLES[table].primary_key] or ["id"]
    return sql.SQL(", ").join(map(sql.Identifier, key))


def tenant_column(table: Table) -> str:
    if "tenant_id" in table.columns:
        return "tenant_id"
    return next(column.name for column in table.primary_key)


async def fill(world: World) -> None:
    """A row of this tenant in every table that `make_world` leaves empty."""
    await world.conversation(world.ben)  # which nothing points at yet
    conversation_id = await world.conversation(world.anna)
    (question,) = await world.say(conversation_id, f"{world.name}'s secret")
    run = AgentRun(
        id=uuid4(),
        tenant_id=world.id,
        agent_id=world.agent_id,
        channel="web",
        thread_id=str(conversation_id),
        message_id=str(question.id),
        payload={"text": f"{world.name}'s secret"},
        next_nudge_at=datetime.now(UTC),
    )
    async with TenantSession(world.id) as session, session.transaction():
        session.add_all(
            [
                WebConversationMessage(
                    tenant_id=world.id,
                    conversation_id=conversation_id,
                    role="assistant",
                    content="I keep it.",
                    reply_to=question.id,
                ),
                run,
                Invitation(
                    tenant_id=world.id,
                    email=f"new@{world.slug}.example",
                    role="customer_operator",
                    token_hash=f"of {world.slug}",
                    invited_by=world.admin.id,
                    expires_at=datetime.now(UTC),
                ),
            ]
        )
        await fill_channels(session, world)
        await fill_work(session, world, run.id, conversation_id)
        await fill_knowledge(session, world)


async def fill_channels(session: AsyncSession, world: World) -> None:
    """Two of each, so that there is one that nothing points at."""
    for place in ("one", "two"):
        connection = ChannelConnection(
            id=uuid4(),
            tenant_id=world.id,
            agent_id=world.agent_id,
            channel_type="slack",
            external_key=f"{world.slug} {place}",
        )
        contact = Contact(id=uuid4(), tenant_id=world.id, display_name="Cora")
        session.add_all([connection, contact])
        await session.flush()
        conversation = ChannelConversation(
            id=uuid4(),
            tenant_id=world.id,
            channel="slack",
            agent_id=world.agent_id,
            connection_id=connection.id,
            external_key=str(contact.id),
            contact_id=contact.id,
        )
        session.add(conversation)
        await session.flush()
    question, answer = (
        ChannelMessage(
            id=uuid4(),
            tenant_id=world.id,
            channel="slack",
            conversation_id=conversation.id,
            role=role,
            content=f"{world.name}'s secret",
        )
        for role in ("user", "assistant")
    )
    session.add(question)
    await session.flush()
    answer.reply_to = question.id
    session.add(answer)
    await session.flush()
    await session.execute(FOR_STAFF_ONLY)
    session.add_all(
        [
            ContactAddress(
                id=uuid4(),
                tenant_id=world.id,
                contact_id=contact.id,
                connection_id=connection.id,
                external_id=f"U{world.slug}",
            ),
            ConnectionCursor(
                tenant_id=world.id, connection_id=connection.id, place="mia", value="1"
            ),
            InboundEvent(
                tenant_id=world.id,
                connection_id=connection.id,
                place="C1",
                external_message_id=world.slug,
                message_id=question.id,
            ),
            Delivery(
                tenant_id=world.id,
                channel="slack",
                connection_id=connection.id,
                conversation_id=conversation.id,
                message_id=answer.id,
                seq=2,
            ),
            AnswerRules(tenant_id=world.id, agent_id=world.agent_id),
            AnswerTrace(
                tenant_id=world.id,
                channel="slack",
                message_id=answer.id,
                run_id=uuid4(),
                way="model",
                supported=True,
                whole=False,
                passages=[],
                took_ms={},
            ),
            KnowledgeQuestion(
                tenant_id=world.id,
                agent_id=world.agent_id,
                channel="slack",
                message_id=question.id,
                answer_id=answer.id,
                terms=[world.slug],
            ),
            VisitorSession(
                tenant_id=world.id,
                connection_id=connection.id,
                contact_id=contact.id,
                channel="slack",
                conversation_id=conversation.id,
                token_sha256=world.slug,
                expires_at=datetime.now(UTC),
            ),
            VisitorConsent(
                tenant_id=world.id,
                connection_id=connection.id,
                contact_id=contact.id,
                text="We keep it.",
                version="1",
            ),
            MessageRating(
                tenant_id=world.id,
                channel="slack",
                message_id=answer.id,
                contact_id=contact.id,
                good=True,
                version="1",
            ),
        ]
    )


async def fill_work(
    session: AsyncSession, world: World, run_id: UUID, conversation_id: UUID
) -> None:
    session.add(
        Secret(
            tenant_id=world.id,
            owner_table="channel_connections",
            owner_id=uuid4(),
            field="api_token",
            purpose="send",
            key_id="1a2b3c4d",
            sealed=f"k1.1a2b3c4d.{world.slug}",
        )
    )
    for content in (world.name.encode(), b"which nothing points at"):
        blob = File(
            id=uuid4(),
            tenant_id=world.id,
            sha256=hashlib.sha256(content).digest(),
            mime="text/plain",
            size=len(content),
            content=content,
        )
        session.add(blob)
        session.add(Job(tenant_id=world.id, kind="check", unique_key=content.decode()))
    session.add(AgentCounter(agent_id=world.agent_id, name="n", tenant_id=world.id, value=1))
    session.add(
        AgentVersion(tenant_id=world.id, agent_id=world.agent_id, n=1, state="published", spec={})
    )
    session.add(BusinessHours(tenant_id=world.id, hours={}))
    key = LlmKey(tenant_id=world.id, name="k", provider="openai", base_url="https://a.example/v1")
    session.add(key)
    await session.flush()
    session.add(LlmSettings(tenant_id=world.id, default_key_id=key.id, fallback_key_id=key.id))
    of_world = update(Agent).where(Agent.tenant_id == world.id)
    await session.execute(of_world.values(llm_key_id=key.id))
    await session.flush()
    session.add_all(
        RunStep(
            tenant_id=world.id,
            run_id=run_id,
            n=n,
            attempt=1,
            kind="response",
            message={"text": f"{world.name}'s secret"},
            format=1,
        )
        for n in (1, 2)
    )
    await session.flush()
    session.add_all(
        [
            ToolCall(
                id=uuid4(),
                tenant_id=world.id,
                run_id=run_id,
                n=1,
                idx=0,
                tool="mail",
                args_hash="",
                effect="once",
                attempt=1,
                blob_id=blob.id,
            ),
            AttentionItem(
                id=uuid4(),
                tenant_id=world.id,
                kind="handover",
                subject=str(conversation_id),
                agent_id=world.agent_id,
                channel="web",
                conversation_id=conversation_id,
            ),
            AuditEvent(tenant_id=world.id, actor_kind="member", action="agent.hired"),
        ]
    )


async def fill_knowledge(session: AsyncSession, world: World) -> None:
    """Two of each, so that there is one that nothing points at."""
    for content in (b"what it knows", b"and what is no document's"):
        file = File(
            id=uuid4(),
            tenant_id=world.id,
            sha256=hashlib.sha256(content).digest(),
            mime="text/plain",
            size=len(content),
            content=content,
        )
        session.add(file)
    await session.flush()
    sources = [KnowledgeSource(id=uuid4(), tenant_id=world.id, kind="file", title=t) for t in "ab"]
    session.add_all(sources)
    await session.flush()
    documents = [
        KnowledgeDocument(
            id=uuid4(), tenant_id=world.id, source_id=sources[0].id, title=t, file_id=file.id
        )
        for t in "ab"
    ]
    session.add_all(documents)
    await session.flush()
    for each in documents:
        session.add(
            KnowledgeVersion(
                tenant_id=world.id, document_id=each.id, version=1, maker=each.id, language="simple"
            )
        )
    await session.flush()
    of_version = {"tenant_id": world.id, "document_id": documents[0].id, "version": 1}
    chunks = [
        KnowledgeChunk(
            id=uuid4(),
            **of_version,
            n=n,
            heading="",
            text=f"{world.name}'s secret",
            starts=0,
            ends=13,
        )
        for n in (0, 1)
    ]
    session.add_all(chunks)
    await session.flush()
    session.add(
        KnowledgeEmbedding(**of_version, n=0, model="m/2/", signs=BitString("10"), vector=[1, 0])
    )
    session.add(
        KnowledgeTerm(**of_version, lexeme="secret", chunks=[0, 1], counts=[1, 1], lengths=[2, 2])
    )
    session.add_all(
        [
            AgentKnowledge(tenant_id=world.id, agent_id=world.agent_id, source_id=sources[0].id),
            KnowledgeTrial(tenant_id=world.id, agent_id=world.agent_id, question="May I?"),
        ]
    )


async def fill_for_all() -> tuple[World, World]:
    try:
        worlds = await make_world("acme"), await make_world("globex")
        for world in worlds:
            await fill(world)
        now = datetime.now(UTC)
        async with SystemSession("setup") as session, session.transaction():
            session.add_all(TenantLimits(tenant_id=world.id, runs_at_once=9) for world in worlds)
            session.add(WorkerLease(id=uuid4(), name="worker", started_at=now, expires_at=now))
            session.add(Job(kind="health"))
            accounts = await session.scalars(select(ChannelConnection.id))
            session.add_all(ConnectionLease(connection_id=id_, role="send") for id_ in accounts)
        return worlds
    finally:
        await dispose_engine()


@pytest.fixture(scope="module")
def walled(servers: Servers) -> Iterator[Walled]:
    database = servers.create_database()
    with pytest.MonkeyPatch.context() as patch:
        for variable, value in servers.environment(database).items():
            patch.setenv(variable, value)
        get_settings.cache_clear()
        acme, globex = asyncio.run(fill_for_all())
    with (
        psycopg.connect(database.superuser_conninfo, autocommit=True) as superuser,
        psycopg.connect(database.app_url, autocommit=True) as app,
    ):
        yield Walled(database, acme, globex, superuser, app)
    servers.drop_database(database)


# ── What stands in the catalogue ───────────────────────────────────────────────────────────────


def test_every_table_of_the_catalogue_is_a_model_or_listed_with_its_reason(walled: Walled) -> None:
    rows = walled.superuser.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind IN ('r', 'p', 'f')"
    )
    assert {table for (table,) in rows} == set(TABLES) | set(WITHOUT_WALL)


def test_every_table_forces_row_security_and_has_a_policy(walled: Walled) -> None:
    rows = walled.superuser.execute(
        """
        SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity,
               (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid)
        FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
        """
    ).fetchall()
    weak = [table for table, on, forced, policies in rows if not (on and forced and policies)]
    assert set(weak) == set(WITHOUT_WALL)


def test_no_policy_but_the_listed_lets_everyone_see_everything(walled: Walled) -> None:
    rows = walled.superuser.execute(
        """
        SELECT tablename, cmd FROM pg_policies
        WHERE (qual = 'true' OR with_check = 'true') AND roles <> '{konstruct_system}'
        """
    ).fetchall()
    assert sorted(rows) == sorted((table, "SELECT") for table in READ_BY_ALL)


def test_every_policy_of_a_tenant_reads_the_tenant_so_that_empty_is_nothing_and_garbage_an_error(
    walled: Walled,
) -> None:
    rows = walled.superuser.execute(
        "SELECT tablename, qual FROM pg_policies"
        " WHERE roles <> '{konstruct_system}' AND qual <> 'true'"
    ).fetchall()
    assert len(rows) >= len(TABLES) - len(READ_BY_ALL) - len(OF_PEOPLE)
    for table, condition in rows:
        assert "NULLIF(current_setting('app.current_tenant'::text, true), ''::text))::uuid" in (
            condition
        ), table


def test_tables_without_wall_cannot_be_written_by_the_application(walled: Walled) -> None:
    rows = walled.superuser.execute(
        """
        SELECT relname, privilege FROM pg_class,
               unnest('{INSERT,UPDATE,DELETE,TRUNCATE}'::text[]) AS privilege
        WHERE relname = ANY (%s) AND has_table_privilege('konstruct_app', oid, privilege)
        """,
        (list(WITHOUT_WALL),),
    ).fetchall()
    assert rows == []


def test_nothing_looks_past_the_wall_for_others(walled: Walled) -> None:
    """No function runs as its owner, and no view does: it would need `security_invoker`."""
    functions = walled.superuser.execute(
        "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef"
        " AND proowner <> 'postgres'::regrole"
    ).fetchall()
    views = walled.superuser.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind IN ('v', 'm')"
        " AND coalesce('security_invoker=true' = ANY (reloptions), false) IS FALSE"
    ).fetchall()
    assert (functions, views) == ([], [])


# ── Every table × verb × scope ─────────────────────────────────────────────────────────────────


def scope_statement(scope: str, walled: Walled) -> tuple[LiteralString, tuple[str, ...]] | None:
    """Whoever asks says besides that they are of the business and of the house: neither helps."""
    setting = {
        "other tenant": str(walled.acme.id),
        "guessed": str(GUESSED),
        "unset": None,
        "empty": "",
        "garbage": "' OR true --",
    }[scope]
    if setting is None:
        return None
    return (
        "SELECT set_config('app.current_tenant', %s, true), set_config('app.staff', 'x', true),"
        " set_config('app.house', 'x', true)",
        (setting,),
    )


def statement(verb: str, table: str, walled: Walled) -> tuple[sql.Composable, tuple[Any, ...]]:
    """Aimed at globex's rows; it gives back the keys of the rows it saw or touched."""
    column = tenant_column(TABLES[table])
    returning = sql.SQL(" RETURNING ") + key_of(table)
    if verb == "select":
        return sql.SQL("SELECT {} FROM {}").format(key_of(table), name(table)), ()
    if verb == "delete":
        return sql.SQL("DELETE FROM {}").format(name(table)) + returning, ()
    if verb == "update":
        query = sql.SQL("UPDATE {} SET {column} = {column}")
        return query.format(name(table), column=sql.Identifier(column)) + returning, ()
    if verb == "move":
        query = sql.SQL("UPDATE {} SET {} = %s")
        return query.format(name(table), sql.Identifier(column)) + returning, (walled.globex.id,)
    return copy_of_a_row(table, walled)


def copy_of_a_row(table: str, walled: Walled) -> tuple[sql.Composable, tuple[Any, ...]]:
    """One of globex's rows again, under a new id where it has one."""
    columns = [c.name for c in TABLES[table].columns if c.identity is None]
    query = sql.SQL("SELECT {} FROM {} WHERE " + ROWS_OF_TENANT.get(table, "tenant_id = %s"))
    row = walled.superuser.execute(
        query.format(sql.SQL(", ").join(map(sql.Identifier, columns)), name(table)),
        (walled.globex.id,),
    ).fetchone()
    assert row is not None
    values = dict(zip(columns, row, strict=True))
    if "tenant_id" in values and "id" in values:
        values["id"] = uuid4()
    values = {
        column: psycopg.types.json.Jsonb(value) if isinstance(value, dict) else value
        for column, value in values.items()
    }
    insert = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        name(table),
        sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ").join(sql.Placeholder() * len(values)),
    )
    return insert, tuple(values.values())


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("table", TABLES)
def test_rows_of_a_tenant_are_out_of_reach(
    walled: Walled, table: str, verb: str, scope: str, figures: Counter[str]
) -> None:
    theirs = walled.keys(walled.superuser, table, walled.globex.id)
    assert theirs, "no row to be protected"
    figures["wall: raw cases"] += 1
    touched: set[Any] = set()
    error: type[psycopg.Error] | None = None
    query, values = statement(verb, table, walled)
    try:
        with walled.app.transaction(force_rollback=True):
            if setting := scope_statement(scope, walled):
                walled.app.execute(*setting)
            cursor = walled.app.execute(query, values)
            touched = set(cursor.fetchall()) if cursor.description else {("inserted",)}
    except psycopg.Error as raised:
        error = type(raised)

    if verb == "select" and table in READ_BY_ALL:
        assert touched >= theirs
        return
    refusals = {psycopg.errors.InsufficientPrivilege}
    if table in KEPT_BY_ITS_ROWS and (verb, scope) == ("delete", "other tenant"):
        refusals.add(psycopg.errors.RestrictViolation)
    if scope == "garbage":
        refusals.add(psycopg.errors.InvalidTextRepresentation)
        assert error in refusals
    elif scope == "other tenant":
        assert error in refusals | {None}
        assert not touched & theirs
    else:
        assert error in refusals | {None}
        assert not touched
    if verb in ("insert", "move") and scope == "other tenant":
        assert error is psycopg.errors.InsufficientPrivilege


@pytest.mark.parametrize("table", OF_TENANTS)
def test_a_tenant_reaches_its_own_rows_or_the_cases_above_show_nothing(
    walled: Walled, table: str
) -> None:
    mine = walled.keys(walled.superuser, table, walled.acme.id)
    verbs = ["select"]
    if table not in READ_BY_ITS_TENANT | ONLY_ADDED:
        verbs.append("update")
        if table not in KEPT_BY_ITS_ROWS:
            verbs.append("delete")
    for verb in verbs:
        query, values = statement(verb, table, walled)
        with walled.app.transaction(force_rollback=True):
            walled.app.execute(*cast(Any, scope_statement("other tenant", walled)))
            assert set(walled.app.execute(query, values).fetchall()) == mine, verb


@pytest.mark.parametrize("table", FOR_STAFF)
@pytest.mark.parametrize("verb", VERBS)
def test_what_is_for_staff_needs_more_than_the_tenant(
    walled: Walled, table: str, verb: str
) -> None:
    """Of one's own tenant: a query that forgets to say who asks finds nothing."""
    mine = walled.keys(walled.superuser, table, walled.acme.id)
    query, values = statement(verb, table, walled)
    values = tuple(walled.acme.id if v == walled.globex.id else v for v in values)
    for who, sees in (("nobody", False), ("app.staff", True), ("app.house", True)):
        touched: set[Any] = set()
        try:
            with walled.app.transaction(force_rollback=True):
                say = "SELECT set_config('app.current_tenant', %s, true)"
                walled.app.execute(say, (str(walled.acme.id),))
                if sees:
                    walled.app.execute("SELECT set_config(%s, 'x', true)", (who,))
                cursor = walled.app.execute(query, values)
                touched = set(cursor.fetchall()) if cursor.description else mine
        except psycopg.errors.InsufficientPrivilege:
            assert (verb, sees) == ("insert", False)
        except psycopg.errors.IntegrityError:
            assert (verb, sees) == ("insert", True)
            continue
        assert touched == (mine if sees else set()), who


@pytest.mark.parametrize("table", ONLY_ADDED)
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
def test_what_is_only_added_is_changed_by_nobody_not_even_past_the_wall(
    walled: Walled, table: str, change: LiteralString
) -> None:
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="only added"),
        walled.superuser.transaction(force_rollback=True),
    ):
        walled.superuser.execute(sql.SQL(change).format(name(table)))


def test_a_job_of_no_tenant_is_seen_by_no_tenant(walled: Walled) -> None:
    with walled.app.transaction():
        walled.app.execute(*cast(Any, scope_statement("other tenant", walled)))
        kinds = {kind for (kind,) in walled.app.execute("SELECT kind FROM jobs")}
    assert kinds == {"check"}


@pytest.mark.parametrize("scope", ["other tenant", "guessed", "nobody"])
@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("table", TABLES)
async def test_rows_of_a_tenant_are_out_of_reach_of_our_own_sessions(
    walled: Walled,
    servers: Servers,
    settings_of_its_own: pytest.MonkeyPatch,
    table: str,
    verb: str,
    scope: str,
    figures: Counter[str],
) -> None:
    theirs = walled.keys(walled.superuser, table, walled.globex.id)
    figures["wall: session cases"] += 1
    for variable, value in servers.environment(walled.database).items():
        settings_of_its_own.setenv(variable, value)
    get_settings.cache_clear()
    query, values = statement(verb, table, walled)
    session: AsyncSession
    if scope == "nobody":
        session = AsyncSession(get_engine())
    else:
        session = TenantSession(walled.acme.id if scope == "other tenant" else GUESSED)
    touched: set[Any] = set()
    refused = False
    try:
        async with session:
            connection = await session.connection()
            result = await connection.exec_driver_sql(query.as_string(walled.app), values)
            touched = {tuple(row) for row in result} if result.returns_rows else {("inserted",)}
            await session.rollback()
    except DBAPIError as error:
        kept = table in KEPT_BY_ITS_ROWS and verb == "delete"
        refusal = "RestrictViolation" if kept else "InsufficientPrivilege"
        if type(error.orig).__name__ != refusal:
            raise
        refused = True
    finally:
        await dispose_engine()

    if verb == "select" and table in READ_BY_ALL:
        assert touched >= theirs
    elif scope == "other tenant":
        assert not touched & theirs
        assert refused or verb not in ("insert", "move") or (verb, table) in UNSEEN
    else:
        assert not touched


# ── References ─────────────────────────────────────────────────────────────────────────────────

# Their columns hold no tenant_id, but another foreign key of the same row ties them to one.
TIED_OTHERWISE = {
    ("channel_messages", "reply_to"): "as web_conversation_messages.reply_to",
    ("web_conversation_messages", "reply_to"): "(tenant_id, conversation_id) is a foreign key, "
    "and reply_to is looked up within that conversation",
}
TIED_BY_WHO_WRITES = {
    ("run_steps", "run_id"): "a key of runs with the tenant would be written for each message; a "
    "step is added by a SELECT of its run, which is of the tenant or not seen",
}


@dataclass(frozen=True)
class Reference:
    """A foreign key from a table with tenant_id to one."""

    source: str
    target: str
    columns: list[str]
    targets: list[str]

    @property
    def name(self) -> tuple[str, str]:
        return self.source, self.columns[-1]

    def pairs(self) -> list[tuple[str, str]]:
        """Its columns and the target's, without what ties the row to its tenant."""
        pairs = list(zip(self.columns, self.targets, strict=True))
        return pairs[1:] if len(pairs) > 1 else pairs

    def carries_the_tenant(self) -> bool:
        return (self.columns[0], self.targets[0]) == ("tenant_id", "tenant_id")


def references_between_tenants(walled: Walled) -> list[Reference]:
    rows = walled.superuser.execute(
        """
        WITH keyed AS (
            SELECT conrelid::regclass::text AS source, confrelid::regclass::text AS target,
                   (SELECT array_agg(attname::text ORDER BY n) FROM unnest(conkey)
                        WITH ORDINALITY AS k(num, n)
                        JOIN pg_attribute ON attrelid = conrelid AND attnum = num) AS columns,
                   (SELECT array_agg(attname::text ORDER BY n) FROM unnest(confkey)
                        WITH ORDINALITY AS k(num, n)
                        JOIN pg_attribute ON attrelid = confrelid AND attnum = num) AS targets
            FROM pg_constraint WHERE contype = 'f' AND conparentid = 0
        )
        SELECT * FROM keyed ORDER BY source, columns
        """
    ).fetchall()
    with_tenant = {t for t in TABLES if "tenant_id" in TABLES[t].columns}
    return [Reference(*row) for row in rows if {row[0], row[1]} <= with_tenant]


def test_every_reference_between_tables_of_tenants_carries_the_tenant(walled: Walled) -> None:
    found = references_between_tenants(walled)
    assert len(found) >= 15
    loose = [key.name for key in found if not key.carries_the_tenant()]
    assert set(loose) == set(TIED_OTHERWISE) | set(TIED_BY_WHO_WRITES)


def unused_row(walled: Walled, key: Reference) -> tuple[Any, ...]:
    """What names a row of globex that nothing points at yet, so that no unique index speaks
    first."""
    query = sql.SQL(
        "SELECT {targets} FROM {target} AS t WHERE tenant_id = %s"
        " ORDER BY EXISTS (SELECT FROM {source} AS s WHERE s.{column} = t.{its}) LIMIT 1"
    ).format(
        targets=sql.SQL(", ").join(sql.Identifier(target) for _, target in key.pairs()),
        target=name(key.target),
        source=name(key.source),
        column=sql.Identifier(key.columns[-1]),
        its=sql.Identifier(key.targets[-1]),
    )
    row = walled.superuser.execute(query, (walled.globex.id,)).fetchone()
    assert row is not None
    return row


def test_a_row_cannot_point_at_another_tenants_row_not_even_past_the_wall(walled: Walled) -> None:
    """Foreign keys are checked by the superuser here: row-level security has no say in it."""
    tried = []
    for key in references_between_tenants(walled):
        if key.name in TIED_BY_WHO_WRITES:
            continue
        query = sql.SQL(
            "UPDATE {source} SET {values} WHERE ctid ="
            " (SELECT ctid FROM {source} WHERE tenant_id = %s AND {last} IS NOT NULL LIMIT 1)"
        ).format(
            source=name(key.source),
            last=sql.Identifier(key.columns[-1]),
            values=sql.SQL(", ").join(
                sql.SQL("{} = %s").format(sql.Identifier(column)) for column, _ in key.pairs()
            ),
        )
        with (
            pytest.raises(psycopg.errors.ForeignKeyViolation),
            walled.superuser.transaction(force_rollback=True),
        ):
            walled.superuser.execute(query, (*unused_row(walled, key), walled.acme.id))
        tried.append(key.name)
    assert ("agent_runs", "agent_id") in tried
    assert ("web_conversation_messages", "conversation_id") in tried
    assert ("deliveries", "message_id") in tried


def test_the_people_a_tenant_sees_are_its_members(walled: Walled) -> None:
    with walled.app.transaction():
        walled.app.execute(*cast(Any, scope_statement("other tenant", walled)))
        seen = {email for (email,) in walled.app.execute("SELECT email FROM portal_users")}
    assert seen == {person.email for person in walled.acme.everyone}
