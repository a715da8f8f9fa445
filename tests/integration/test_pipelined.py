"""A transaction sent whole: all of it or nothing, of one tenant, on connections sessions share."""

import ast
import asyncio
from pathlib import Path

import psycopg
import pytest
import shared
from shared.db import TenantSession, get_engine
from shared.db.pipelined import Statement, transact
from shared.db.scopes import SystemScope, TenantScope
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from tests.support.people import World
from tests.support.servers import Database
from tests.support.statements import as_application, prepare, returns, statements

RENAME = Statement("UPDATE tenants SET name = $1 WHERE id = $2")
NAMES = Statement("SELECT name FROM tenants ORDER BY name")
WRONG = Statement("INSERT INTO agents (tenant_id, name) VALUES ($1, NULL)")
ECHO = Statement("SELECT $1::text, $2::bigint, $3::uuid, $4::float8")


async def test_it_sees_one_tenant_and_what_it_did_itself(acme: World, globex: World) -> None:
    _, rows = await transact(TenantScope(acme.id), RENAME("Acme at once", acme.id), NAMES())
    assert rows == [("Acme at once",)]
    await transact(TenantScope(acme.id), RENAME("Mine now", globex.id))
    assert await transact(TenantScope(globex.id), NAMES()) == [[("Globex",)]]


async def test_the_system_sees_all_and_whoever_comes_next_on_its_connection_does_not(
    acme: World, globex: World
) -> None:
    """The same prepared statement, whose plan knows whose rows it may see."""
    for _ in range(2):
        assert await transact(SystemScope("identity"), NAMES()) == [[("Acme",), ("Globex",)]]
        assert await transact(TenantScope(acme.id), NAMES()) == [[("Acme",)]]
        async with TenantSession(globex.id) as session, session.transaction():
            assert (await session.execute(text("SELECT name FROM tenants"))).scalars().all() == [
                "Globex"
            ]
            assert (await session.execute(text("SELECT current_user"))).scalar() == "konstruct_app"
    assert get_engine().pool.checkedin() == 1  # type: ignore[attr-defined]


async def test_what_fails_undoes_what_came_before_it(acme: World) -> None:
    with pytest.raises(IntegrityError):
        await transact(TenantScope(acme.id), RENAME("Half done", acme.id), WRONG(acme.id))
    assert await transact(TenantScope(acme.id), NAMES()) == [[("Acme",)]]


async def test_values_come_back_as_they_went(acme: World) -> None:
    values = ("Grüße 🙂 \\ ' \"", -(2**40), acme.id, 0.25)
    assert await transact(TenantScope(acme.id), ECHO(*values)) == [[values]]
    assert await transact(TenantScope(acme.id), ECHO(None, None, None, None)) == [[(None,) * 4]]
    (((long, *_),),) = await transact(TenantScope(acme.id), ECHO("ü" * 3_000_000, 1, acme.id, 1.0))
    assert long == "ü" * 3_000_000, "more than the kernel takes at once"
    with pytest.raises(ValueError, match="NUL"):
        ECHO("before\0after", 1, acme.id, 1.0)


async def test_statements_the_server_was_made_to_forget_are_told_again(acme: World) -> None:
    """psycopg has it forget them all when a session rolls back."""
    await transact(TenantScope(acme.id), NAMES())
    async with get_engine().connect() as connection:
        await (await connection.get_raw_connection()).driver_connection.execute("DEALLOCATE ALL")
    assert await transact(TenantScope(acme.id), ECHO("new", 1, acme.id, 1.0), NAMES()) == [
        [("new", 1, acme.id, 1.0)],
        [("Acme",)],
    ]
    assert await transact(TenantScope(acme.id), NAMES()) == [[("Acme",)]]


async def test_a_session_that_failed_on_the_same_connection_is_no_hindrance(acme: World) -> None:
    for _ in range(8):  # psycopg prepares what it has seen five times
        async with TenantSession(acme.id) as session, session.transaction():
            await session.execute(text("SELECT 1"))
        assert await transact(TenantScope(acme.id), NAMES()) == [[("Acme",)]]
    with pytest.raises(ProgrammingError):
        async with TenantSession(acme.id) as session, session.transaction():
            await session.execute(text("SELECT nothing"))
    assert await transact(TenantScope(acme.id), NAMES()) == [[("Acme",)]]
    assert await transact(TenantScope(acme.id), NAMES()) == [[("Acme",)]]


async def test_a_cancelled_one_leaves_no_connection_in_the_middle_of_anything(acme: World) -> None:
    sleeping = asyncio.create_task(
        transact(TenantScope(acme.id), Statement("SELECT pg_sleep(5)")())
    )
    await asyncio.sleep(0.05)
    sleeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sleeping
    assert await transact(TenantScope(acme.id), NAMES()) == [[("Acme",)]]
    assert get_engine().pool.checkedout() == 0  # type: ignore[attr-defined]


def test_postgresql_takes_every_statement_there_is(database: Database, acme: World) -> None:
    """On the migrated schema, as the application: a renamed column is not found in production."""
    refused, read = [], 0
    with as_application(database, **{"app.current_tenant": acme.id}) as connection:
        for stated in statements():
            try:
                prepare(connection, stated)
            except psycopg.Error as error:
                refused.append(f"{stated.name}: {error}")
            else:
                read += 1
    assert refused == []
    assert read > 20


def test_statements_are_made_once_where_tests_find_them() -> None:
    """One made in a function would be prepared anew by each call, and never let go of. One text
    that is made several times is a function that gives a Statement, called at a module's top."""
    hidden = []
    for path in sorted(Path(shared.__file__).parents[2].rglob("*.py")):
        functions = [
            node
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        ]
        makers = {function.name for function in functions if returns(function, "Statement")}
        for function in functions:
            if function.name not in makers:
                called = {
                    node.func.id
                    for node in ast.walk(function)
                    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
                }
                if called & {"Statement", *makers}:
                    hidden.append(f"{path.stem}.{function.name}")
    assert hidden == []
