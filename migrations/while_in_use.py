"""Changes to tables that every message needs, made so that no message waits for them noticeably.

A change of a table waits for all who use it, and all who come later wait behind the change. So it
waits a moment only, gives up and tries again; and a transaction that has such a table takes no
second one, since two could be taken by others in the other order. What takes long (an index, the
proof of a constraint) is done beside those who write, outside of a transaction, and may be begun
again after it was broken off.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import op

LOCK_TIMEOUT = "10s"
"""Of every other statement of a migration."""
MOMENT_MS = 1_200
"""Longer than the second after which PostgreSQL ends an autovacuum that stands in the way."""
TRIES, LONGEST_PAUSE_S = 40, 10
"""Some minutes, in which a backup that reads the table costs messages a moment now and then."""


def take(table: str, mode: str = "ACCESS EXCLUSIVE") -> None:
    """Lock the table until this transaction ends, once nobody is in the way for longer than a
    moment. Fails when somebody is for minutes."""
    change(table, f"LOCK TABLE {table} IN {mode} MODE")


@contextmanager
def outside_of_a_transaction() -> Iterator[None]:
    """Each statement is its own. What is built waits for transactions that are older than it, and
    nobody waits for that."""
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = '10min'")
        yield
        op.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")


def build_index(name: str, on: str, *, unique: bool = False) -> None:
    """Make an index beside those who write."""
    kind = "UNIQUE INDEX" if unique else "INDEX"
    op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
    op.execute(f"CREATE {kind} CONCURRENTLY {name} ON {on}")


def build_unique_constraint(table: str, name: str, columns: str) -> None:
    """Make a UNIQUE constraint of an index that is built beside those who write."""
    change(table, f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
    build_index(name, f"{table} ({columns})", unique=True)
    change(table, f"ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE USING INDEX {name}")


def prove(table: str, *constraints: str) -> None:
    """Hold the rows that are there to constraints made NOT VALID, beside those who write."""
    for constraint in constraints:
        op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {constraint}")


def change(table: str, statement: str) -> None:
    """Do something that needs the table for an instant, once nobody is in the way for longer than
    a moment. Fails when somebody is for minutes."""
    op.execute(
        f"""
        DO $$ BEGIN
            FOR try IN 1..{TRIES} LOOP
                BEGIN
                    SET LOCAL lock_timeout = {MOMENT_MS};
                    {statement};
                    RETURN;
                EXCEPTION WHEN lock_not_available THEN
                    PERFORM pg_sleep(least(try, {LONGEST_PAUSE_S}));
                END;
            END LOOP;
            RAISE lock_not_available USING MESSAGE = 'the table {table} has been in use for '
                'minutes: end the transaction that has it (pg_stat_activity) and migrate again';
        END $$
        """
    )
