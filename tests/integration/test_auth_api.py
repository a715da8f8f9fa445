"""Logging in, staying logged in, logging out, over REST on real servers."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from shared.config import get_settings
from shared.identity import sessions
from shared.identity.access import access
from shared.identity.tokens import issue_access_token, verify_access_token
from shared.valkey.client import get_redis

from tests.conftest import GATEWAY_URL
from tests.support.people import Person, World, join, leave, log_in_again, make_person

AUTH = "/api/portal/auth"
PASSWORD = "correct horse battery"
WRONG = "a wrong password"
COOKIE = "konstruct_refresh"


@pytest.fixture
async def anna(acme: World) -> Person:
    """An operator of acme who has a password."""
    return await make_person(f"anna.pw.{acme.slug}", acme.id, password=PASSWORD)


@pytest.fixture
async def other_device(api: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    """The same API with cookies of its own."""
    async with httpx.AsyncClient(transport=api._transport, base_url=GATEWAY_URL) as client:
        yield client


async def log_in(api: httpx.AsyncClient, email: str, password: str = PASSWORD) -> httpx.Response:
    return await api.post(f"{AUTH}/login", json={"email": email, "password": password})


async def refresh(api: httpx.AsyncClient, token: str, **options: Any) -> httpx.Response:
    """With this refresh token and no other cookie."""
    api.cookies.clear()
    headers = {"Cookie": f"{COOKIE}={token}"} | options.pop("headers", {})
    return await api.post(f"{AUTH}/refresh", headers=headers, **options)


async def me(api: httpx.AsyncClient, token: str) -> httpx.Response:
    return await api.get("/api/portal/me", headers={"Authorization": f"Bearer {token}"})


def refresh_token_of(answer: httpx.Response) -> str:
    return answer.cookies[COOKIE]


# ── Logging in ─────────────────────────────────────────────────────────────────────────────────


async def test_the_right_password_gives_a_token_that_works(
    api: httpx.AsyncClient, acme: World, anna: Person
) -> None:
    answer = await log_in(api, anna.email.upper() + " ")
    assert answer.status_code == 200
    body = answer.json()
    assert body["user_id"] == str(anna.id)
    assert body["role"] == "customer_operator"
    assert body["tenant_id"] == str(acme.id)
    assert body["token_type"] == "bearer"
    assert 0 < body["expires_in"] <= get_settings().identity.access_token_ttl_s
    assert answer.headers["cache-control"] == "no-store"

    who = await me(api, body["access_token"])
    assert who.json() == {
        "id": str(anna.id),
        "email": anna.email,
        "display_name": anna.display_name,
        "role": "customer_operator",
        "tenant_id": str(acme.id),
    }


async def test_wrong_unknown_disabled_and_passwordless_get_the_same_answer(
    api: httpx.AsyncClient, acme: World, anna: Person, superuser: psycopg.Connection
) -> None:
    disabled = await make_person(f"disabled.{acme.slug}", acme.id, password=PASSWORD)
    superuser.execute("UPDATE portal_users SET disabled_at = now() WHERE id = %s", (disabled.id,))
    answers = [
        await log_in(api, anna.email, WRONG),
        await log_in(api, "nobody@example.com"),
        await log_in(api, disabled.email),
        await log_in(api, acme.ben.email),  # who has no password
        await log_in(api, anna.email, PASSWORD + "x" * 300),
    ]
    assert [answer.status_code for answer in answers] == [401] * 5
    assert len({answer.text for answer in answers}) == 1
    assert all(COOKIE not in answer.cookies for answer in answers)


@pytest.mark.parametrize(
    "body",
    [{}, {"email": "a@example.com"}, {"email": "a", "password": "x"}, {"password": PASSWORD},
     {"email": "a@example.com", "password": ""}, {"email": "x" * 400, "password": PASSWORD},
     {"email": "a@example.com", "password": "x" * 2000},
     {"email": ["a@example.com"], "password": {"$ne": ""}},
     {"email": "a@example.com", "password": PASSWORD, "tenant_id": "acme"}],
)  # fmt: skip
async def test_a_malformed_log_in_is_refused_without_repeating_the_password(
    api: httpx.AsyncClient, body: dict[str, Any]
) -> None:
    answer = await api.post(f"{AUTH}/login", json=body)
    assert answer.status_code == 422
    assert PASSWORD not in answer.text


async def test_a_log_in_with_a_nul_character_is_refused(api: httpx.AsyncClient) -> None:
    answer = await log_in(api, "a\x00@example.com")
    assert answer.status_code in (401, 422)


async def test_one_may_choose_the_tenant_and_only_one_of_ones_own(
    api: httpx.AsyncClient, acme: World, globex: World, anna: Person
) -> None:
    async def into(tenant_id: object) -> httpx.Response:
        body = {"email": anna.email, "password": PASSWORD, "tenant_id": str(tenant_id)}
        return await api.post(f"{AUTH}/login", json=body)

    theirs, none = await into(globex.id), await into(uuid4())
    assert theirs.status_code == none.status_code == 403
    assert theirs.json() == none.json()
    await join(globex.id, anna.id, "customer_admin")
    inside = (await into(globex.id)).json()
    assert (inside["tenant_id"], inside["role"]) == (str(globex.id), "customer_admin")


async def test_a_platform_admins_token_names_no_tenant(api: httpx.AsyncClient) -> None:
    root = await make_person("root.pw", None, password=PASSWORD)
    body = (await log_in(api, root.email)).json()
    assert (body["role"], body["tenant_id"]) == ("platform_admin", None)


async def test_who_belongs_to_no_tenant_is_told_so(
    api: httpx.AsyncClient, acme: World, anna: Person
) -> None:
    await leave(acme.id, anna.id)
    answer = await log_in(api, anna.email)
    assert answer.status_code == 403
    assert "not a member of any tenant" in answer.json()["detail"]


@pytest.mark.parametrize(
    "typed",
    ["mia@müller.example", "mia@xn--mller-kva.example", "MIA@MU\u0308LLER.example",
     " mia@müller。example"],
    ids=ascii,
)  # fmt: skip
async def test_one_person_logs_in_by_every_spelling_of_their_address_and_password(
    api: httpx.AsyncClient, acme: World, superuser: psycopg.Connection, typed: str
) -> None:
    mia = await make_person(f"mia.{acme.slug}", acme.id, password="cafe\u0301 du marche\u0301")
    superuser.execute(
        "UPDATE portal_users SET email = 'mia@müller.example' WHERE id = %s", (mia.id,)
    )
    try:
        for password in ("café du marché", "cafe\u0301 du\u00a0marché"):
            answer = await log_in(api, typed, password)
            assert answer.json()["user_id"] == str(mia.id)
    finally:
        superuser.execute("DELETE FROM portal_users WHERE id = %s", (mia.id,))


# ── Too many attempts ──────────────────────────────────────────────────────────────────────────


@pytest.fixture
def three_attempts(anna: Person, settings_of_its_own: pytest.MonkeyPatch) -> None:
    settings_of_its_own.setenv("KONSTRUCT_LOGIN_LIMIT", "3/5 minutes")
    get_settings.cache_clear()


async def test_too_many_failures_are_refused_even_with_the_right_password(
    three_attempts: None, api: httpx.AsyncClient, anna: Person
) -> None:
    for _ in range(3):
        assert (await log_in(api, anna.email, WRONG)).status_code == 401
    answer = await log_in(api, anna.email)
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 300
    keys = [key async for key in get_redis().scan_iter("*")]
    assert keys, "counted where every process can see it"
    assert all(key.startswith(b"platform:limits") for key in keys)


async def test_failures_count_for_an_address_of_mail_in_whichever_case(
    three_attempts: None, api: httpx.AsyncClient, anna: Person
) -> None:
    for spelling in (anna.email, anna.email.upper(), anna.email.title()):
        await log_in(api, spelling, WRONG)
    assert (await log_in(api, anna.email)).status_code == 429


async def test_spellings_of_an_address_share_its_attempts(
    three_attempts: None, api: httpx.AsyncClient
) -> None:
    for spelling in ("mia@müller.example", "mia@xn--mller-kva.example", "mia@MU\u0308LLER.example"):
        assert (await log_in(api, spelling, WRONG)).status_code == 401
    assert (await log_in(api, "mia@müller.example", WRONG)).status_code == 429


async def test_a_crowd_of_guesses_in_one_moment_is_no_way_around_the_limit(
    three_attempts: None, api: httpx.AsyncClient, anna: Person
) -> None:
    answers = await asyncio.gather(*(log_in(api, anna.email, WRONG) for _ in range(12)))
    assert Counter(answer.status_code for answer in answers) == {401: 3, 429: 9}


async def test_right_passwords_use_no_attempt_up(
    three_attempts: None, api: httpx.AsyncClient, anna: Person
) -> None:
    for _ in range(6):
        assert (await log_in(api, anna.email)).status_code == 200


async def test_the_limit_can_be_lifted(
    three_attempts: None,
    api: httpx.AsyncClient,
    anna: Person,
    settings_of_its_own: pytest.MonkeyPatch,
) -> None:
    settings_of_its_own.setenv("KONSTRUCT_LIMITS_ENABLED", "false")
    get_settings.cache_clear()
    for _ in range(5):
        assert (await log_in(api, anna.email, WRONG)).status_code == 401


async def test_attempts_are_counted_in_memory_while_valkey_is_away(
    three_attempts: None,
    api: httpx.AsyncClient,
    anna: Person,
    settings_of_its_own: pytest.MonkeyPatch,
) -> None:
    from konstruct.devstack.ports import free_port

    settings_of_its_own.setenv("KONSTRUCT_REDIS_URL", f"redis://127.0.0.1:{free_port()}/0")
    get_settings.cache_clear()
    for _ in range(3):
        assert (await log_in(api, anna.email, WRONG)).status_code == 401
    assert (await log_in(api, anna.email)).status_code == 429


# ── The cookie ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("secure", [False, True])
async def test_the_refresh_cookie_is_out_of_reach_of_scripts_and_other_pages(
    api: httpx.AsyncClient, anna: Person, settings_of_its_own: pytest.MonkeyPatch, secure: bool
) -> None:
    settings_of_its_own.setenv("KONSTRUCT_COOKIE_SECURE", str(secure).lower())
    get_settings.cache_clear()
    answer = await log_in(api, anna.email)
    (header,) = answer.headers.get_list("set-cookie")
    attributes = {part.strip().lower() for part in header.split(";")[1:]}
    assert {"httponly", "samesite=strict", f"path={AUTH}"} <= attributes
    assert ("secure" in attributes) is secure
    assert not any(attribute.startswith("domain") for attribute in attributes)
    assert refresh_token_of(answer) not in answer.text


FOREIGN = ["http://evil.example", "null", "http://127.0.0.1:8000.evil.example",
           "http://127.0.0.1", "http://127.0.0.1:9999", "https://127.0.0.1:8000",
           "HTTP://127.0.0.1:8000@evil.example", "file://", ""]  # fmt: skip


@pytest.mark.parametrize("origin", FOREIGN)
async def test_a_foreign_page_may_not_use_the_cookie(
    api: httpx.AsyncClient, acme: World, origin: str
) -> None:
    headers = {"Origin": origin}
    token = acme.anna.refresh_token
    assert (await refresh(api, token, headers=headers)).status_code == 403
    api.cookies.clear()
    answer = await api.post(f"{AUTH}/logout", headers=headers | {"Cookie": f"{COOKIE}={token}"})
    assert answer.status_code == 403
    assert (await me(api, acme.anna.token)).status_code == 200, "nothing was ended"


async def test_the_portals_own_page_and_those_allowed_by_name_may_use_the_cookie(
    api: httpx.AsyncClient, acme: World, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    settings_of_its_own.setenv("KONSTRUCT_ALLOWED_ORIGINS", "https://portal.acme.example/, ")
    get_settings.cache_clear()
    token = acme.anna.refresh_token
    for origin in (GATEWAY_URL, "http://localhost:8000", "https://portal.acme.example"):
        answer = await refresh(api, token, headers={"Origin": origin})
        assert answer.status_code == 200, origin
        token = answer.cookies.get(COOKIE, token)


# ── Refreshing ─────────────────────────────────────────────────────────────────────────────────


async def test_a_refresh_gives_new_tokens_and_keeps_the_session(
    api: httpx.AsyncClient, acme: World
) -> None:
    first = acme.anna.refresh_token
    answer = await refresh(api, first)
    second = refresh_token_of(answer)
    assert second != first
    claims = verify_access_token(answer.json()["access_token"])
    assert claims.session_id == verify_access_token(acme.anna.token).session_id
    assert (await refresh(api, second)).status_code == 200


async def test_two_tabs_that_refresh_at_once_both_stay_logged_in(
    api: httpx.AsyncClient, acme: World
) -> None:
    first = acme.anna.refresh_token
    one, two = await refresh(api, first), await refresh(api, first)
    assert (one.status_code, two.status_code) == (200, 200)
    assert COOKIE not in two.cookies, "the one in use stays"
    assert (await refresh(api, refresh_token_of(one))).status_code == 200


Since = Callable[[timedelta], None]


@pytest.fixture
def rotated(superuser: psycopg.Connection, acme: World) -> Since:
    """As if Anna's refresh token had last changed so long ago."""

    def ago(since: timedelta) -> None:
        superuser.execute(
            "UPDATE portal_sessions SET rotated_at = %s WHERE user_id = %s",
            (datetime.now(UTC) - since, acme.anna.id),
        )

    return ago


