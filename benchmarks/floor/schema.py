"""The floor's tables: in Konstruct's database, behind the same wall, apart from its own tables."""

import psycopg
from psycopg import sql
from shared.db.roles import APP_ROLE

_TABLES = """
CREATE SCHEMA floor;
CREATE TABLE floor.messages (
    id uuid PRIMARY KEY,
    tenant_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    seq bigint GENERATED ALWAYS AS IDENTITY,
    role text NOT NULL,
    content text NOT NULL,
    reply_to uuid,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ON floor.messages (conversation_id, seq);
CREATE TABLE floor.runs (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL,
    message_id uuid NOT NULL REFERENCES floor.messages,
    state text NOT NULL DEFAULT 'pending'
);
CREATE INDEX ON floor.runs (message_id);
"""
_WALL = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON {table}
    USING (tenant_id = nullif(current_setting('app.current_tenant', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON {table} TO {app};
"""


def create_tables(owner_url: str) -> None:
    """Raises psycopg.Error."""
    app = sql.Identifier(APP_ROLE)
    with psycopg.connect(owner_url) as connection:
        connection.execute(_TABLES)
        connection.execute(sql.SQL("GRANT USAGE ON SCHEMA floor TO {}").format(app))
        for table in ("messages", "runs"):
            wall = sql.SQL(_WALL).format(table=sql.Identifier("floor", table), app=app)
            connection.execute(wall)
