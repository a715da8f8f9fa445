"""The three database roles: what the application's may not do, and who is refused at the start."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from shared.config import get_settings
from shared.db.engine import get_engine, refuse_if_wall_is_bypassed
from shared.db.roles import APP_ROLE, ensure_roles
from shared.errors import ConfigError
from shared.models import Base

from tests.support.people import World
from tests.support.servers import APP_PASSWORD, OWNER_PASSWORD, Database, Servers

PASSWORD = "of a role of one test"
refused = pytest.raises(psycopg.errors.InsufficientPrivilege)


@pytest.fixture
def app(database: Database) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database.app_url, autocommit=True) as connection:
        yield connection


# ── konstruct_app ──────────────────────────────────────────────────────────────────────────────


def test_the_application_owns_nothing(superuser: psycopg.Connection, database: Database) -> None:
    owned = superuser.execute(
        """
        SELECT classid::regclass, objid FROM pg_shdepend
        WHERE deptype = 'o' AND refobjid = 'konstruct_app'::regrole
        """
    ).fetchall()
    assert owned == []


def test_the_application_is_a_plain_role(superuser: psycopg.Connection) -> None:
    powers = superuser.execute(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication"
        " FROM pg_roles WHERE rolname = 'konstruct_app'"
    ).fetchone()
    assert powers == (False,) * 5


def test_the_application_belongs_to_the_system_role_alone(superuser: psycopg.Connection) -> None:
    granted = superuser.execute(
        "SELECT roleid::regrole::text, inherit_option, set_option, admin_option"
        " FROM pg_auth_members WHERE member = 'konstruct_app'::regrole"
    ).fetchall()
    assert granted == [("konstruct_system", False, True, False)]


@pytest.mark.parametrize("table", sorted(Base.metadata.tables))
def test_the_application_cannot_empty_a_table_past_the_wall(
    app: psycopg.Connection, table: str
) -> None:
    for role in (None, "konstruct_system"):
        with refused, app.transaction():
            if role:
                app.execute("SET LOCAL ROLE konstruct_system")
            app.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.Identifier(table)))


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE agents DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE agents NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY tenant_rows ON agents",
        "CREATE POLICY mine ON agents USING (true)",
        "CREATE TABLE mine (id int)",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "SET ROLE konstruct_owner",
        "SET SESSION AUTHORIZATION postgres",
        "ALTER ROLE konstruct_app BYPASSRLS",
        "GRANT konstruct_system TO konstruct_app WITH INHERIT TRUE",
        "COPY agents TO PROGRAM 'true'",
        "SELECT pg_read_file('postgresql.conf')",
    ],
)
def test_the_application_cannot_take_the_wall_down(app: psycopg.Connection, statement: str) -> None:
    with refused:
        app.execute(statement)


def test_row_security_off_is_an_error_and_no_bypass(app: psycopg.Connection, acme: World) -> None:
    app.execute("SET row_security = off")
    with refused:
        app.execute("SELECT * FROM agents")


def test_the_application_sees_all_only_as_long_as_it_is_the_system(
    app: psycopg.Connection, acme: World, globex: World
) -> None:
    def tenants() -> int:
        row = app.execute("SELECT count(DISTINCT tenant_id) FROM agents").fetchone()
        assert row is not None
        return int(row[0])

    assert tenants() == 0
    with app.transaction():
        app.execute("SET LOCAL ROLE konstruct_system")
        assert tenants() == 2
    assert tenants() == 0


@pytest.mark.parametrize("query", ["SELECT password_hash FROM portal_users",
                                   "SELECT * FROM portal_users",
                                   "SELECT u FROM portal_users u",
                                   "UPDATE portal_users SET password_hash = 'x'",
                                   "SELECT refresh_hash FROM portal_sessions"])  # fmt: skip
def test_password_and_refresh_hashes_are_the_systems_alone(
    app: psycopg.Connection, acme: World, query: str
) -> None:
    with refused, app.transaction():
        app.execute("SELECT set_config('app.current_tenant', %s, true)", (str(acme.id),))
        app.execute(query)
    with app.transaction():
        app.execute("SET LOCAL ROLE konstruct_system")
        app.execute(query)


def test_the_owner_is_bound_by_the_wall_too(database: Database, acme: World) -> None:
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        assert owner.execute("SELECT count(*) FROM agents").fetchone() == (0,)


# ── refuse_if_wall_is_bypassed ─────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Case:
    """A role the application must refuse to run as, and the word that says why."""

    make: str
    reason: str
    undo: str = ""


CASES = {
    "superuser": Case("ALTER ROLE {role} SUPERUSER", "is a superuser"),
    "bypassrls": Case("ALTER ROLE {role} BYPASSRLS", "has BYPASSRLS"),
    "table owner": Case("ALTER TABLE agents OWNER TO {role}", "owns tables"),
    "inheriting": Case(
        "GRANT konstruct_system TO {role} WITH INHERIT TRUE", "inherits konstruct_system"
    ),
    "owner by way of a role": Case(
        "GRANT konstruct_owner TO {role} WITH INHERIT TRUE", "may become konstruct_owner"
    ),
    "may become the owner": Case(
        "GRANT konstruct_owner TO {role} WITH INHERIT FALSE, SET TRUE",
        "may become konstruct_owner",
    ),
    "not the system": Case("REVOKE konstruct_system FROM {role}", "may not become"),
}


@pytest.fixture
def role(database: Database, superuser: psycopg.Connection) -> Iterator[str]:
    """A role of this test's own, set up as konstruct_app is."""
    name = f"app_{uuid4().hex[:8]}"
    superuser.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'")
    superuser.execute(f"GRANT konstruct_system TO {name} WITH INHERIT FALSE, SET TRUE")
    yield name
    superuser.execute(f"REASSIGN OWNED BY {name} TO konstruct_owner")
    superuser.execute(f"DROP OWNED BY {name}")
    superuser.execute(f"DROP ROLE {name}")