async def test_a_page_that_went_away_before_it_had_the_new_token_stays_logged_in(
    api: httpx.AsyncClient, acme: World, rotated: Since
) -> None:
    kept = acme.anna.refresh_token
    for _ in range(3):
        assert (await refresh(api, kept)).status_code == 200, "the answer is lost on its way"
        rotated(timedelta(seconds=sessions.REFRESH_GRACE_S + 1))
    following = refresh_token_of(await refresh(api, kept))
    assert (await refresh(api, following)).status_code == 200


async def test_a_stolen_refresh_token_ends_the_session_for_both(
    api: httpx.AsyncClient, acme: World, rotated: Since
) -> None:
    stolen = acme.anna.refresh_token
    answer = await refresh(api, stolen)
    token, current = answer.json()["access_token"], refresh_token_of(answer)
    assert (await me(api, token)).status_code == 200

    rotated(timedelta(seconds=sessions.REFRESH_GRACE_S + 1))
    thiefs = refresh_token_of(await refresh(api, stolen))
    thiefs = refresh_token_of(await refresh(api, thiefs))
    assert (await refresh(api, current)).status_code == 401
    assert (await refresh(api, thiefs)).status_code == 401
    assert (await me(api, token)).status_code == 401
    assert (await me(api, acme.anna.token)).status_code == 401


