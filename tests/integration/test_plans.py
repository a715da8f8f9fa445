"""What a look at runs costs does not grow with the runs there ever were.

Every statement that names `agent_runs` is explained as our connections plan it (generic plans, as
the role that row-level security binds), beside 200,000 finished runs, analyzed when nothing was
unfinished and analyzed under load; it takes the indexes named here, and reads no whole table.
"""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
import shared
from shared.conversations import said_before
from shared.db.engine import PLANNING

from tests.support.people import World
from tests.support.servers import Database
from tests.support.statements import Stated, as_application, become, returns, statements

TABLES = ("agent_runs", "web_conversations", "channel_conversations", "conversations")
FINISHED, UNFINISHED, TENANTS, CONVERSATIONS = 200_000, 6_000, 40, 10_000

THREAD, MESSAGE, KEY = "ix_agent_runs_thread", "ix_agent_runs_message_id", "pk_agent_runs"
RUNNING, WAITING = "ix_agent_runs_running", "ix_agent_runs_waiting"
UNFINISHED_OF_THREAD, DUE = "ix_agent_runs_unfinished", "ix_agent_runs_due"
USAGE, MERGED_INTO = "ix_agent_runs_usage", "ix_agent_runs_merged_into"
CONVERSATION = "uq_web_conversations_tenant_id_id"
IN_ITS_PART = {
    "uq_web_conversations_tenant_id_channel_id",
    "uq_channel_conversations_tenant_id_channel_id",
}
"""Of the part that the channel says; a plan has them all."""
HELD = {"ix_web_conversations_held", "ix_channel_conversations_held"}

KEYS_OF_A_CONVERSATION = {
    "pk_web_conversations",
    "uq_web_conversations_tenant_id_id",
    "uq_web_conversations_tenant_id_channel_id",
}
BOTH_CONVERSATIONS = {
    f"uq_{part}_conversations_tenant_id_channel_id" for part in ("web", "channel")
}

