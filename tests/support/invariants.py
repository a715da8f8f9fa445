"""Checks what must be true of the database after every fault, whatever was killed.

`require_settled` looks past the wall, at one tenant or at all of them.
"""

import time
from uuid import UUID

import psycopg
from psycopg.rows import namedtuple_row

from tests.support.servers import Database
from tests.support.tab import Tab

MOVES_ON_WITHIN_S = 5.0
LOOK_AGAIN_S = 0.02

UNFINISHED = """
SELECT thread_id, state, attempt FROM agent_runs
WHERE tenant_id = %(tenant)s AND state IN ('pending', 'running')
"""

# Every ended run stored one outcome that matches its state; only the last may be good.
OUTCOMES = """
SELECT u.id,
       (SELECT array_agg(CASE r.state WHEN 'done' THEN 'complete' ELSE r.state END
                         ORDER BY r.position)
          FROM agent_runs r
         WHERE r.tenant_id = u.tenant_id AND r.message_id = u.id::text) AS runs,
       (SELECT array_agg(o.status ORDER BY o.seq) FROM web_conversation_messages o
         WHERE o.conversation_id = u.conversation_id AND o.reply_to = u.id) AS outcomes
FROM web_conversation_messages u
WHERE u.tenant_id = %(tenant)s AND u.role = 'user'
"""

NUMBERS = """
SELECT c.id, c.reset_seq, c.last_seq,
       (SELECT array_agg(m.seq ORDER BY m.seq) FROM web_conversation_messages m
         WHERE m.conversation_id = c.id) AS numbers
FROM web_conversations c WHERE c.tenant_id = %(tenant)s
"""

IDLE_IN_TRANSACTION = """
SELECT pid, xact_start FROM pg_stat_activity
WHERE datname = current_database() AND state LIKE 'idle in transaction%'
"""

STORED = """
SELECT id, seq, content, status, reply_to FROM web_conversation_messages
WHERE conversation_id = %s AND seq > %s ORDER BY seq
"""


def require_settled(database: Database, tenant_id: UUID) -> int:
    """Check that each user message has exactly one outcome that was not retried, in order and
    without gaps; that nothing is unfinished; that no session is idle in a transaction. Returns the
    number of user messages."""
    with _look(database) as connection:
        of_tenant = {"tenant": tenant_id}
        assert connection.execute(UNFINISHED, of_tenant).fetchall() == []
        messages = connection.execute(OUTCOMES, of_tenant).fetchall()
        for message in messages:
            assert message.runs == message.outcomes, message
            assert all(status == "failed" for status in message.outcomes[:-1]), message
        for conversation in connection.execute(NUMBERS, of_tenant):
            expected = list(range(conversation.reset_seq + 1, conversation.last_seq + 1))
            assert (conversation.numbers or []) == expected, conversation
        _require_nobody_sleeps(connection)
    return len(messages)


def require_told(database: Database, *tabs: Tab) -> None:
    """Check that each tab got exactly what was stored since it was opened, once and in order."""
    with _look(database) as connection:
        for tab in tabs:
            tab.require_faultless()
            rows = connection.execute(STORED, (tab.conversation_id, tab.since)).fetchall()
            assert tab.streams.keys() <= tab.outcomes.keys(), "text of an answer that never came"
            assert tab.ids == {row.id: row.seq for row in rows}
            for row in rows:
                if row.reply_to is not None and row.status != "failed":
                    outcome = tab.outcomes[row.reply_to]
                    assert (outcome.text, outcome.status) == (row.content, row.status)


def _require_nobody_sleeps(connection: psycopg.Connection) -> None:
    """Between two statements a transaction is idle for a moment; one that was left open stays
    idle."""
    seen = set(connection.execute(IDLE_IN_TRANSACTION).fetchall())
    give_up_at = time.monotonic() + MOVES_ON_WITHIN_S
    while seen:
        assert time.monotonic() < give_up_at, f"idle in transaction: {seen}"
        time.sleep(LOOK_AGAIN_S)
        seen &= set(connection.execute(IDLE_IN_TRANSACTION).fetchall())


def _look(database: Database) -> psycopg.Connection:
    return psycopg.connect(database.superuser_conninfo, autocommit=True, row_factory=namedtuple_row)