async def test_the_theft_is_told_to_every_gateway(
    api: httpx.AsyncClient, acme: World, rotated: Since
) -> None:
    from shared.redis_keys import access_revoked_key

    current = refresh_token_of(await refresh(api, acme.anna.refresh_token))
    rotated(timedelta(seconds=sessions.REFRESH_GRACE_S + 1))
    await refresh(api, acme.anna.refresh_token)
    async with get_redis().pubsub() as listening:
        await listening.subscribe(access_revoked_key())
        await listening.get_message(timeout=5)
        await refresh(api, current)
        told = await listening.get_message(ignore_subscribe_messages=True, timeout=5)
    assert str(acme.anna.id).encode() in told["data"]


@pytest.mark.parametrize(
    "token", ["", "nonsense", "x" * 5000, "a\x00b", "é", "' OR 1=1 --"], ids=repr
)
async def test_a_made_up_refresh_token_is_refused(
    api: httpx.AsyncClient, acme: World, token: str
) -> None:
    api.cookies.clear()
    headers = {"Cookie": f"{COOKIE}={token}".encode()}
    assert (await api.post(f"{AUTH}/refresh", headers=headers)).status_code == 401


async def test_an_expired_session_cannot_be_refreshed_nor_its_token_used(
    api: httpx.AsyncClient, acme: World, superuser: psycopg.Connection
) -> None:
    superuser.execute(
        "UPDATE portal_sessions SET expires_at = now() - interval '1 second' WHERE user_id = %s",
        (acme.anna.id,),
    )
    assert (await refresh(api, acme.anna.refresh_token)).status_code == 401
    assert (await me(api, acme.anna.token)).status_code == 401


