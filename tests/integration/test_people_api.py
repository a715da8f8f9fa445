"""The people of a tenant over REST: seen, given other roles and removed by its admins.

Who may do what is shown in `test_portal_rights.py` too.
"""

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from shared.db import SystemSession
from shared.errors import Conflict
from shared.identity import users
from shared.identity.access import access
from shared.redis_keys import access_revoked_key
from shared.tenants.rules import find_tenant
from shared.valkey.client import get_redis

from tests.support.people import Person, World, join, log_in_again, make_person
from tests.support.stack import Stack

PEOPLE = "/api/portal/people"


async def give_role(
    api: httpx.AsyncClient, world: World, user_id: UUID, role: Any, *, by: Person | None = None
) -> httpx.Response:
    return await api.patch(
        f"{PEOPLE}/{user_id}",
        json={"tenant_id": str(world.id), "role": role},
        headers=(by or world.admin).headers,
    )


async def remove(
    api: httpx.AsyncClient, world: World, user_id: UUID, *, by: Person | None = None
) -> httpx.Response:
    path = f"{PEOPLE}/{user_id}?tenant_id={world.id}"
    return await api.delete(path, headers=(by or world.admin).headers)


async def me(api: httpx.AsyncClient, person: Person) -> int:
    return (await api.get("/api/portal/me", headers=person.headers)).status_code


def roles(superuser: psycopg.Connection, world: World) -> dict[UUID, str]:
    rows = superuser.execute(
        "SELECT user_id, role FROM memberships WHERE tenant_id = %s", (world.id,)
    )
    return dict(rows.fetchall())


async def test_an_admin_sees_the_tenants_people_by_e_mail_and_nobody_elses(
    api: httpx.AsyncClient, acme: World, globex: World, platform_admin: Person
) -> None:
    await join(acme.id, globex.anna.id)
    answer = await api.get(f"{PEOPLE}?tenant_id={acme.id}", headers=acme.admin.headers)
    assert answer.status_code == 200
    rows = answer.json()
    everyone = [*acme.everyone, globex.anna]
    assert [row["email"] for row in rows] == sorted(person.email for person in everyone)
    assert {row["id"]: row["role"] for row in rows} == {
        str(acme.admin.id): "customer_admin",
        str(acme.anna.id): "customer_operator",
        str(acme.ben.id): "customer_operator",
        str(globex.anna.id): "customer_operator",
    }
    assert set(rows[0]) == {"id", "email", "display_name", "role", "joined_at"}
    assert datetime.fromisoformat(rows[0]["joined_at"]).tzinfo is not None
    as_root = await api.get(f"{PEOPLE}?tenant_id={acme.id}", headers=platform_admin.headers)
    assert as_root.json() == rows


async def test_another_role_ends_what_the_old_one_opened_in_this_tenant_alone(
    api: httpx.AsyncClient, acme: World, globex: World
) -> None:
    await join(globex.id, acme.anna.id)
    elsewhere = await log_in_again(acme.anna.id, globex.id)
    assert [await me(api, acme.anna), await me(api, elsewhere)] == [200, 200]
    answer = await give_role(api, acme, acme.anna.id, "customer_admin")
    assert (answer.status_code, answer.json()["role"]) == (200, "customer_admin")
    assert [await me(api, acme.anna), await me(api, elsewhere)] == [403, 200]
    fresh = await log_in_again(acme.anna.id, acme.id)
    assert fresh.role == "customer_admin"
    assert (await give_role(api, acme, acme.ben.id, "customer_admin", by=fresh)).is_success


async def test_the_role_one_has_already_ends_nothing(api: httpx.AsyncClient, acme: World) -> None:
    async with get_redis().pubsub() as listening:
        await listening.subscribe(access_revoked_key())
        await listening.get_message(timeout=5)
        assert (await give_role(api, acme, acme.anna.id, "customer_operator")).is_success
        assert (await give_role(api, acme, acme.admin.id, "customer_admin")).is_success
        assert (await give_role(api, acme, acme.ben.id, "customer_admin")).is_success
        told = await listening.get_message(ignore_subscribe_messages=True, timeout=5)
    assert str(acme.ben.id).encode() in told["data"]
    assert await me(api, acme.anna) == 200


@pytest.mark.parametrize("role", ["platform_admin", "owner", "", None, 1, "customer_admin "])
async def test_a_role_no_tenant_has_is_refused(
    api: httpx.AsyncClient, acme: World, superuser: psycopg.Connection, role: Any
) -> None:
    before = roles(superuser, acme)
    assert (await give_role(api, acme, acme.anna.id, role)).status_code == 422
    assert roles(superuser, acme) == before


async def test_who_is_removed_loses_access_and_what_they_said_stays(
    api: httpx.AsyncClient, acme: World, globex: World, superuser: psycopg.Connection
) -> None:
    await join(globex.id, acme.anna.id)
    elsewhere = await log_in_again(acme.anna.id, globex.id)
    await acme.say(await acme.conversation(acme.anna), "hello")
    assert await me(api, acme.anna) == 200
    assert (await remove(api, acme, acme.anna.id)).status_code == 204
    assert [await me(api, acme.anna), await me(api, elsewhere)] == [403, 200]
    assert acme.anna.id not in roles(superuser, acme)
    said = superuser.execute("SELECT count(*) FROM web_conversation_messages").fetchone()
    assert said == (1,)
    assert (await remove(api, acme, acme.anna.id)).status_code == 404


