"""Scopes: what is one side's, or one person's, shows itself to nobody who did not say so.

Tables made here have the policies that `migrations/rls.py` writes. Each scope is tried in a
session, in a request's session and in what is sent at once.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

import psycopg
import pytest
from shared.db import (
    HouseSession,
    PersonSession,
    PortalSession,
    StaffSession,
    SystemSession,
    TenantSession,
    get_engine,
)
from shared.db.pipelined import Statement, transact
from shared.db.scopes import (
    HouseScope,
    PersonScope,
    Scope,
    StaffScope,
    SystemScope,
    TenantScope,
)
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from tests.support.people import World

TENANT = "tenant_id = nullif(current_setting('app.current_tenant', true), '')::uuid"
PERSON = "nullif(current_setting('app.person', true), '')::uuid"
STAFF = "nullif(current_setting('app.staff', true), '') IS NOT NULL"
HOUSE = "nullif(current_setting('app.house', true), '') IS NOT NULL"
KINDS = {
    "plain": TENANT,
    "of_staff": f"{TENANT} AND ({STAFF} OR {HOUSE})",
    "notes": f"{TENANT} AND {STAFF}",
    "of_a_person": f"{TENANT} AND (person_id = {PERSON} OR {HOUSE})",
}
EVERYTHING = Statement(
    " UNION ALL ".join(f"SELECT '{kind}', tenant_id, person_id FROM {kind}" for kind in KINDS)
)
ADD = {kind: f"INSERT INTO {kind} VALUES ('{{}}', '{{}}')" for kind in KINDS}
SEEN_WITH = {
    "tenant": {"plain"},
    "staff": {"plain", "of_staff", "notes"},
    "person": {"plain", "of_a_person"},
    "house": {"plain", "of_staff", "of_a_person"},
    "system": set(KINDS),
}
SIDES = ("tenant", "staff", "person", "house")

Row = tuple[str, UUID, UUID]


@dataclass(frozen=True)
class Said:
    """One scope as each door takes it."""

    scope: Scope
    session: Callable[[], TenantSession | SystemSession]
    enter: Callable[[PortalSession], Awaitable[None]] | None

    async def in_a_session(self) -> set[Row]:
        async with self.session() as session, session.transaction():
            return await seen(session)

    async def in_a_request(self) -> set[Row]:
        if self.enter is None:  # a request never works for the house
            return await self.in_a_session()
        async with PortalSession() as session, session.transaction():
            await self.enter(session)
            return await seen(session)

    async def at_once(self) -> set[Row]:
        return set((await transact(self.scope, EVERYTHING()))[0])


async def seen(session: TenantSession | SystemSession | PortalSession) -> set[Row]:
    return {tuple(row) for row in await session.execute(text(EVERYTHING.sql.decode()))}


def said(name: str, world: World, person: UUID) -> Said:
    t, m = world.id, world.admin.id
    return {
        "tenant": Said(TenantScope(t), lambda: TenantSession(t), lambda s: s.enter_tenant(t)),
        "staff": Said(StaffScope(t, m), lambda: StaffSession(t, m), lambda s: s.enter_staff(t, m)),
        "person": Said(
            PersonScope(t, person),
            lambda: PersonSession(t, person),
            lambda s: s.enter_person(t, person),
        ),
        "house": Said(HouseScope(t, "receive"), lambda: HouseSession(t, "receive"), None),
        "system": Said(
            SystemScope("sweep"), lambda: SystemSession("sweep"), lambda s: s.enter_system("sweep")
        ),
    }[name]


@pytest.fixture
async def sides(acme: World, globex: World, superuser: psycopg.Connection) -> set[Row]:
    """A row of two persons of two tenants in a table of each kind."""
    rows = set()
    for kind, condition in KINDS.items():
        superuser.execute(
            f"""
            CREATE TABLE {kind} (tenant_id uuid NOT NULL, person_id uuid NOT NULL);
            ALTER TABLE {kind} OWNER TO konstruct_owner;
            ALTER TABLE {kind} ENABLE ROW LEVEL SECURITY;
            ALTER TABLE {kind} FORCE ROW LEVEL SECURITY;
            CREATE POLICY system_all ON {kind} TO konstruct_system USING (true) WITH CHECK (true);
            CREATE POLICY tenant_rows ON {kind} USING ({condition}) WITH CHECK ({condition});
            GRANT SELECT, INSERT, UPDATE, DELETE ON {kind} TO konstruct_app, konstruct_system
            """.encode()
        )
        for world in (acme, globex):
            for person in (world.anna, world.ben):
                superuser.execute(ADD[kind].format(world.id, person.id).encode())
                rows.add((kind, world.id, person.id))
    return rows


def those(rows: set[Row], name: str, world: World, person: UUID) -> set[Row]:
    if name == "system":
        return rows
    return {
        (kind, tenant_id, person_id)
        for kind, tenant_id, person_id in rows
        if tenant_id == world.id
        and kind in SEEN_WITH[name]
        and (name != "person" or kind != "of_a_person" or person_id == person)
    }


@pytest.mark.parametrize("name", SEEN_WITH)
async def test_each_scope_sees_what_it_says_by_every_door(
    sides: set[Row], acme: World, name: str
) -> None:
    anna = said(name, acme, acme.anna.id)
    expected = those(sides, name, acme, acme.anna.id)
    assert expected
    for look in (anna.in_a_session, anna.in_a_request, anna.at_once):
        assert await look() == expected


@pytest.mark.parametrize("name", SIDES)
async def test_nothing_of_a_scope_stays_on_the_connection_for_the_next(
    sides: set[Row], acme: World, globex: World, name: str
) -> None:
    """Once a setting was made on a connection it is empty there, and no longer unset."""
    before = said(name, acme, acme.anna.id)
    for look in (before.in_a_session, before.in_a_request, before.at_once):
        await look()
        for after in SIDES:
            whose = said(after, globex, globex.ben.id)
            expected = those(sides, after, globex, globex.ben.id)
            assert await whose.in_a_session() == expected
            await look()
            assert await whose.at_once() == expected
            await look()
        async with get_engine().connect() as connection:  # of nobody
            assert list(await connection.execute(text(EVERYTHING.sql.decode()))) == []
    assert get_engine().pool.checkedin() == 1  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", SIDES)
async def test_what_a_scope_does_not_see_it_cannot_add(
    sides: set[Row], acme: World, name: str
) -> None:
    scope = said(name, acme, acme.anna.id)
    for kind in KINDS:
        async with scope.session() as session:
            add = session.execute(text(ADD[kind].format(acme.id, acme.anna.id)))
            if kind in SEEN_WITH[name]:
                await add
            else:
                with pytest.raises(ProgrammingError, match="row-level security"):
                    await add
            await session.rollback()


async def test_a_person_who_is_nobody_there_sees_plain_rows_alone(
    sides: set[Row], acme: World
) -> None:
    nobody = said("person", acme, uuid4())
    kinds = {kind for kind, _, _ in await nobody.at_once()}
    assert kinds == {"plain"}


async def test_a_value_never_reaches_the_statement_as_sql(acme: World) -> None:
    nasty = "x', true), set_config('role', 'konstruct_system"
    asked = "SELECT current_user, current_setting('app.house')"
    async with HouseSession(acme.id, nasty) as session:  # type: ignore[arg-type]
        assert tuple((await session.execute(text(asked))).one()) == ("konstruct_app", nasty)
    scope = HouseScope(acme.id, nasty)  # type: ignore[arg-type]
    assert await transact(scope, Statement(asked)()) == [[("konstruct_app", nasty)]]