async def test_a_refresh_changes_to_another_tenant_of_ones_own_and_stays_there(
    api: httpx.AsyncClient, acme: World, globex: World
) -> None:
    await join(globex.id, acme.anna.id, "customer_admin")
    first = await refresh(api, acme.anna.refresh_token, json={"tenant_id": str(globex.id)})
    assert first.json()["tenant_id"] == str(globex.id)
    assert first.json()["role"] == "customer_admin"
    agents = await api.get(
        f"/api/portal/agents?tenant_id={globex.id}",
        headers={"Authorization": f"Bearer {first.json()['access_token']}"},
    )
    assert agents.status_code == 200

    second = await refresh(api, refresh_token_of(first))
    assert second.json()["tenant_id"] == str(globex.id)
    third = await refresh(api, refresh_token_of(second), json={"tenant_id": str(acme.id)})
    assert (third.json()["tenant_id"], third.json()["role"]) == (str(acme.id), "customer_operator")


async def test_a_refresh_into_a_tenant_that_is_not_ones_own_changes_nothing(
    api: httpx.AsyncClient, acme: World, globex: World
) -> None:
    for tenant in (globex.id, uuid4()):
        body = {"tenant_id": str(tenant)}
        answer = await refresh(api, acme.anna.refresh_token, json=body)
        assert answer.status_code == 403
    answer = await refresh(api, acme.anna.refresh_token)
    assert answer.json()["tenant_id"] == str(acme.id)


