"""Variables meant for other programs change nothing of what we store and where we connect."""

import asyncio
import os
import sys

import psycopg
import pytest
from konstruct.devstack.ports import free_port
from shared.db import get_engine
from shared.db.engine import dispose_engine, refuse_if_wall_is_bypassed
from shared.db.pipelined import Statement, transact
from shared.db.scopes import TenantScope
from shared.errors import ConfigError
from sqlalchemy import text

from tests.support.people import World
from tests.support.servers import Database, Servers, working_with
from tests.support.stack import Stack

SAID = "Grüße 日本 🙂"
LEAKS = {
    "PGCLIENTENCODING": "LATIN1",
    "PGSSLMODE": "require",
    "PGOPTIONS": "-c search_path=elsewhere",
    "PGSERVICE": "theirs",
    "PGREQUIREAUTH": "none",
    "CELERY_BROKER_URL": "redis://127.0.0.1:1/0",
    "WEB_CONCURRENCY": "many",
    "PSYCOPG_IMPL": "none",
}
ECHO = Statement("SELECT $1::text, current_setting('client_encoding')")


async def test_processes_in_a_full_environment_keep_what_people_say(
    stack: Stack, acme: World, superuser: psycopg.Connection
) -> None:
    stack.add_workers(**LEAKS)
    stack.add_gateways(**LEAKS)
    conversation_id = await acme.conversation(acme.anna)
    async with await stack.connect(acme.anna, conversation_id, gateway=-1) as client:
        await client.ask(SAID)
    (stored,) = superuser.execute(
        "SELECT content FROM web_conversation_messages"
        " WHERE conversation_id = %s AND role = 'user'",
        [conversation_id],
    ).fetchone() or (None,)
    assert stored == SAID


async def test_a_program_of_others_that_uses_our_engine_is_kept_from_libpqs_variables(
    acme: World, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    """As `uvicorn gateway.main:app` does, which no command of ours began."""
    await dispose_engine()
    for name in ("PGCLIENTENCODING", "PGSSLMODE", "PGSERVICE"):
        settings_of_its_own.setenv(name, LEAKS[name])
    assert await transact(TenantScope(acme.id), ECHO(SAID)) == [[(SAID, "UTF8")]]
    async with get_engine().connect() as connection:
        assert (await connection.execute(text("SELECT :said"), {"said": SAID})).scalar() == SAID
    assert not [name for name in os.environ if name.startswith("PG")]


async def test_a_database_that_would_lose_words_is_refused(
    servers: Servers, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    latin = Database(**{**vars(servers.create_database(migrated=False)), "name": "latin"})
    with psycopg.connect(latin.superuser_conninfo, autocommit=True) as connection:
        connection.execute(
            "CREATE DATABASE latin OWNER konstruct_owner TEMPLATE template0 "
            "ENCODING 'LATIN1' LOCALE 'C' BUILTIN_LOCALE 'C'"
        )
    async with working_with(servers.environment(latin), settings_of_its_own):
        with pytest.raises(ConfigError, match=r"keeps text as LATIN1.*ENCODING 'UTF8'"):
            await refuse_if_wall_is_bypassed(get_engine())
    servers.drop_database(latin)


async def test_why_a_gateway_may_not_start_is_the_last_thing_it_says(
    database: Database, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    environment = {**os.environ, "KONSTRUCT_DATABASE_URL": database.owner_url}
    gateway = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "konstruct", "gateway", "--port", str(free_port())),
        env=environment,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await asyncio.wait_for(gateway.communicate(), 60)
    assert gateway.returncode == 1
    assert "Traceback" not in said.decode()
    assert said.decode().splitlines()[-1].startswith("KONSTRUCT_DATABASE_URL connects as")
