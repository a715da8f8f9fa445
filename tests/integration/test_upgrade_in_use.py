"""A migration in the middle of the day: whoever writes meanwhile waits two seconds at most.

People ask as the version before does, all the time, while its tables become those of this version;
somebody reads both for longer than that, twice, as a backup does. `KONSTRUCT_TEST_SIZE=full` does
it beside a million messages and a million runs.
"""

import hashlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.integration.test_upgrade import installation  # noqa: F401 - a fixture
from tests.support.servers import Database, migrate
from tests.support.sizes import sized

MESSAGES = sized(20_000, full=1_000_000)
WAITS_AT_MOST_S, READS_S = 2.0, 3.5
ACME, ADA = "a0000000-0000-4000-8000-000000000001", "c0000000-0000-4000-8000-000000000001"
PEOPLE, ASKERS, A_CONVERSATION_HAS = 200, 4, 100

ASK = b"""
    WITH conversation AS (
        UPDATE web_conversations AS conversation
           SET last_seq = conversation.last_seq + 1, updated_at = clock_timestamp()
         WHERE conversation.id = $1
           AND EXISTS (SELECT FROM agents AS agent
                        WHERE agent.tenant_id = conversation.tenant_id
                          AND agent.id = conversation.agent_id AND agent.status = 'active')
           AND NOT EXISTS (SELECT FROM web_conversation_messages AS known
                            WHERE known.conversation_id = $1 AND known.client_message_id = $3)
        RETURNING tenant_id, id, agent_id, last_seq
    ), message AS (
        INSERT INTO web_conversation_messages
               (id, tenant_id, conversation_id, seq, role, content, client_message_id)
        SELECT $2::uuid, tenant_id, id, last_seq, 'user', 'hello', $3 FROM conversation
        RETURNING seq, created_at
    ), run AS (
        INSERT INTO agent_runs (tenant_id, agent_id, channel, thread_id, message_id, payload,
                                next_nudge_at)
        SELECT tenant_id, agent_id, 'web', id::text, $2::uuid::text, '{}'::jsonb, clock_timestamp()
          FROM conversation
    )
    SELECT seq, created_at FROM message
"""
"""What the version before stores a message with, to the letter but for its text."""

FILL = f"""
    SET session_replication_role = replica;
    INSERT INTO web_conversations (id, tenant_id, agent_id, user_id, last_seq)
    SELECT md5(n::text)::uuid, '{ACME}', '{ADA}', gen_random_uuid(), {A_CONVERSATION_HAS}
      FROM generate_series(1, {MESSAGES // A_CONVERSATION_HAS}) AS n;
    INSERT INTO web_conversation_messages (tenant_id, conversation_id, role, content, seq)
    SELECT '{ACME}', md5(n::text)::uuid, 'user', repeat('so many words ', 20), seq
      FROM generate_series(1, {MESSAGES // A_CONVERSATION_HAS}) AS n,
           generate_series(1, {A_CONVERSATION_HAS}) AS seq;
    INSERT INTO agent_runs (tenant_id, agent_id, channel, thread_id, message_id, state,
                            next_nudge_at, finished_at)
    SELECT '{ACME}', '{ADA}', 'web', md5((n % {PEOPLE})::text), gen_random_uuid()::text, 'done',
           now(), now()
      FROM generate_series(1, {MESSAGES}) AS n;
    RESET session_replication_role;
"""


class Asking(threading.Thread):
    """Somebody who writes without a pause, and how long each message took to be stored."""

    def __init__(self, database: Database, number: int, stop: threading.Event) -> None:
        super().__init__()
        self.url, self.stop = database.app_url, stop
        self.conversation_id = UUID(hashlib.md5(str(1 + number).encode()).hexdigest())
        self.took: list[float] = []
        self.stored = 0
        self.begun = threading.Event()
        self.error: psycopg.Error | None = None

    def run(self) -> None:
        try:
            with psycopg.connect(self.url, autocommit=True) as connection:
                connection.cursor_factory = psycopg.RawCursor
                connection.execute("SET plan_cache_mode = force_generic_plan")
                while not self.stop.is_set():
                    self.ask(connection)
        except psycopg.Error as error:
            self.error = error
        finally:
            self.begun.set()

    def ask(self, connection: psycopg.Connection) -> None:
        began = time.monotonic()
        with connection.transaction():
            connection.execute("SELECT set_config('app.current_tenant', $1, true)", (ACME,))
            asked = (self.conversation_id, uuid4(), uuid4().hex)
            row = connection.execute(ASK, asked, prepare=True).fetchone()
        self.took.append(time.monotonic() - began)
        self.stored += row is not None
        self.begun.set()


class Reading(threading.Thread):
    """A backup: it has two tables for seconds, lets go, and takes them again."""

    def __init__(self, database: Database, stop: threading.Event) -> None:
        super().__init__()
        self.conninfo, self.stop = database.superuser_conninfo, stop
        self.begun = threading.Event()

    def run(self) -> None:
        with psycopg.connect(self.conninfo, autocommit=True) as connection:
            for _ in range(2):
                with connection.transaction():
                    connection.execute("SELECT FROM web_conversations LIMIT 1")
                    connection.execute("SELECT FROM web_conversation_messages LIMIT 1")
                    self.begun.set()
                    self.stop.wait(READS_S)
                self.stop.wait(1)


@contextmanager
def in_use(database: Database) -> Iterator[list[Asking]]:
    stop = threading.Event()
    askers = [Asking(database, number, stop) for number in range(ASKERS)]
    threads = [*askers, Reading(database, stop)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.begun.wait()
    try:
        yield askers
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def timed(work: Callable[[], None]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


@pytest.mark.timeout(sized(120, full=900))
def test_who_asks_while_the_tables_change_waits_a_moment_and_nothing_is_lost(
    installation: Database,  # noqa: F811
    figures: Counter[str],
) -> None:
    with psycopg.connect(installation.superuser_conninfo, autocommit=True) as superuser:
        superuser.execute(FILL.encode())
        superuser.execute("VACUUM ANALYZE")
    with in_use(installation) as askers:
        took = timed(lambda: migrate(installation))

    assert [asker.error for asker in askers] == [None] * ASKERS
    waits = sorted(wait for asker in askers for wait in asker.took)
    figures["upgrade: messages there were"] = MESSAGES
    figures["upgrade: migration took, ms"] = round(took * 1000)
    figures["upgrade: messages stored meanwhile"] = len(waits)
    figures["upgrade: longest wait of one, ms"] = round(waits[-1] * 1000)
    figures["upgrade: that waited over 100 ms"] = sum(wait > 0.1 for wait in waits)
    assert len(waits) > 100
    assert waits[-1] <= WAITS_AT_MOST_S
    with psycopg.connect(installation.superuser_conninfo) as superuser:
        stored = superuser.execute(
            "SELECT count(*) FROM messages WHERE client_message_id IS NOT NULL AND content ="
            " 'hello'"
        ).fetchone()
    assert stored == (sum(asker.stored for asker in askers),) == (len(waits),)
