"""Hiring by a template: planned whole, made whole, and exported the same again."""

import asyncio
from typing import Any

import httpx
from shared.templates.reading import read

from tests.support.cli import Ran, konstruct
from tests.support.people import World


def path_of(world: World, rest: str) -> str:
    return f"/api/portal/tenants/{world.id}/{rest}"


async def post(
    api: httpx.AsyncClient, world: World, rest: str, headers: Any = None, **body: Any
) -> httpx.Response:
    return await api.post(
        path_of(world, rest), json=body, headers=world.admin.headers | (headers or {})
    )


async def test_a_plan_says_all_that_is_wrong_and_missing_and_makes_nobody(
    api: httpx.AsyncClient, acme: World
) -> None:
    listed = await api.get(path_of(acme, "templates?locale=es"), headers=acme.admin.headers)
    assert {each["locale"] for each in listed.json()["items"]} == {"es"}
    wrong = {"id": "receptionist", "locale": "es", "name": "Ada", "values": {"tone": "gritando"}}
    plan = (await post(api, acme, "templates/plan", **wrong)).json()
    assert {each["path"] for each in plan["problems"]} == {"name", "values.company", "values.tone"}
    assert {each["kind"] for each in plan["missing"]} == {"knowledge", "channel", "model"}
    refused = await post(api, acme, "templates/hire", **wrong)
    assert (refused.status_code, refused.json()["code"]) == (400, "template_refused")
    broken = await post(api, acme, "templates/plan", source="format: konstruct.agent/v1\nx: 1\n")
    assert {each["path"] for each in broken.json()["problems"]} == {"locale", "name", "x"}
    agents = await api.get(f"/api/portal/agents?tenant_id={acme.id}", headers=acme.admin.headers)
    assert [each["name"] for each in agents.json()] == ["Ada", "Bob", "Paula"]
    assert (await api.get(path_of(acme, "templates"), headers=acme.anna.headers)).status_code == 403


async def test_whoever_is_hired_by_an_export_is_exported_the_same(
    api: httpx.AsyncClient, acme: World, globex: World
) -> None:
    asked = {"id": "support", "locale": "pt", "values": {"company": "Sol {{tone}} Lda."}}
    key = {"Idempotency-Key": "once"}
    hired = await post(api, acme, "templates/hire", headers=key, **asked)
    assert hired.status_code == 201, hired.text
    again = await post(api, acme, "templates/hire", headers=key, **asked)
    assert again.json()["id"] == hired.json()["id"]
    assert "Sol {{tone}} Lda." in hired.json()["greeting"]
    assert hired.json()["published_version"] == 1

    async def export(world: World, agent_id: str) -> str:
        answer = await api.get(
            path_of(world, f"agents/{agent_id}/template"), headers=world.admin.headers
        )
        assert answer.status_code == 200, answer.text
        source: str = answer.json()["source"]
        return source

    text = await export(acme, hired.json()["id"])
    assert str(acme.id) not in text
    assert acme.admin.email not in text
    theirs = await post(api, globex, "templates/hire", source=text)
    assert theirs.status_code == 201, theirs.text
    assert await export(globex, theirs.json()["id"]) == text


async def test_the_command_line_hires_exports_and_goes_back(
    acme: World, settings_of_its_own: None
) -> None:
    def ran(*arguments: str) -> Ran:
        return konstruct(*arguments, "--tenant", acme.slug)

    hire = ("template", "hire", "receptionist", "--locale", "es")
    assert len(konstruct("template", "list", "--locale", "es", "--json").json) == 3
    dry = await asyncio.to_thread(ran, *hire, "--dry-run")
    assert dry.code == 1
    assert "values.company" in dry.out
    hired = await asyncio.to_thread(ran, *hire, "--set", "company=Sol", "--json")
    assert hired.json["name"] == "Lucía"
    text = (await asyncio.to_thread(ran, "template", "export", "--name", "Lucía")).out
    assert "Sol" in text
    assert read(text).name == "Lucía"
    await asyncio.to_thread(ran, "agent", "tools", "--name", "Lucía", "--set", "clock")
    versions = await asyncio.to_thread(ran, "agent", "versions", "--name", "Lucía", "--json")
    assert [(each["n"], each["changed"]) for each in versions.json] == [(2, "tools"), (1, "")]
    back = await asyncio.to_thread(ran, "agent", "back", "--name", "Lucía", "--to", "1", "--json")
    assert back.json["tools"] == []
