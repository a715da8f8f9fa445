"""Where isolation is most easily forgotten: previews, logs, headers."""

import io
import logging

import httpx
import psycopg
import pytest

from tests.support.gateway_here import gateway_here
from tests.support.people import Person, World

LIST = "/api/portal/chat/conversations"
SQL = [
    "' OR '1'='1",
    "'; DROP TABLE agent_runs; --",
    "x' UNION SELECT password_hash FROM portal_users --",
    "\\'; SET ROLE konstruct_system; --",
    "$1",
    "%s%(tenant)s:tenant",
]
HEADERS = ("Authorization", "Cookie", "Origin", "User-Agent", "X-Forwarded-For", "X-Tenant-Id",
           "X-Request-Id", "Accept-Language", "traceparent", "Referer")  # fmt: skip


async def test_previews_hold_what_ones_own_conversations_do_and_nothing_else(
    api: httpx.AsyncClient, acme: World, globex: World, platform_admin: Person
) -> None:
    said = {}
    for world in (acme, globex):
        for person in (world.anna, world.ben, world.admin):
            secret = f"secret of {person.email}"
            await world.say(await world.conversation(person), secret)
            said[person.id] = secret
    for world in (acme, globex):
        for person in (world.anna, world.ben, world.admin):
            answer = await api.get(f"{LIST}?tenant_id={world.id}", headers=person.headers)
            previews = {found["last_message_preview"] for found in answer.json()}
            assert previews == {said[person.id]}
    foreign = await api.get(f"{LIST}?tenant_id={globex.id}", headers=acme.anna.headers)
    assert foreign.status_code == 403
    assert "secret" not in foreign.text
    everything = await api.get(LIST, headers=platform_admin.headers)
    assert {found["last_message_preview"] for found in everything.json()} == set(said.values())


async def test_what_people_say_reaches_no_log(
    settings_of_its_own: pytest.MonkeyPatch, acme: World
) -> None:
    told = io.StringIO()
    handler = logging.StreamHandler(told)
    logging.getLogger().addHandler(handler)
    level = logging.getLogger().level
    logging.getLogger().setLevel(logging.DEBUG)
    logging.getLogger("websockets.client").setLevel(logging.INFO)  # the test's own
    try:
        conversation_id = await acme.conversation(acme.anna)
        async with (
            gateway_here(settings_of_its_own) as gateway,
            await gateway.connect(acme.anna, conversation_id) as client,
        ):
            await client.say("the word is swordfish", "m-1")
            await client.expect("accepted")
            await client.send('{"type":"message","text":["swordfish"]}')
            await client.expect("error")
    finally:
        logging.getLogger().setLevel(level)
        logging.getLogger().removeHandler(handler)
    assert "swordfish" not in told.getvalue()
    assert acme.anna.token not in told.getvalue()


async def test_sql_in_any_header_is_a_value_and_no_statement(
    api: httpx.AsyncClient, acme: World, superuser: psycopg.Connection
) -> None:
    mine = f"?tenant_id={acme.id}"
    paths = ("/api/portal/me", LIST + mine, "/api/portal/agents" + mine)
    for sql in SQL:
        for header in HEADERS:
            value = {"Authorization": f"Bearer {sql}", "Cookie": f"konstruct_refresh={sql}"}
            headers = acme.anna.headers | {header: value.get(header, sql)}
            for path in paths:
                answer = await api.get(path, headers=headers)
                assert answer.status_code == (401 if header == "Authorization" else 200)
            refreshed = await api.post("/api/portal/auth/refresh", headers=headers)
            assert refreshed.status_code in (401, 403)
    assert superuser.execute("SELECT count(*) FROM agent_runs").fetchone() == (0,)