TAKES: dict[str, set[str]] = {
    "grounding.keeping.KEEP": {*IN_ITS_PART},
    "grounding.rules._RULES": {*IN_ITS_PART},
    "grounding.tracing._TRACE": {MESSAGE},
    "channels.deliveries._DUE": {*IN_ITS_PART},
    "channels.deliveries._PLACE": {*IN_ITS_PART},
    "channels.deliveries._BEGIN": {*IN_ITS_PART},
    "channels.recipients._RECIPIENTS": {"pk_channel_conversations"},
    "channels.widget.repository._VISIT": {"uq_channel_conversations_tenant_id_channel_id"},
    "channels.widget.repository._FOUND": {"uq_channel_conversations_tenant_id_channel_id"},
    "channels.widget.repository._NEWEST": {"ix_channel_conversations_contact_id"},
    "conversations.catch_up._CONVERSATION": {CONVERSATION},
    "conversations.catch_up._CATCH_UP": {UNFINISHED_OF_THREAD, MESSAGE, CONVERSATION},
    "conversations.catch_up._CATCH_UP_ELSEWHERE": {UNFINISHED_OF_THREAD, MESSAGE, *IN_ITS_PART},
    "conversations.holding._FIND": {"pk_channel_conversations", CONVERSATION},
    "conversations.holding._TENANT_OF": {"pk_channel_conversations", CONVERSATION},
    "conversations.holding._SPEAKING": {UNFINISHED_OF_THREAD},
    "conversations.holding._LOCK": {*IN_ITS_PART},
    "conversations.holding._CHANGE": {*IN_ITS_PART},
    "conversations.holding._NOBODY_WAITS": {*HELD},
    "conversations.holding._EXPIRED": {*HELD},
    "conversations.holding._IS_EXPIRED": {*IN_ITS_PART},
    "conversations.interrupting._TAKEN_OVER": {MERGED_INTO, KEY, CONVERSATION},
    "conversations.interrupting._TAKEN_OVER_ELSEWHERE": {MERGED_INTO, KEY, *IN_ITS_PART},
    "conversations.interrupting._HANDED_OVER": {MERGED_INTO, KEY, *IN_ITS_PART},
    "conversations.speaking._SAY": {*IN_ITS_PART},
    "conversations.unanswered._ASKED": {MESSAGE},
    "conversations.unanswered._WHO_WAITS": {*IN_ITS_PART},
    "conversations.said_before.SAID_ELSEWHERE": {*IN_ITS_PART},
    "conversations.wording._SAID_BY": {*IN_ITS_PART},
    "conversations.inbound._LOCK_BY_KEY": {
        "uq_channel_conversations_connection_id_external_key",
        "uq_web_conversations_tenant_id_agent_id_user_id",
    },
    "conversations.inbound._MOVE": {"uq_channel_conversations_connection_id_external_key"},
    "conversations.inbound._THERE": {"uq_channel_conversations_connection_id_external_key"},
    "conversations.inbound._LOCK_BY_ID": {*IN_ITS_PART},
    "conversations.inbound._ADD_CONVERSATION": set(),
    "conversations.inbound._HEAR": {*IN_ITS_PART},
    "conversations.repository._LOCK": {CONVERSATION},
    "conversations.repository._LOCK_ELSEWHERE": {*IN_ITS_PART},
    "conversations.repository._END_PENDING": {MERGED_INTO, KEY, CONVERSATION},
    "conversations.repository._END_PENDING_ELSEWHERE": {MERGED_INTO, KEY, *IN_ITS_PART},
    "conversations.turns.asking._ASK": {CONVERSATION},
    "conversations.turns.asking._ASK_ELSEWHERE": {*IN_ITS_PART},
    "conversations.turns.claiming._CLAIM": {
        MERGED_INTO,
        RUNNING,
        UNFINISHED_OF_THREAD,
        KEY,
        CONVERSATION,
    },
    "conversations.turns.claiming.SAID_ELSEWHERE": {*IN_ITS_PART},
    "conversations.turns.claiming._LOCK": {UNFINISHED_OF_THREAD, KEY},
    "conversations.turns.claiming._CLAIM_ANY": {
        MERGED_INTO,
        RUNNING,
        UNFINISHED_OF_THREAD,
        KEY,
        CONVERSATION,
        *IN_ITS_PART,
    },
    "conversations.turns.claiming._WAIT_FOR_ROOM": {RUNNING, UNFINISHED_OF_THREAD, KEY},
    "conversations.turns.claiming._CLAIM_BY_MESSAGE": {
        MERGED_INTO,
        MESSAGE,
        RUNNING,
        UNFINISHED_OF_THREAD,
        CONVERSATION,
    },
    "conversations.turns.claiming._LOCK_BY_MESSAGE": {MESSAGE, UNFINISHED_OF_THREAD},
    "conversations.turns.claiming._CLAIM_ANY_BY_MESSAGE": {
        MERGED_INTO,
        MESSAGE,
        RUNNING,
        UNFINISHED_OF_THREAD,
        KEY,
        CONVERSATION,
        *IN_ITS_PART,
    },
    "conversations.turns.claiming._WAIT_FOR_ROOM_BY_MESSAGE": {
        MESSAGE,
        RUNNING,
        UNFINISHED_OF_THREAD,
    },
    "conversations.turns.ending._END": {KEY, CONVERSATION},
    "conversations.turns.ending._END_TOGETHER": {MERGED_INTO, KEY, CONVERSATION},
    "conversations.turns.ending._END_ELSEWHERE": {MERGED_INTO, KEY, *IN_ITS_PART},
    "conversations.turns.apologizing.APOLOGIZE": {*IN_ITS_PART},
    "conversations.turns.apologizing.REPORT": {*IN_ITS_PART},
    "conversations.turns.trying_again._TRY_AGAIN": {KEY, *IN_ITS_PART},
    "conversations.turns.ending._FOLLOWING": {UNFINISHED_OF_THREAD, WAITING},
    "conversations.turns.ending._WAITING_FOR_ROOM": {RUNNING, WAITING},
    "runs.bursts._PUT_OFF": {UNFINISHED_OF_THREAD, KEY},
    "runs.bursts._EDITED": {MESSAGE},
    "runs.bursts._CANCELLED": {MESSAGE},
    "runs.queue._ADD_RUN": set(),
    "runs.queue._RUN_OF_MESSAGE": {MESSAGE},
    "runs.queue._RUN": {KEY},
    "runs.queue._UNFINISHED_OF_THREAD": {UNFINISHED_OF_THREAD},
    "runs.queue._FINISHED_BY": {KEY},
    "runs.queue._REQUEST_STOP": {KEY},
    "runs.queue._CANCEL_UNFINISHED": {UNFINISHED_OF_THREAD},
    "runs.queue._FORGET_PAYLOADS": {THREAD},
    "runs.queue._FORGET_STEPS": {THREAD},
    "runs.queue._FORGET_CALLS": {THREAD},
    "runs.steps._STORE": {KEY},
    "runs.steps._LOOK": {KEY},
    "runs.steps._START": {KEY},
    "runs.steps._SETTLE": {KEY},
    "runs.facts._UNKNOWN_CALL": {KEY, *BOTH_CONVERSATIONS},
    "runs.facts._UNKNOWN_OF_RUN": {KEY, *BOTH_CONVERSATIONS},
    "runs.facts._UNKNOWN_FOR_EVER": {KEY, *BOTH_CONVERSATIONS},
    "runs.queue._RETURN_TO_QUEUE": {KEY},
    "runs.queue._NEWS": {MERGED_INTO, RUNNING, KEY},
    "runs.resuming._GOES_ON": {KEY},
    "runs.resuming._MERGE": {KEY},
    "runs.resuming._ADD_MERGED": {KEY},
    "runs.sweep._TAKE_DUE": {DUE, RUNNING, UNFINISHED_OF_THREAD, KEY},
    "runs.sweep._BACKLOG": {DUE, UNFINISHED_OF_THREAD},
    "tenants.quota_repository._USAGE": {USAGE},
}
BY_EITHER_KEY = {"runs.facts._UNKNOWN_FOR_EVER"}
"""A conversation is found by its id alone or with its tenant and channel, at the same cost."""
OTHER_KEYS = {
    f"pk_{part}_conversations": f"uq_{part}_conversations_tenant_id_channel_id"
    for part in ("web", "channel")
}
WITH_BITMAPS = {"tenants.quota_repository._USAGE"}
AS_THE_SYSTEM = {
    "runs.sweep._TAKE_DUE",
    "runs.sweep._BACKLOG",
    "runs.queue._RETURN_TO_QUEUE",
    "runs.queue._NEWS",
    "runs.facts._UNKNOWN_FOR_EVER",
    "conversations.unanswered._WHO_WAITS",
}

