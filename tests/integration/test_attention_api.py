"""What waits for a business's own people: seen by them, and by nobody else."""

from uuid import UUID, uuid4

import httpx
import psycopg

from tests.support.people import Person, World


def path(world: World) -> str:
    return f"/api/portal/tenants/{world.id}/attention"


def waits(superuser: psycopg.Connection, world: World, kind: str, *, over: bool = False) -> UUID:
    row = superuser.execute(
        "INSERT INTO attention_items (id, tenant_id, kind, subject, agent_id, resolved_at)"
        " VALUES (%s, %s, %s, %s, %s, CASE WHEN %s THEN now() END) RETURNING id",
        (uuid4(), world.id, kind, uuid4().hex, world.agent_id, over),
    ).fetchone()
    assert row
    return row[0]


async def test_each_businesss_people_see_what_is_open_there_the_oldest_first(
    api: httpx.AsyncClient, acme: World, globex: World, superuser: psycopg.Connection
) -> None:
    first = waits(superuser, acme, "answer_failed")
    second = waits(superuser, acme, "connection_failing")
    waits(superuser, acme, "handover", over=True)
    theirs = waits(superuser, globex, "handover")
    for person in (acme.admin, acme.anna):
        listed = (await api.get(path(acme), headers=person.headers)).json()
        assert [item["id"] for item in listed] == [str(first), str(second)]
        assert listed[0]["agent_name"] == "Ada"
        assert not {"details", "subject"} & set(listed[0])
    there = (await api.get(path(globex), headers=globex.ben.headers)).json()
    assert [item["id"] for item in there] == [str(theirs)]


async def test_others_and_the_platform_see_nothing_of_it(
    api: httpx.AsyncClient,
    acme: World,
    globex: World,
    platform_admin: Person,
    superuser: psycopg.Connection,
) -> None:
    waits(superuser, acme, "handover")
    for person in (globex.admin, platform_admin):
        assert (await api.get(path(acme), headers=person.headers)).status_code == 403
    assert (await api.get(path(acme))).status_code == 401
