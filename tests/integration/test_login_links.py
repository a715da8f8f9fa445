"""The link by which `konstruct up` opens the browser: once, soon, from this machine."""

import asyncio

import httpx
import pytest
import redis
from shared.config import get_settings
from shared.identity import login_links
from shared.identity.tokens import secret_hash

from tests.support.cli import konstruct
from tests.support.people import World
from tests.support.portal import application
from tests.support.servers import Servers

LINK = "/api/portal/auth/link"


async def link_of(email: str) -> str:
    ran = await asyncio.to_thread(konstruct, "user", "link", "--email", email, "--json")
    url: str = ran.json["url"]
    assert url.startswith("http://127.0.0.1:8000/enter#")
    return url.partition("#")[2]


async def test_it_logs_in_once(api: httpx.AsyncClient, acme: World) -> None:
    token = await link_of(acme.admin.email)
    first = await api.post(LINK, json={"token": token})
    assert first.status_code == 200
    assert (first.json()["email"], first.json()["role"]) == (acme.admin.email, "customer_admin")
    assert "httponly" in first.headers["set-cookie"].lower()
    assert first.headers["cache-control"] == "no-store"
    again = await api.post(LINK, json={"token": token})
    assert (again.status_code, again.json()["code"]) == (401, "login_link_used")
    assert "set-cookie" not in again.headers


@pytest.mark.parametrize("public_url", [None, "https://chat.example.com"])
async def test_a_link_for_elsewhere_begins_with_the_public_url_or_says_that_it_does_not(
    api: httpx.AsyncClient,
    acme: World,
    settings_of_its_own: pytest.MonkeyPatch,
    public_url: str | None,
) -> None:
    if public_url:
        settings_of_its_own.setenv("KONSTRUCT_PUBLIC_URL", public_url)
    ran = await asyncio.to_thread(konstruct, "user", "link", "--email", acme.admin.email)
    assert ran.out.startswith(f"{public_url or 'http://127.0.0.1:8000'}/enter#")
    assert ("opens on this machine alone" in ran.err) == (public_url is None)


async def test_of_many_who_come_with_it_at_one_moment_one_is_let_in(
    api: httpx.AsyncClient, acme: World
) -> None:
    token = await link_of(acme.admin.email)
    answers = await asyncio.gather(*(api.post(LINK, json={"token": token}) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 7


async def test_it_is_good_for_two_minutes_and_stored_as_a_hash(
    servers: Servers, acme: World
) -> None:
    token = await link_of(acme.admin.email)
    with redis.Redis.from_url(servers.redis_url()) as valkey:
        (key,) = valkey.scan_iter("platform:login-link:*")
        assert key.decode().endswith(secret_hash(token))
        assert token not in str([key, valkey.get(key)])
        assert 0 < valkey.ttl(key) <= login_links.GOOD_FOR_S == 120


async def test_it_is_taken_from_this_machine_alone(acme: World) -> None:
    token = await link_of(acme.admin.email)
    elsewhere = httpx.ASGITransport(app=application(), client=("192.0.2.7", 4000))
    async with httpx.AsyncClient(transport=elsewhere, base_url="http://127.0.0.1:8000") as client:
        refused = await client.post(LINK, json={"token": token})
    assert refused.status_code == 403
    assert "machine of the gateway" in refused.json()["detail"]


async def test_a_page_of_somebody_elses_cannot_log_anybody_in(
    api: httpx.AsyncClient, acme: World
) -> None:
    token = await link_of(acme.admin.email)
    theirs = {"Origin": "https://evil.example"}
    assert (await api.post(LINK, json={"token": token}, headers=theirs)).status_code == 403


async def test_guesses_are_counted_by_address(
    api: httpx.AsyncClient, acme: World, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    settings_of_its_own.setenv("KONSTRUCT_LOGIN_ADDRESS_LIMIT", "3/5 minutes")
    get_settings.cache_clear()
    answers = [(await api.post(LINK, json={"token": f"guess{n}"})).status_code for n in range(4)]
    assert answers == [401, 401, 401, 429]


async def test_somebody_unknown_gets_no_link(database: object) -> None:
    ran = await asyncio.to_thread(konstruct, "user", "link", "--email", "nobody@acme.com")
    assert "There is nobody" in ran.sentence