_AGENT = f"""
    JOIN (SELECT *, row_number() OVER (ORDER BY id) AS place FROM agents) AS agent
      ON agent.place = 1 + floor(power(mod(number, {TENANTS}) / {TENANTS}::float, 2) * {TENANTS})
"""
_ADD_CONVERSATIONS = f"""
INSERT INTO web_conversations (tenant_id, agent_id, user_id)
SELECT agent.tenant_id, agent.id, gen_random_uuid()
  FROM generate_series(1, {CONVERSATIONS}) AS number {_AGENT}
"""
_ADD_CONVERSATIONS_ELSEWHERE = f"""
INSERT INTO conversations (tenant_id, channel, agent_id, connection_id, external_key)
SELECT agent.tenant_id, 'slack', agent.id, gen_random_uuid(), number::text
  FROM generate_series(1, {CONVERSATIONS}) AS number {_AGENT}
"""
_ADD_RUNS = f"""
INSERT INTO agent_runs (tenant_id, agent_id, channel, thread_id, message_id, state, attempt,
                        worker_id, waits_for_room, next_nudge_at, finished_at, input_tokens)
SELECT agent.tenant_id, agent.id, 'web', md5(mod(number, {CONVERSATIONS})::text)::uuid::text,
       gen_random_uuid()::text, {{state}}, 1, md5(mod(number, 6)::text)::uuid,
       {{state}} = 'pending' AND mod(number, 3) = 0, now() + interval '1 minute', {{finished_at}},
       100
  FROM generate_series(1, {{runs}}) AS number {_AGENT}
"""


def looks() -> Iterator[Stated]:
    """The statements that name runs or conversations, wherever they stand."""
    for stated in statements():
        if re.search(rf"\b({'|'.join(TABLES)})\b", stated.sql):
            yield stated


