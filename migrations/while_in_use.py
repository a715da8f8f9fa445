"""Changes to tables that every message needs, made so that no message waits for them noticeably.

A change of a table waits for all who use it, and all who come later wait behind the change. So it
waits a moment only, gives up and tries again; and a transaction that has such a table takes no
second one, since two could be taken by others in the other order. What takes long (an index, the
proof of a constraint) is done beside those who write, outside of a transaction, and may be begun
again after it was broken off.
"""

from alembic import op

MOMENT_MS = 1_200
"""Longer than the second after which PostgreSQL ends an autovacuum that stands in the way."""
TRIES = 120


def take(table: str, mode: str = "ACCESS EXCLUSIVE") -> None:
    """Lock the table until this transaction ends, once nobody is in the way for longer than a
    moment. Fails when somebody is for minutes."""
    _patiently(table, f"LOCK TABLE {table} IN {mode} MODE")


def build_index(name: str, on: str, *, unique: bool = False) -> None:
    """Make an index beside those who write."""
    kind = "UNIQUE INDEX" if unique else "INDEX"
    op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
    op.execute(f"CREATE {kind} CONCURRENTLY {name} ON {on}")


def build_unique_constraint(table: str, name: str, columns: str) -> None:
    """Make a UNIQUE constraint of an index that is built beside those who write."""
    _patiently(table, f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
    build_index(name, f"{table} ({columns})", unique=True)
    _patiently(table, f"ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE USING INDEX {name}")


def prove(table: str, *constraints: str) -> None:
    """Hold the rows that are there to constraints made NOT VALID, beside those who write."""
    for constraint in constraints:
        op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {constraint}")


def _patiently(table: str, statement: str) -> None:
    op.execute(
        f"""
        DO $$ BEGIN
            FOR try IN 1..{TRIES} LOOP
                BEGIN
                    SET LOCAL lock_timeout = {MOMENT_MS};
                    {statement};
                    RETURN;
                EXCEPTION WHEN lock_not_available THEN
                    PERFORM pg_sleep(1);
                END;
            END LOOP;
            RAISE lock_not_available USING MESSAGE = 'the table {table} has been in use for '
                'minutes: end the transaction that has it (pg_stat_activity) and migrate again';
        END $$
        """
    )
