"""Tenants over REST: one's own to see, the platform admin's to set up and rename."""

from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from tests.support.people import Person, World

TENANTS = "/api/portal/tenants"


async def create(api: httpx.AsyncClient, who: Person, **body: Any) -> httpx.Response:
    return await api.post(TENANTS, json=body, headers=who.headers)


async def test_a_platform_admin_sets_a_business_up_and_finds_it(
    api: httpx.AsyncClient, platform_admin: Person
) -> None:
    answer = await create(api, platform_admin, name=" Café Zürich ")
    assert answer.status_code == 201
    made = answer.json()
    assert made | {"id": ""} == {
        "id": "",
        "name": "Café Zürich",
        "slug": "cafe-zurich",
        "role": "platform_admin",
    }
    listed = await api.get(TENANTS, headers=platform_admin.headers)
    assert listed.json() == [made]
    again = await create(api, platform_admin, name="Café Zürich")
    assert again.json()["slug"] == "cafe-zurich-2"
    hired = await api.post(
        "/api/portal/agents",
        json={"tenant_id": made["id"], "name": "Ada"},
        headers=platform_admin.headers,
    )
    assert hired.status_code == 201


async def test_a_slug_is_one_tenants(
    api: httpx.AsyncClient, acme: World, platform_admin: Person
) -> None:
    answer = await create(api, platform_admin, name="Acme", slug=acme.slug)
    assert (answer.status_code, answer.json()["code"]) == (409, "slug_taken")


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 422), ({"name": ""}, 400), ({"name": "x" * 121}, 400), ({"name": "a\x00"}, 400),
     ({"name": None}, 422), ({"name": "A", "slug": "A B"}, 400), ({"name": "A", "slug": ""}, 400),
     ({"name": "A", "slug": "a\x00"}, 400), ({"name": "A", "slug": "x" * 49}, 400),
     ({"name": "A", "slug": "x" * 300}, 422)],
)  # fmt: skip
async def test_what_a_tenant_cannot_be_called(
    api: httpx.AsyncClient,
    platform_admin: Person,
    superuser: psycopg.Connection,
    body: dict[str, Any],
    status: int,
) -> None:
    answer = await create(api, platform_admin, **body)
    assert answer.status_code == status
    assert answer.json()["detail"].endswith(".")
    assert superuser.execute("SELECT count(*) FROM tenants").fetchone() == (0,)


async def test_a_renamed_tenant_keeps_its_slug(
    api: httpx.AsyncClient, acme: World, globex: World, platform_admin: Person
) -> None:
    async def rename(tenant: object, name: str) -> httpx.Response:
        return await api.patch(
            f"{TENANTS}/{tenant}", json={"name": name}, headers=platform_admin.headers
        )

    answer = await rename(acme.id, "Acme & Sons")
    assert (answer.json()["name"], answer.json()["slug"]) == ("Acme & Sons", acme.slug)
    listed = await api.get(TENANTS, headers=acme.anna.headers)
    assert [row["name"] for row in listed.json()] == ["Acme & Sons"]
    others = await api.get(TENANTS, headers=globex.anna.headers)
    assert [row["name"] for row in others.json()] == [globex.name]
    assert (await rename(acme.id, " ")).status_code == 400
    assert (await rename(uuid4(), "Nobody's")).status_code == 404
    assert (await rename("acme", "Acme")).status_code == 422