@pytest.fixture
def crowded(database: Database, acme: World, superuser: psycopg.Connection) -> psycopg.Connection:
    """A database with many finished runs, of tenants great and small."""
    superuser.execute("SET synchronous_commit = off; SET session_replication_role = replica")
    superuser.execute(
        "INSERT INTO tenants (name, slug) SELECT 'T', 't' || n FROM generate_series(2, %s) AS n",
        (TENANTS,),
    )
    superuser.execute(
        "INSERT INTO agents (tenant_id, name, role, instructions)"
        " SELECT id, 'Ada', '', '' FROM tenants WHERE id <> %s",
        (acme.id,),
    )
    superuser.execute(_ADD_CONVERSATIONS.encode())
    superuser.execute(_ADD_CONVERSATIONS_ELSEWHERE.encode())
    _add_runs(superuser, FINISHED, "'done'", "now() - number * interval '1 second'")
    superuser.execute("ANALYZE")
    return superuser


def _add_runs(connection: psycopg.Connection, runs: int, state: str, finished_at: str) -> None:
    connection.execute(_ADD_RUNS.format(runs=runs, state=state, finished_at=finished_at).encode())


def test_every_look_at_runs_takes_its_index_however_many_there_were(
    database: Database, crowded: psycopg.Connection
) -> None:
    """Whoever comes first on a connection: a tenant that has many runs, or none."""
    (greatest,) = crowded.execute(
        "SELECT tenant_id FROM agent_runs GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
    ).fetchone() or (None,)
    first_come = {"a great tenant": greatest, "a tenant without runs": uuid4()}

    def take_their_indexes(when: str) -> None:
        for whose, tenant_id in first_come.items():
            assert _plans(database, tenant_id) == TAKES, f"{when}, planned for {whose}"

    take_their_indexes("analyzed at rest")
    _add_runs(crowded, UNFINISHED, "(ARRAY['pending', 'running'])[1 + mod(number, 2)]", "NULL")
    take_their_indexes("under load, analyzed at rest")
    crowded.execute("ANALYZE")
    take_their_indexes("analyzed under load")


def _plans(database: Database, tenant_id: UUID) -> dict[str, set[str]]:
    options = PLANNING | {"app.current_tenant": str(tenant_id)}
    with as_application(database, **options) as connection:
        return {stated.name: _indexes(connection, stated) for stated in looks()}


def _indexes(connection: psycopg.Connection, stated: Stated) -> set[str]:
    bitmaps = "on" if stated.name in WITH_BITMAPS else "off"
    connection.execute(f"SET enable_bitmapscan = {bitmaps}".encode())
    taken = set(_taken(_plan(connection, stated)))
    return {OTHER_KEYS.get(each, each) for each in taken} if stated.name in BY_EITHER_KEY else taken


def _plan(connection: psycopg.Connection, stated: Stated) -> dict[str, Any]:
    """With all parts of a table among which a parameter will choose."""
    become(connection, system=stated.name in AS_THE_SYSTEM)
    explain = f"EXPLAIN (GENERIC_PLAN, FORMAT JSON) {stated.sql}"
    row = connection.execute(explain.encode()).fetchone()
    assert row
    plans = row[0] if isinstance(row[0], list) else json.loads(row[0])
    plan: dict[str, Any] = plans[0]["Plan"]
    return plan


def _taken(node: dict[str, Any]) -> Iterator[str]:
    """The indexes on runs in a plan; and that all were read, if they were."""
    if index := node.get("Index Name"):
        if any(table in index for table in TABLES):
            yield index
    elif node["Node Type"] == "Seq Scan" and node["Relation Name"] in TABLES:
        yield f"all {node['Relation Name']} there ever were"
    for below in node.get("Plans", ()):
        yield from _taken(below)


_ADD_MESSAGES = """
INSERT INTO web_conversation_messages (tenant_id, conversation_id, seq, role, content)
SELECT said.tenant_id, said.id, number, 'user', 'Hello'
  FROM web_conversations AS said, generate_series(1, {messages}) AS number
"""


