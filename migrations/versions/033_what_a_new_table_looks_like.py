"""What the planner thinks of tables that nobody has written to yet.

Of an empty table it thinks that every index finds one row, and takes the narrowest: the check that
an answer's question is there then read the whole conversation, and taking a number all
conversations of the tenant, until autovacuum had analyzed them. Told that a tenant has many rows
and a conversation some, it takes the key that finds one. The first ANALYZE replaces what is said
here; tables that were analyzed, and PostgreSQL before 18, are left as they are.
"""

from alembic import op

revision = "033"
down_revision = "032"
branch_labels = None
depends_on = None

DISTINCT = {
    "agents": {"tenant_id": 2},
    "web_conversations": {"tenant_id": 2},
    "web_conversation_messages": {"tenant_id": 2, "conversation_id": 10},
    "channel_conversations": {"tenant_id": 2},
    "channel_messages": {"tenant_id": 2, "conversation_id": 10},
}
"""Different values in a table of a few pages: the fewer, the more rows one of them has."""


def upgrade() -> None:
    for table, columns in DISTINCT.items():
        for column, distinct in columns.items():
            op.execute(
                f"""
                DO $$ BEGIN
                    IF current_setting('server_version_num')::integer >= 180000
                       AND NOT EXISTS (SELECT FROM pg_stats WHERE schemaname = current_schema()
                                          AND tablename = '{table}' AND attname = '{column}') THEN
                        PERFORM pg_restore_attribute_stats(
                            'schemaname', current_schema()::text, 'relname', '{table}'::text,
                            'attname', '{column}'::text, 'inherited', false,
                            'null_frac', 0::real, 'avg_width', 16, 'n_distinct', {distinct}::real);
                    END IF;
                END $$
                """
            )


def downgrade() -> None:
    """Nothing to take back: they are guesses, and the next ANALYZE has its own."""
