"""Row-level security as migrations write it: forced, so that it binds the owner too.

Policies read `nullif(current_setting('app.current_tenant', true), '')::uuid`: never set and empty
see nothing, garbage is an error.
"""

from alembic import op

CURRENT_TENANT = "nullif(current_setting('app.current_tenant', true), '')::uuid"


def force_row_level_security(table: str, *, tenant_column: str | None = "tenant_id") -> None:
    """Raise the wall on `table`: its rows are their tenant's, and all are the system's.

    With `tenant_column=None` the table belongs to no tenant and only the system sees it.
    """
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY system_all ON {table} TO konstruct_system USING (true) WITH CHECK (true)"
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO konstruct_system")
    if tenant_column:
        mine = f"{tenant_column} = {CURRENT_TENANT}"
        op.execute(f"CREATE POLICY tenant_rows ON {table} USING ({mine}) WITH CHECK ({mine})")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO konstruct_app")