async def test_who_has_left_the_tenant_they_were_in_goes_on_in_another_of_theirs(
    api: httpx.AsyncClient, acme: World, globex: World, superuser: psycopg.Connection
) -> None:
    await join(globex.id, acme.anna.id, "customer_admin")
    superuser.execute("DELETE FROM memberships WHERE tenant_id = %s", (acme.id,))

    back_in = await refresh(api, acme.anna.refresh_token, json={"tenant_id": str(acme.id)})
    assert (back_in.status_code, back_in.json()["code"]) == (403, "no_membership")
    elsewhere = await refresh(api, acme.anna.refresh_token)
    told = elsewhere.json()
    assert (told["tenant_id"], told["role"]) == (str(globex.id), "customer_admin")

    superuser.execute("DELETE FROM memberships")
    nowhere = await refresh(api, refresh_token_of(elsewhere))
    assert (nowhere.status_code, nowhere.json()["code"]) == (403, "no_membership")


async def test_a_disabled_person_cannot_refresh(
    api: httpx.AsyncClient, acme: World, superuser: psycopg.Connection
) -> None:
    superuser.execute("UPDATE portal_users SET disabled_at = now() WHERE id = %s", (acme.anna.id,))
    assert (await refresh(api, acme.anna.refresh_token)).status_code == 401
    superuser.execute("UPDATE portal_users SET disabled_at = NULL WHERE id = %s", (acme.anna.id,))
    assert (await refresh(api, acme.anna.refresh_token)).status_code == 401, "the session has ended"


async def test_refresh_tokens_are_stored_as_hashes_alone(
    api: httpx.AsyncClient, acme: World, superuser: psycopg.Connection
) -> None:
    answer = await refresh(api, acme.anna.refresh_token)
    dump = str(superuser.execute("SELECT * FROM portal_sessions").fetchall())
    assert acme.anna.refresh_token not in dump
    assert refresh_token_of(answer) not in dump


# ── Logging out ────────────────────────────────────────────────────────────────────────────────


async def test_logging_out_ends_the_session_and_its_tokens(
    api: httpx.AsyncClient, acme: World
) -> None:
    other = await log_in_again(acme.anna.id)
    assert (await me(api, acme.anna.token)).status_code == 200
    answer = await api.post(f"{AUTH}/logout", headers=acme.anna.headers)
    assert answer.status_code == 204
    assert (await me(api, acme.anna.token)).status_code == 401
    assert (await refresh(api, acme.anna.refresh_token)).status_code == 401
    assert (await me(api, other.token)).status_code == 200, "another device stays logged in"


async def test_logging_out_with_the_cookie_alone_ends_the_session_and_clears_the_cookie(
    api: httpx.AsyncClient, anna: Person
) -> None:
    token = (await log_in(api, anna.email)).json()["access_token"]
    answer = await api.post(f"{AUTH}/logout")
    assert answer.status_code == 204
    assert COOKIE not in api.cookies
    assert (await me(api, token)).status_code == 401


async def test_logging_out_twice_or_without_being_logged_in_is_no_error(
    api: httpx.AsyncClient, acme: World
) -> None:
    for headers in (acme.anna.headers, acme.anna.headers, {}, {"Authorization": "Bearer x"}):
        assert (await api.post(f"{AUTH}/logout", headers=headers)).status_code == 204


