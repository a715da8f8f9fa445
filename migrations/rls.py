"""Row-level security as migrations write it: forced, so that it binds the owner too.

Policies read `nullif(current_setting('app.current_tenant', true), '')::uuid`: never set and empty
see nothing, garbage is an error. `app.person`, `app.staff` and `app.house` say in the same way who
else is asking (docs/decisions/0002).
"""

from collections.abc import Sequence
from enum import Enum

from alembic import op

CURRENT_TENANT = "nullif(current_setting('app.current_tenant', true), '')::uuid"
_PERSON = "nullif(current_setting('app.person', true), '')::uuid"
_STAFF = "nullif(current_setting('app.staff', true), '') IS NOT NULL"
_HOUSE = "nullif(current_setting('app.house', true), '') IS NOT NULL"


def force_row_level_security(table: str, *, tenant_column: str | None = "tenant_id") -> None:
    """Put `table` behind the wall: its rows are their tenant's, and all are the system's.

    With `tenant_column=None` the table belongs to no tenant and only the system sees it.
    """
    _enable(table)
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO konstruct_system")
    if tenant_column:
        mine = f"{tenant_column} = {CURRENT_TENANT}"
        op.execute(f"CREATE POLICY tenant_rows ON {table} USING ({mine}) WITH CHECK ({mine})")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO konstruct_app")


class SeenBy(Enum):
    """Which of a tenant's sessions see a table's rows."""

    TENANT = None
    """Every session of the tenant."""
    STAFF = f"{_STAFF} OR {_HOUSE}"
    """The business's staff, and our own transactions that touch both sides."""
    STAFF_WITHOUT_HOUSE = _STAFF
    """The business's staff alone."""


def protect(
    table: str,
    seen_by: SeenBy = SeenBy.TENANT,
    *,
    persons: Sequence[str] = (),
    append_only: bool = False,
    readable: Sequence[str] = (),
) -> None:
    """Put a table with `tenant_id` behind the wall; rows without a tenant are the system's.

    `persons` are the columns of which one names the person a row is about; that person's sessions
    see the row, and so do our own. An `append_only` table takes new rows and nothing else, from
    anybody: the function `refuse_changes` refuses the owner too. `readable` names the columns that
    the application may read, if it may only write the others.

    Policies for reading get tenant and person once, by a SELECT of their own; to the planner they
    are then unknown values. Writes are mostly one row, where that would only cost.
    """
    _enable(table)
    reads, writes = _whose(seen_by, persons, "(SELECT {})"), _whose(seen_by, persons, "({})")
    rows = f"USING ({reads}) WITH CHECK ({writes})"
    verbs = "INSERT" if append_only else "INSERT, UPDATE, DELETE"
    columns = f" ({', '.join(readable)})" if readable else ""
    op.execute(f"CREATE POLICY tenant_rows ON {table} {rows}")
    op.execute(f"GRANT SELECT{columns}, {verbs} ON {table} TO konstruct_app")
    op.execute(f"GRANT SELECT, {verbs} ON {table} TO konstruct_system")
    if append_only:
        op.execute(
            f"CREATE TRIGGER refuse_changes BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_changes()"
        )


def protect_from_tenants(table: str) -> None:
    """Put a table of no tenant behind the wall: all may read it, only the system writes."""
    _enable(table)
    op.execute(f"CREATE POLICY anyone_reads ON {table} FOR SELECT USING (true)")
    op.execute(f"GRANT SELECT ON {table} TO konstruct_app")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO konstruct_system")


def _enable(table: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY system_all ON {table} TO konstruct_system USING (true) WITH CHECK (true)"
    )


def _whose(seen_by: SeenBy, persons: Sequence[str], once: str) -> str:
    conditions = [f"tenant_id = {once.format(CURRENT_TENANT)}"]
    if seen_by.value:
        conditions.append(once.format(seen_by.value))
    if persons:
        about = [f"{column} = {once.format(_PERSON)}" for column in persons]
        conditions.append(f"({' OR '.join([*about, once.format(_HOUSE)])})")
    return " AND ".join(conditions)
