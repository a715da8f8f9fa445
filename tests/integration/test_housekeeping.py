"""What workers tidy away, so that nothing grows for ever."""

from datetime import timedelta

import psycopg
import pytest
from shared.db import SystemSession
from shared.housekeeping import KEPT, TIDIED, forget_what_is_over
from shared.models import Base

from tests.support.people import World
from tests.support.servers import Database
from tests.support.stack import Stack
from tests.support.waiting import eventually

LOG_INS = "SELECT id FROM portal_sessions WHERE user_id = %s"
LOG_IN = """
    INSERT INTO portal_sessions (user_id, tenant_id, expires_at)
    VALUES (%s, %s, clock_timestamp() + %s::interval) RETURNING id
"""


async def test_log_ins_that_ended_a_month_ago_are_forgotten_and_no_others(
    stack: Stack, acme: World, superuser: psycopg.Connection
) -> None:
    before = {row[0] for row in superuser.execute(LOG_INS, (acme.anna.id,))}

    def log_in(ends: str) -> object:
        return superuser.execute(LOG_IN, (acme.anna.id, acme.id, ends)).fetchone()[0]  # type: ignore[index]

    kept = {log_in("-29 days"), log_in("1 day")}
    long_gone = {log_in("-31 days"), log_in("-2 years")}

    def there() -> set[object]:
        return {row[0] for row in superuser.execute(LOG_INS, (acme.anna.id,))}

    await eventually(lambda: not there() & long_gone, "they are forgotten")
    assert there() == before | kept


# ── What stands in the table of housekeeping ───────────────────────────────────────────────────


def test_every_table_says_how_long_its_rows_are_kept() -> None:
    assert set(KEPT) == set(Base.metadata.tables)


def test_what_is_over_is_found_by_an_index_in_its_order(
    superuser: psycopg.Connection, database: Database
) -> None:
    for table, kept in KEPT.items():
        if kept is None:
            continue
        begins = superuser.execute(
            "SELECT attname FROM pg_index JOIN pg_attribute"
            "    ON attrelid = indrelid AND attnum = indkey[0]"
            " WHERE indexrelid = %s::regclass AND indrelid = %s::regclass",
            (kept.index, table),
        ).fetchone()
        assert begins == (kept.since,), table


SAID = (
    "WITH talk AS (INSERT INTO web_conversations (tenant_id, agent_id, user_id)"
    " VALUES (%(tenant)s, %(agent)s, %(person)s) ON CONFLICT (tenant_id, agent_id, user_id)"
    " DO UPDATE SET updated_at = now() RETURNING tenant_id, agent_id, id), said AS"
    " (INSERT INTO web_conversation_messages (tenant_id, conversation_id, role, content, seq)"
    " SELECT tenant_id, id, 'user', 'Hi', length(%(name)s) FROM talk"
    " RETURNING tenant_id, channel, id)"
)
OLD_AND_YOUNG = {
    "answer_traces": f"{SAID} INSERT INTO answer_traces (tenant_id, channel, message_id, run_id,"
    " way, supported, whole, passages, took_ms, created_at)"
    " SELECT tenant_id, channel, id, id, %(name)s, true, true, '[]', '{}', now() - %(age)s"
    " FROM said",
    "knowledge_questions": f"{SAID} INSERT INTO knowledge_questions (tenant_id, agent_id, channel,"
    " message_id, answer_id, terms, asked_at) SELECT tenant_id, %(agent)s, channel, id, id,"
    " ARRAY[%(name)s], now() - %(age)s FROM said",
    "inbound_events": "INSERT INTO inbound_events (tenant_id, connection_id, place,"
    " external_message_id, created_at) VALUES (%(tenant)s, %(connection)s, 'C1', %(name)s,"
    " now() - %(age)s)",
    "jobs": "INSERT INTO jobs (tenant_id, kind, subject, state, finished_at)"
    " VALUES (%(tenant)s, 'check', %(name)s, 'done', now() - %(age)s)",
    "attention_items": "INSERT INTO attention_items (tenant_id, kind, subject, resolved_at)"
    " VALUES (%(tenant)s, 'handover', %(name)s, now() - %(age)s)",
    "knowledge_versions": "WITH source AS (INSERT INTO knowledge_sources (tenant_id, kind, title)"
    " VALUES (%(tenant)s, 'answer', 'a') RETURNING tenant_id, id), document AS"
    " (INSERT INTO knowledge_documents (tenant_id, source_id, title)"
    " SELECT tenant_id, id, 'a' FROM source RETURNING tenant_id, id)"
    " INSERT INTO knowledge_versions (tenant_id, document_id, version, maker, language, retired_at)"
    " SELECT tenant_id, id, 1, id, %(name)s, now() - %(age)s FROM document",
    "visitor_sessions": "WITH contact AS (INSERT INTO contacts (id, tenant_id)"
    " VALUES (gen_random_uuid(), %(tenant)s) RETURNING id), talk AS"
    " (INSERT INTO conversations (tenant_id, channel, agent_id, connection_id, external_key)"
    " SELECT tenant_id, 'widget', id, %(connection)s, %(name)s FROM agents"
    " WHERE tenant_id = %(tenant)s LIMIT 1 RETURNING id)"
    " INSERT INTO visitor_sessions (tenant_id, connection_id, contact_id, channel,"
    " conversation_id, token_sha256, expires_at)"
    " SELECT %(tenant)s, %(connection)s, contact.id, 'widget', talk.id, %(name)s,"
    " now() - %(age)s FROM contact, talk",
    "knowledge_trials": "INSERT INTO knowledge_trials (tenant_id, agent_id, question, created_at)"
    " VALUES (%(tenant)s, %(agent)s, %(name)s, now() - %(age)s)",
    "worker_leases": "INSERT INTO worker_leases (id, name, started_at, expires_at)"
    " VALUES (gen_random_uuid(), %(name)s, now(), now() - %(age)s)",
    "portal_sessions": "INSERT INTO portal_sessions (user_id, tenant_id, refresh_hash, expires_at)"
    " VALUES (%(person)s, %(tenant)s, %(name)s, now() - %(age)s)",
}
NAMED_BY = {
    "answer_traces": "way",
    "knowledge_questions": "terms[1]",
    "inbound_events": "external_message_id",
    "jobs": "subject",
    "attention_items": "subject",
    "knowledge_versions": "language",
    "knowledge_trials": "question",
    "visitor_sessions": "token_sha256",
    "worker_leases": "name",
    "portal_sessions": "refresh_hash",
}


@pytest.mark.parametrize("table", TIDIED)
async def test_what_is_over_goes_and_what_is_younger_stays(
    superuser: psycopg.Connection, acme: World, table: str
) -> None:
    kept = KEPT[table]
    assert kept is not None
    account = superuser.execute(
        "INSERT INTO channel_connections (tenant_id, channel_type) VALUES (%s, 'slack')"
        " RETURNING id",
        (acme.id,),
    ).fetchone()
    assert account
    row = {
        "tenant": acme.id,
        "person": acme.anna.id,
        "agent": acme.agent_id,
        "connection": account[0],
    }
    moment = timedelta(minutes=10)
    for name, age in {"old": kept.time + moment, "young": kept.time - moment}.items():
        superuser.execute(OLD_AND_YOUNG[table].encode(), {**row, "name": name, "age": age})

    async with SystemSession("sweep") as session, session.transaction():
        await forget_what_is_over(session, table)

    name = NAMED_BY[table]
    query = f"SELECT {name} FROM {table} WHERE {name} IN ('old', 'young')"
    assert superuser.execute(query.encode()).fetchall() == [("young",)]