async def test_a_cookie_of_another_session_does_not_save_the_one_that_logs_out(
    api: httpx.AsyncClient, acme: World
) -> None:
    """Token and cookie may name different sessions: what was asked to end ends."""
    answer = await api.post(
        f"{AUTH}/logout",
        headers=acme.anna.headers | {"Cookie": f"{COOKIE}={acme.ben.refresh_token}"},
    )
    assert answer.status_code == 204
    assert (await me(api, acme.anna.token)).status_code == 401


# ── Tokens against what is true now ────────────────────────────────────────────────────────────


Change = Callable[[psycopg.Connection, World], Awaitable[None] | None]
CHANGES: dict[str, tuple[str, int, str]] = {
    "revoked": ("UPDATE portal_sessions SET revoked_at = now()", 401, "logged_out"),
    "session deleted": ("DELETE FROM portal_sessions", 401, "logged_out"),
    "user disabled": ("UPDATE portal_users SET disabled_at = now()", 401, "logged_out"),
    "membership gone": ("DELETE FROM memberships", 403, "membership_ended"),
    "promoted": ("UPDATE memberships SET role = 'customer_admin'", 403, "role_changed"),
    "no platform admin": ("UPDATE portal_users SET is_platform_admin = false", 403, "role_changed"),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_a_token_is_worth_what_its_session_and_role_are_worth_now(
    api: httpx.AsyncClient,
    acme: World,
    platform_admin: Person,
    superuser: psycopg.Connection,
    change: str,
) -> None:
    statement, status, code = CHANGES[change]
    who = platform_admin if change == "no platform admin" else acme.anna
    assert (await me(api, who.token)).status_code == 200
    superuser.execute(statement)  # behind the application's back
    access.forget(who.id)
    answer = await me(api, who.token)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_token_whose_claims_are_another_persons_opens_nothing(
    api: httpx.AsyncClient, acme: World, globex: World
) -> None:
    """Signed with the right key, but mixed: each claim is held against the database."""
    mine = verify_access_token(acme.anna.token)
    theirs = verify_access_token(globex.admin.token)
    true: dict[str, Any] = {
        "user_id": mine.user_id,
        "role": mine.role,
        "tenant_id": mine.tenant_id,
        "session_id": mine.session_id,
    }
    for lie, value in (
        ("user_id", theirs.user_id),
        ("session_id", theirs.session_id),
        ("session_id", uuid4()),
        ("tenant_id", theirs.tenant_id),
        ("tenant_id", None),
        ("role", "customer_admin"),
        ("role", "platform_admin"),
    ):
        token, _ = issue_access_token(**(true | {lie: value}))
        assert (await me(api, token)).status_code in (401, 403), lie
    token, _ = issue_access_token(**true)
    assert (await me(api, token)).status_code == 200


# ── Who am I ───────────────────────────────────────────────────────────────────────────────────


async def test_my_tenants_are_mine_alone_and_all_for_a_platform_admin(
    api: httpx.AsyncClient, acme: World, globex: World, platform_admin: Person
) -> None:
    async def tenants(person: Person) -> list[tuple[str, str]]:
        answer = await api.get("/api/portal/tenants", headers=person.headers)
        return [(row["slug"], row["role"]) for row in answer.json()]

    assert await tenants(acme.anna) == [(acme.slug, "customer_operator")]
    await join(globex.id, acme.anna.id, "customer_admin")
    assert await tenants(acme.anna) == [
        (acme.slug, "customer_operator"),
        (globex.slug, "customer_admin"),
    ]
    assert await tenants(platform_admin) == [
        (acme.slug, "platform_admin"),
        (globex.slug, "platform_admin"),
    ]


# ── Logs ───────────────────────────────────────────────────────────────────────────────────────


async def test_no_password_and_no_token_reaches_a_log(
    api: httpx.AsyncClient, anna: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = await log_in(api, anna.email)
    await log_in(api, anna.email, WRONG)
    token = answer.json()["access_token"]
    refreshed = await refresh(api, refresh_token_of(answer))
    await me(api, token)
    await api.post(f"{AUTH}/logout", headers={"Authorization": f"Bearer {token}"})
    logged = "\n".join(record.getMessage() for record in caplog.records)
    for secret in (PASSWORD, WRONG, token, refresh_token_of(answer), refresh_token_of(refreshed)):
        assert secret not in logged
