"""A tenant's agents over REST: seen by its members and the platform admin, by nobody else."""

from uuid import uuid4

import httpx
import pytest

from tests.support.people import Person, World, leave

AGENTS = "/api/portal/agents"


async def test_members_see_their_tenants_agents_by_name(
    api: httpx.AsyncClient, acme: World, globex: World
) -> None:
    for person in acme.everyone:
        answer = await api.get(f"{AGENTS}?tenant_id={acme.id}", headers=person.headers)
        assert answer.status_code == 200
        assert [(row["name"], row["status"]) for row in answer.json()] == [
            ("Ada", "active"),
            ("Bob", "active"),
            ("Paula", "paused"),
        ]
        assert {row["tenant_id"] for row in answer.json()} == {str(acme.id)}


async def test_an_agents_instructions_and_model_stay_inside(
    api: httpx.AsyncClient, acme: World
) -> None:
    answer = await api.get(f"{AGENTS}?tenant_id={acme.id}", headers=acme.anna.headers)
    assert set(answer.json()[0]) == {"id", "tenant_id", "name", "role", "status"}


async def test_who_is_no_member_is_refused_whether_the_tenant_exists_or_not(
    api: httpx.AsyncClient, acme: World, globex: World
) -> None:
    for person in (acme.anna, acme.admin):
        theirs = await api.get(f"{AGENTS}?tenant_id={globex.id}", headers=person.headers)
        none = await api.get(f"{AGENTS}?tenant_id={uuid4()}", headers=person.headers)
        assert theirs.status_code == none.status_code == 403
        assert theirs.json() == none.json()


async def test_a_platform_admin_sees_every_tenants_agents(
    api: httpx.AsyncClient, acme: World, globex: World, platform_admin: Person
) -> None:
    for world in (acme, globex):
        answer = await api.get(f"{AGENTS}?tenant_id={world.id}", headers=platform_admin.headers)
        assert {row["tenant_id"] for row in answer.json()} == {str(world.id)}


@pytest.mark.parametrize("query", ["", "?tenant_id=", "?tenant_id=acme", "?tenant_id=%00"])
async def test_a_tenant_must_be_named_by_its_id(
    api: httpx.AsyncClient, acme: World, query: str
) -> None:
    answer = await api.get(f"{AGENTS}{query}", headers=acme.anna.headers)
    assert answer.status_code == 422


async def test_without_a_token_or_membership_there_is_nothing_to_see(
    api: httpx.AsyncClient, acme: World
) -> None:
    assert (await api.get(f"{AGENTS}?tenant_id={acme.id}")).status_code == 401
    await leave(acme.id, acme.anna.id)
    answer = await api.get(f"{AGENTS}?tenant_id={acme.id}", headers=acme.anna.headers)
    assert answer.status_code == 403
