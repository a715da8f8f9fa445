"""One's own account: another password, one's log-ins, and a link to a new password."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from shared.identity import password_resets

from tests.support.cli import konstruct
from tests.support.people import Person, World, join, log_in_again, make_person

ME = "/api/portal/me"
PASSWORD, NEW = "correct horse battery", "another staple entirely"


@pytest.fixture
async def eva(acme: World) -> Person:
    """An operator of acme who has a password."""
    return await make_person(f"eva.pw.{acme.slug}", acme.id, password=PASSWORD)


async def logs_in(api: httpx.AsyncClient, email: str, password: str) -> bool:
    answer = await api.post("/api/portal/auth/login", json={"email": email, "password": password})
    return answer.status_code == 200


async def change(api: httpx.AsyncClient, person: Person, old: str, new: str) -> httpx.Response:
    body = {"old_password": old, "new_password": new}
    return await api.post(f"{ME}/password", json=body, headers=person.headers)


async def is_in(api: httpx.AsyncClient, person: Person) -> bool:
    return (await api.get(ME, headers=person.headers)).status_code == 200


async def reset(api: httpx.AsyncClient, token: str, password: str = NEW) -> httpx.Response:
    body = {"token": token, "password": password}
    return await api.post("/api/portal/auth/reset", json=body)


async def link_for(
    api: httpx.AsyncClient, admin: Person, world: World, person: Person
) -> httpx.Response:
    path = f"/api/portal/tenants/{world.id}/people/{person.id}/password-reset"
    return await api.post(path, headers=admin.headers)


def token_of(link: dict[str, Any]) -> str:
    url: str = link["url"]
    assert "/reset#" in url
    return url.partition("#")[2]


async def test_another_name_is_told_to_all_and_one_that_is_none_is_refused(
    api: httpx.AsyncClient, eva: Person, acme: World
) -> None:
    async def rename(name: Any) -> httpx.Response:
        return await api.patch(ME, json={"display_name": name}, headers=eva.headers)

    assert (await rename("  Eva   Luna ")).json()["display_name"] == "Eva Luna"
    assert (await api.get(ME, headers=eva.headers)).json()["display_name"] == "Eva Luna"
    people = await api.get(f"/api/portal/people?tenant_id={acme.id}", headers=acme.admin.headers)
    assert "Eva Luna" in {each["display_name"] for each in people.json()}
    for wrong in (" ", "a\nb", "\u202eeva", "x" * 121):
        assert (await rename(wrong)).status_code == 400, wrong
    assert (await rename(None)).json()["detail"] == "`display_name` must be text."
    assert (await api.patch(ME, json={"display_name": "x"})).status_code == 401
    assert (await api.get(ME, headers=eva.headers)).json()["display_name"] == "Eva Luna"


# ── Another password ───────────────────────────────────────────────────────────────────────────


async def test_a_new_password_is_the_only_one_and_ends_all_other_log_ins(
    api: httpx.AsyncClient, eva: Person, superuser: psycopg.Connection
) -> None:
    other = await log_in_again(eva.id)
    assert await is_in(api, other)
    assert (await change(api, eva, PASSWORD, NEW)).status_code == 204
    assert await is_in(api, eva), "who changed it stays"
    assert not await is_in(api, other)
    assert not await logs_in(api, eva.email, PASSWORD)
    assert await logs_in(api, eva.email, NEW)
    row = superuser.execute(
        "SELECT action, details::text FROM audit_events WHERE actor = %s", (str(eva.id),)
    ).fetchall()
    assert row == [("password.changed", "{}")]


async def test_without_the_old_one_nothing_changes_and_guessing_is_limited(
    api: httpx.AsyncClient, eva: Person, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    answer = await change(api, eva, "not the password", NEW)
    assert (answer.status_code, answer.json()["code"]) == (403, "wrong_password")
    assert await is_in(api, eva), "a typing error is no log-out"
    assert await logs_in(api, eva.email, PASSWORD)
    answers = [await change(api, eva, f"guess number {n}", NEW) for n in range(12)]
    assert answers[-1].status_code == 429
    assert "Retry-After" in answers[-1].headers


@pytest.mark.parametrize(
    ("new", "code"),
    [
        (PASSWORD, "password_same"),
        ("short", "bad_request"),
        ("aaaaaaaaaaaa", "password_repeats"),
        ("{email}", "password_is_name"),
    ],
)
async def test_a_new_password_that_is_refused_says_why(
    api: httpx.AsyncClient, eva: Person, new: str, code: str
) -> None:
    answer = await change(api, eva, PASSWORD, new.replace("{email}", eva.email))
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert await logs_in(api, eva.email, PASSWORD)


# ── One's log-ins ──────────────────────────────────────────────────────────────────────────────


async def test_one_sees_ones_own_log_ins_and_ends_them(
    api: httpx.AsyncClient, acme: World, eva: Person
) -> None:
    tablet, lost = await log_in_again(eva.id), await log_in_again(eva.id)
    seen = (await api.get(f"{ME}/sessions", headers=tablet.headers)).json()
    assert len(seen) == 3
    assert [each["current"] for each in seen].count(True) == 1
    current = next(each for each in seen if each["current"])
    assert current["tenant_id"] == str(acme.id)

    of_lost = next(
        each["id"]
        for each in (await api.get(f"{ME}/sessions", headers=lost.headers)).json()
        if each["current"]
    )
    ended = await api.delete(f"{ME}/sessions/{of_lost}", headers=tablet.headers)
    assert ended.status_code == 204
    assert not await is_in(api, lost)
    assert await is_in(api, eva)
    assert (await api.delete(f"{ME}/sessions", headers=tablet.headers)).status_code == 204
    assert not await is_in(api, eva)
    left = (await api.get(f"{ME}/sessions", headers=tablet.headers)).json()
    assert [each["id"] for each in left] == [current["id"]]


async def test_nobody_ends_anothers_log_in(
    api: httpx.AsyncClient, acme: World, eva: Person
) -> None:
    (seen,) = (await api.get(f"{ME}/sessions", headers=eva.headers)).json()
    for who in (acme.anna, acme.admin):
        answer = await api.delete(f"{ME}/sessions/{seen['id']}", headers=who.headers)
        unknown = await api.delete(f"{ME}/sessions/{uuid4()}", headers=who.headers)
        assert (answer.status_code, unknown.status_code) == (404, 404)
    assert await is_in(api, eva)


# ── A link to a new password ───────────────────────────────────────────────────────────────────


async def test_an_admins_link_sets_a_new_password_once_and_ends_every_log_in(
    api: httpx.AsyncClient, acme: World, eva: Person
) -> None:
    made = await link_for(api, acme.admin, acme, eva)
    assert made.status_code == 200
    assert made.json()["good_for_s"] == 3600
    token = token_of(made.json())
    refused = await reset(api, token, "short")
    assert refused.status_code == 400, "the link stays good"
    assert (await reset(api, token)).status_code == 204
    assert not await is_in(api, eva)
    assert await logs_in(api, eva.email, NEW)
    again = await reset(api, token, "yet another one entirely")
    assert (again.status_code, again.json()["code"]) == (401, "reset_link_used")
    assert await logs_in(api, eva.email, NEW)


async def test_of_many_with_the_same_link_one_sets_it(
    api: httpx.AsyncClient, acme: World, eva: Person
) -> None:
    token = token_of((await link_for(api, acme.admin, acme, eva)).json())
    answers = await asyncio.gather(*(reset(api, token, f"{NEW} {n}") for n in range(5)))
    assert sorted(answer.status_code for answer in answers) == [204, 401, 401, 401, 401]


async def test_a_link_is_void_once_the_password_is_another(
    api: httpx.AsyncClient, acme: World, eva: Person
) -> None:
    token = token_of((await link_for(api, acme.admin, acme, eva)).json())
    assert (await change(api, eva, PASSWORD, NEW)).status_code == 204
    assert (await reset(api, token, "of somebody who found it")).status_code == 401
    assert await logs_in(api, eva.email, NEW)


async def test_nobody_makes_a_link_that_reaches_further_than_their_rights(
    api: httpx.AsyncClient, acme: World, globex: World, eva: Person, platform_admin: Person
) -> None:
    for who in (acme.anna, globex.admin):
        assert (await link_for(api, who, acme, eva)).status_code == 403
    assert (await link_for(api, globex.admin, globex, eva)).status_code == 404
    of_admin = await link_for(api, acme.admin, acme, platform_admin)
    assert of_admin.status_code == 404
    await join(globex.id, eva.id)
    for world in (acme, globex):
        answer = await link_for(api, world.admin, world, eva)
        assert (answer.status_code, answer.json()["code"]) == (409, "member_elsewhere")
    assert (await link_for(api, platform_admin, acme, eva)).status_code == 200


async def test_a_page_from_elsewhere_resets_nothing(
    api: httpx.AsyncClient, acme: World, eva: Person
) -> None:
    token = await password_resets.make(eva.id)
    body = {"token": token, "password": NEW}
    answer = await api.post(
        "/api/portal/auth/reset", json=body, headers={"Origin": "https://evil.example"}
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "origin_refused")
    assert (await reset(api, token)).status_code == 204


# ── By command ─────────────────────────────────────────────────────────────────────────────────


async def ran(*arguments: object) -> Any:
    return (await asyncio.to_thread(konstruct, "user", *arguments, "--json")).json


async def test_commands_make_the_link_list_log_ins_and_end_them(
    api: httpx.AsyncClient, acme: World, eva: Person
) -> None:
    await log_in_again(eva.id)
    assert len(await ran("sessions", "--email", eva.email)) == 2
    assert await ran("log-out", "--email", eva.email) == {"ended": 2}
    assert await ran("sessions", "--email", eva.email) == []
    token = token_of(await ran("reset", "--email", eva.email))
    assert (await reset(api, token)).status_code == 204
    assert await logs_in(api, eva.email, NEW)
    nobody = await asyncio.to_thread(konstruct, "user", "reset", "--email", "nobody@example.com")
    assert "nobody with the address" in nobody.sentence