def connect_as(role: str, database: Database, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("KONSTRUCT_DATABASE_URL", database.url(role, PASSWORD))
    get_settings.cache_clear()


async def test_a_role_like_the_applications_is_accepted(
    role: str, database: Database, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    await refuse_if_wall_is_bypassed(get_engine())
    connect_as(role, database, settings_of_its_own)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_a_role_that_bypasses_the_wall_is_refused_with_its_reason(
    case: Case,
    role: str,
    database: Database,
    superuser: psycopg.Connection,
    settings_of_its_own: pytest.MonkeyPatch,
) -> None:
    superuser.execute(case.make.format(role=role))
    connect_as(role, database, settings_of_its_own)
    with pytest.raises(ConfigError) as refusal:
        await refuse_if_wall_is_bypassed(get_engine())
    assert case.reason in refusal.value.message
    assert role in refusal.value.message
    assert PASSWORD not in refusal.value.message


# ── ensure_roles ───────────────────────────────────────────────────────────────────────────────


def test_setting_up_twice_changes_nothing_and_mends_a_role_that_was_bent(
    servers: Servers, database: Database, superuser: psycopg.Connection
) -> None:
    def set_up() -> None:
        ensure_roles(
            servers.postgres.superuser_conninfo(),
            database=database.name,
            owner_password=OWNER_PASSWORD,
            app_password=APP_PASSWORD,
        )

    set_up()
    try:
        superuser.execute(f"ALTER ROLE {APP_ROLE} BYPASSRLS")
        superuser.execute(f"GRANT konstruct_system TO {APP_ROLE} WITH INHERIT TRUE")
    finally:
        set_up()
    powers = superuser.execute(
        "SELECT rolbypassrls, pg_has_role('konstruct_app', 'konstruct_system', 'USAGE'),"
        " pg_has_role('konstruct_app', 'konstruct_system', 'SET')"
        " FROM pg_roles WHERE rolname = 'konstruct_app'"
    ).fetchone()
    assert powers == (False, False, True)