@pytest.mark.parametrize("how", ["another role", "removed"])
async def test_live_sockets_close_at_once(stack: Stack, acme: World, how: str) -> None:
    conversation_id = await acme.conversation(acme.anna)
    async with (
        httpx.AsyncClient(base_url=stack.gateways[0].url) as portal,
        await stack.connect(acme.anna, conversation_id, gateway=0) as here,
        await stack.connect(acme.anna, conversation_id, gateway=1) as there,
    ):
        if how == "removed":
            answer = await remove(portal, acme, acme.anna.id)
        else:
            answer = await give_role(portal, acme, acme.anna.id, "customer_admin")
        assert answer.is_success
        assert {await here.closed(), await there.closed()} == {4403}


# ── The last admin ─────────────────────────────────────────────────────────────────────────────


async def test_the_last_admin_is_neither_removed_nor_demoted_by_anyone(
    api: httpx.AsyncClient, acme: World, platform_admin: Person, superuser: psycopg.Connection
) -> None:
    before = roles(superuser, acme)
    for by in (acme.admin, platform_admin):
        for answer in (
            await remove(api, acme, acme.admin.id, by=by),
            await give_role(api, acme, acme.admin.id, "customer_operator", by=by),
        ):
            assert (answer.status_code, answer.json()["code"]) == (409, "last_admin")
            assert "Make somebody else an admin first." in answer.json()["detail"]
    assert roles(superuser, acme) == before
    assert await me(api, acme.admin) == 200


async def test_with_another_admin_one_may_leave(api: httpx.AsyncClient, acme: World) -> None:
    await give_role(api, acme, acme.anna.id, "customer_admin")
    assert (await remove(api, acme, acme.admin.id)).status_code == 204
    assert await me(api, acme.admin) == 403
    anna = await log_in_again(acme.anna.id)
    assert (await remove(api, acme, acme.anna.id, by=anna)).status_code == 409


async def test_an_admin_who_cannot_log_in_or_of_another_tenant_is_no_other_admin(
    api: httpx.AsyncClient, acme: World, superuser: psycopg.Connection
) -> None:
    disabled = await make_person(f"disabled.{acme.slug}", acme.id, "customer_admin")
    superuser.execute("UPDATE portal_users SET disabled_at = now() WHERE id = %s", (disabled.id,))
    assert (await remove(api, acme, acme.admin.id)).status_code == 409
    assert (await remove(api, acme, disabled.id)).status_code == 204


async def test_two_admins_who_take_each_others_role_away_leave_one(
    api: httpx.AsyncClient, acme: World, superuser: psycopg.Connection
) -> None:
    for _ in range(5):
        other = await make_person(f"other.{acme.slug}", acme.id, "customer_admin")
        await asyncio.gather(me(api, acme.admin), me(api, other))
        answers = await asyncio.gather(
            give_role(api, acme, other.id, "customer_operator", by=acme.admin),
            remove(api, acme, acme.admin.id, by=other),
        )
        statuses = sorted(answer.status_code for answer in answers)
        assert statuses in ([200, 403], [200, 409], [204, 403], [204, 409]), statuses
        assert list(roles(superuser, acme).values()).count("customer_admin") == 1
        superuser.execute("DELETE FROM portal_users WHERE id = %s", (other.id,))
        superuser.execute(
            "INSERT INTO memberships (tenant_id, user_id, role) VALUES (%s, %s, 'customer_admin')"
            " ON CONFLICT DO NOTHING",
            (acme.id, acme.admin.id),
        )
        access.forget_all()


async def test_the_command_line_keeps_the_last_admin_too(acme: World) -> None:
    async with SystemSession("setup") as session:
        tenant = await find_tenant(session, acme.slug)
        with pytest.raises(Conflict, match="last admin"):
            await users.remove_member(session, email=acme.admin.email, tenant=tenant)


# ── Platform admins ────────────────────────────────────────────────────────────────────────────


async def test_nobody_changes_a_platform_admin_here(
    api: httpx.AsyncClient, acme: World, platform_admin: Person, superuser: psycopg.Connection
) -> None:
    for by in (acme.admin, platform_admin):
        assert (await remove(api, acme, platform_admin.id, by=by)).status_code == 404
    await join(acme.id, platform_admin.id, "customer_admin")
    before = roles(superuser, acme)
    for by in (acme.admin, platform_admin):
        for answer in (
            await remove(api, acme, platform_admin.id, by=by),
            await give_role(api, acme, platform_admin.id, "customer_operator", by=by),
        ):
            assert (answer.status_code, answer.json()["code"]) == (409, "platform_admin")
    assert (await remove(api, acme, acme.admin.id)).json()["code"] == "last_admin"
    assert roles(superuser, acme) == before