@pytest.mark.parametrize("messages", [0, 6, 60])
def test_the_newest_messages_are_read_along_their_index_however_long_conversations_look(
    database: Database, acme: World, superuser: psycopg.Connection, messages: int
) -> None:
    """Where most are short, a long one would else be read and sorted whole, for each answer."""
    superuser.execute("SET synchronous_commit = off; SET session_replication_role = replica")
    superuser.execute(
        "INSERT INTO agents (tenant_id, name, role, instructions) VALUES (%s, 'A', '', '')",
        (acme.id,),
    )
    superuser.execute(
        "INSERT INTO web_conversations (tenant_id, agent_id, user_id)"
        " SELECT agent.tenant_id, agent.id, gen_random_uuid()"
        "  FROM agents AS agent, generate_series(1, 500) WHERE agent.tenant_id = %s",
        (acme.id,),
    )
    superuser.execute(_ADD_MESSAGES.format(messages=messages).encode())
    if messages:  # else as on the first day
        superuser.execute("ANALYZE")
    options = PLANNING | {"app.current_tenant": str(acme.id)}
    with as_application(database, **options) as connection:
        plan = _plan(connection, Stated("SAID_BEFORE", said_before.SAID.sql.decode()))
    read = next(node for node in _nodes(plan) if node.get("Alias") == "said")
    assert (read["Node Type"], read["Scan Direction"]) == ("Index Scan", "Backward")
    assert not [node for node in _nodes(plan) if node["Node Type"] == "Sort"]


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("web_conversations", ("tenant_id", "id")),
        ("web_conversation_messages", ("conversation_id", "id")),
        ("channel_conversations", ("tenant_id", "channel", "id")),
        ("channel_messages", ("conversation_id", "id")),
    ],
)
def test_on_the_first_day_what_a_message_belongs_to_is_found_by_its_key(
    superuser: psycopg.Connection, table: str, key: tuple[str, ...]
) -> None:
    """PostgreSQL's own look for a foreign key, on tables that were never analyzed: not by reading
    the conversation."""
    found = " AND ".join(f"{column} = ${number}" for number, column in enumerate(key, 1))
    look = Stated("a foreign key's", f"SELECT FROM ONLY {table} WHERE {found} FOR KEY SHARE")
    (scan,) = (node for node in _nodes(_plan(superuser, look)) if "Index Name" in node)
    assert "Filter" not in scan, scan


def test_on_the_first_day_a_conversation_is_found_by_its_key(
    database: Database, acme: World
) -> None:
    options = PLANNING | {"app.current_tenant": str(acme.id)}
    stated = {each.name: each for each in statements()}
    with as_application(database, **options) as connection:
        for name in ("conversations.turns.asking._ASK", "conversations.turns.ending._END"):
            plan = _plan(connection, stated[name])
            scans = [
                node
                for node in _nodes(plan)
                if node.get("Relation Name") == "web_conversations" and "Index Name" in node
            ]
            assert {scan["Index Name"] for scan in scans} <= KEYS_OF_A_CONVERSATION, name


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", ()):
        yield from _nodes(below)


def test_no_look_at_runs_is_put_together_where_this_test_does_not_see_it() -> None:
    """Statements are made once, in the open; functions only fill in their parameters."""
    hidden = []
    for path in sorted(Path(shared.__file__).parent.rglob("*.py")):
        if path.stem in ("predicates", "writing", "outcomes"):
            continue  # which make parts of statements, no whole ones
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                if returns(function, "Statement"):
                    continue  # made twice at the module's top: see test_pipelined.py
                body = " ".join(map(ast.unparse, function.body))
                body = body.replace("select(AgentRun).from_statement", "")
                if re.search(r"\bagent_runs\b|\bAgentRun\b", body):
                    hidden.append(f"{path.stem}.{function.name}")
    assert hidden == []


def test_no_look_at_runs_leaves_its_columns_to_the_table() -> None:
    """A migration that adds a column would break what the connections of processes that run have
    prepared: "cached plan must not change result type"."""
    everything = re.compile(r"^\s*(SELECT|RETURNING) \*", re.MULTILINE)
    assert [asked.name for asked in statements() if everything.search(asked.sql)] == []
