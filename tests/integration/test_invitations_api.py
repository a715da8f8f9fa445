"""Invitations over REST: a link an admin makes, and what its holder can do with it, once.

Who may make, see and revoke them is shown in `test_portal_rights.py` too.
"""

import asyncio
import hashlib
import logging
from collections import Counter
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
from shared.config import get_settings
from shared.db import get_engine
from shared.identity.tokens import verify_access_token
from sqlalchemy import event

from tests.support.people import Person, World, join, leave, log_in_again, make_person
from tests.support.servers import Database

INVITATIONS = "/api/portal/invitations"
AUTH = "/api/portal/auth"
COOKIE = "konstruct_refresh"
PASSWORD = "correct horse battery"
EVA = "eva@example.com"


async def invite(
    api: httpx.AsyncClient, world: World, email: str = EVA, *, by: Person | None = None, **body: Any
) -> httpx.Response:
    body = {"tenant_id": str(world.id), "email": email, "role": "customer_operator"} | body
    return await api.post(INVITATIONS, json=body, headers=(by or world.admin).headers)


async def link_for(api: httpx.AsyncClient, world: World, email: str = EVA, **options: Any) -> str:
    """The token of a new invitation."""
    answer = await invite(api, world, email, **options)
    assert answer.status_code == 201, answer.text
    token: str = answer.json()["link"].removeprefix("/invite#")
    return token


async def look(api: httpx.AsyncClient, token: str) -> httpx.Response:
    return await api.get(f"{INVITATIONS}/by-token/{token}")


async def accept(
    api: httpx.AsyncClient, token: str, *, by: Person | None = None, **body: Any
) -> httpx.Response:
    return await api.post(
        f"{INVITATIONS}/by-token/{token}/accept", json=body, headers=by.headers if by else {}
    )


async def accept_as_eva(api: httpx.AsyncClient, token: str) -> httpx.Response:
    return await accept(api, token, display_name="Eva", password=PASSWORD)


async def listed(api: httpx.AsyncClient, world: World) -> list[dict[str, Any]]:
    answer = await api.get(f"{INVITATIONS}?tenant_id={world.id}", headers=world.admin.headers)
    assert answer.status_code == 200
    rows: list[dict[str, Any]] = answer.json()
    return rows


def people_in(superuser: psycopg.Connection, world: World) -> set[str]:
    rows = superuser.execute(
        "SELECT email FROM portal_users JOIN memberships ON user_id = id WHERE tenant_id = %s",
        (world.id,),
    )
    return {email for (email,) in rows}


@pytest.mark.parametrize("typed", ["mia@müller.example", "MIA@xn--mller-kva.example"])
async def test_who_was_invited_in_one_spelling_logs_in_in_another(
    api: httpx.AsyncClient, acme: World, superuser: psycopg.Connection, typed: str
) -> None:
    try:
        joined = await accept_as_eva(api, await link_for(api, acme, typed))
        assert joined.json()["email"] == "mia@müller.example"
        for spelled in ("mia@xn--mller-kva.example", "mia@müller.example"):
            body = {"email": spelled, "password": PASSWORD}
            answer = await api.post(f"{AUTH}/login", json=body)
            assert answer.json()["user_id"] == joined.json()["user_id"]
            assert (await invite(api, acme, spelled)).json()["code"] == "already_a_member"
    finally:
        superuser.execute("DELETE FROM portal_users WHERE email LIKE 'mia@%'")


@pytest.mark.parametrize(
    ("name", "password", "code"),
    [
        ("Eva", " " * 10, "password_repeats"),
        ("Eva", "eva@example.com", "password_is_name"),
        ("Evangeline Berg", "Evangeline Berg", "password_is_name"),
        ("\u3164", PASSWORD, "name_unseen"),
        ("\u202eavE", PASSWORD, "name_unseen"),
    ],
    ids=ascii,
)
async def test_an_account_has_a_password_others_do_not_know_and_a_name_one_sees(
    api: httpx.AsyncClient, acme: World, name: str, password: str, code: str
) -> None:
    token = await link_for(api, acme)
    refused = await accept(api, token, display_name=name, password=password)
    assert (refused.status_code, refused.json()["code"]) == (400, code)
    assert (await look(api, token)).status_code == 200, "the link still works"


# ── Inviting ───────────────────────────────────────────────────────────────────────────────────


async def test_the_link_is_shown_once_and_stored_as_a_hash_alone(
    api: httpx.AsyncClient, acme: World, superuser: psycopg.Connection
) -> None:
    answer = await invite(api, acme, " Eva@Example.com ", role="customer_admin")
    made = answer.json()
    assert answer.headers["cache-control"] == "no-store"
    assert (made["email"], made["role"]) == (EVA, "customer_admin")
    days = datetime.fromisoformat(made["expires_at"]) - datetime.now(UTC)
    assert timedelta(days=6.99) < days <= timedelta(days=7)
    token = made.pop("link").removeprefix("/invite#")
    assert len(token) >= 43, "32 bytes"
    assert made.pop("url").endswith(f"/invite#{token}")
    made.pop("url_warning")

    assert await listed(api, acme) == [made]
    stored = str(superuser.execute("SELECT * FROM invitations").fetchall())
    assert token not in stored
    assert hashlib.sha256(token.encode()).hexdigest() in stored


@pytest.mark.parametrize(
    ("public_url", "page", "begins", "warned"),
    [
        ("https://Chat.Example.com/", "http://localhost:8000", "https://chat.example.com", False),
        (None, "https://portal.acme.example", "https://portal.acme.example", False),
        (None, "http://localhost:8000", "http://localhost:8000", True),
        (None, "https://evil.example", "http://127.0.0.1:8000", True),
        (None, None, "http://127.0.0.1:8000", True),
    ],
)
async def test_a_link_is_given_whole_and_one_that_opens_here_alone_says_so(
    settings_of_its_own: pytest.MonkeyPatch,
    api: httpx.AsyncClient,
    acme: World,
    public_url: str | None,
    page: str | None,
    begins: str,
    warned: bool,
) -> None:
    settings_of_its_own.setenv("KONSTRUCT_ALLOWED_ORIGINS", "https://portal.acme.example")
    if public_url:
        settings_of_its_own.setenv("KONSTRUCT_PUBLIC_URL", public_url)
    get_settings.cache_clear()
    headers = acme.admin.headers | ({"Origin": page} if page else {})
    body = {"tenant_id": str(acme.id), "email": EVA, "role": "customer_operator"}
    made = (await api.post(INVITATIONS, json=body, headers=headers)).json()
    assert made["url"] == begins + made["link"]
    assert ("KONSTRUCT_PUBLIC_URL" in (made["url_warning"] or "")) is warned


async def test_inviting_again_replaces_what_was_open(api: httpx.AsyncClient, acme: World) -> None:
    first = await link_for(api, acme)
    second = await link_for(api, acme, EVA.upper(), role="customer_admin")
    assert [row["role"] for row in await listed(api, acme)] == ["customer_admin"]
    assert (await look(api, first)).status_code == 404
    assert (await look(api, second)).json()["role"] == "customer_admin"


async def test_two_tenants_may_invite_the_same_person(
    api: httpx.AsyncClient, acme: World, globex: World
) -> None:
    tokens = [await link_for(api, acme), await link_for(api, globex)]
    assert [(await look(api, token)).status_code for token in tokens] == [200, 200]
    assert len(await listed(api, acme)) == len(await listed(api, globex)) == 1


async def test_who_is_a_member_is_not_invited(
    api: httpx.AsyncClient, acme: World, globex: World
) -> None:
    answer = await invite(api, acme, acme.anna.email.upper())
    assert (answer.status_code, answer.json()["code"]) == (409, "already_a_member")
    assert (await invite(api, acme, globex.anna.email)).status_code == 201
    assert [row["email"] for row in await listed(api, acme)] == [globex.anna.email]


BAD: list[tuple[dict[str, Any], int]] = [
    ({"email": "eva"}, 400),
    ({"email": "eva@"}, 400),
    ({"email": "e\x00va@example.com"}, 400),
    ({"email": "eva@example.com\nBcc: all@example.com"}, 400),
    ({"email": "x" * 400 + "@example.com"}, 422),
    ({"email": ""}, 422),
    ({"email": None}, 422),
    ({"role": "platform_admin"}, 422),
    ({"role": "owner"}, 422),
    ({"tenant_id": "acme"}, 422),
    ({"expires_at": "2100-01-01"}, 422),
]


@pytest.mark.parametrize(("wrong", "status"), BAD, ids=lambda value: repr(value)[:30])
async def test_what_cannot_be_an_invitation_is_refused(
    api: httpx.AsyncClient, acme: World, wrong: dict[str, Any], status: int
) -> None:
    body = {"tenant_id": str(acme.id), "email": EVA, "role": "customer_operator"} | wrong
    answer = await api.post(INVITATIONS, json=body, headers=acme.admin.headers)
    assert answer.status_code == status, answer.text
    assert await listed(api, acme) == []


# ── What a link says ───────────────────────────────────────────────────────────────────────────


async def test_a_link_says_to_whom_and_where_without_a_log_in(
    api: httpx.AsyncClient, acme: World, globex: World
) -> None:
    answer = await look(api, await link_for(api, acme))
    assert answer.headers["cache-control"] == "no-store"
    said = answer.json()
    assert said | {"expires_at": ""} == {
        "tenant_name": "Acme",
        "email": EVA,
        "role": "customer_operator",
        "expires_at": "",
        "has_account": False,
    }
    known = await look(api, await link_for(api, acme, globex.anna.email))
    assert known.json()["has_account"] is True


ENDS: dict[str, str] = {
    "expired": "UPDATE invitations SET expires_at = now()",
    "used": "UPDATE invitations SET accepted_at = now()",
    "revoked": "UPDATE invitations SET revoked_at = now()",
    "inviter disabled": "UPDATE portal_users SET disabled_at = now()",
    "inviter demoted": "UPDATE memberships SET role = 'customer_operator'",
    "inviter gone": "DELETE FROM memberships",
}


@pytest.mark.parametrize("end", ENDS)
async def test_a_link_that_works_no_more_is_like_one_that_never_did(
    api: httpx.AsyncClient, acme: World, superuser: psycopg.Connection, end: str
) -> None:
    token = await link_for(api, acme)
    assert (await look(api, token)).status_code == 200
    superuser.execute(ENDS[end])  # type: ignore[arg-type]
    before = superuser.execute("SELECT * FROM invitations").fetchall()
    for tried, unknown in (
        (await look(api, token), await look(api, "x" * 43)),
        (await accept_as_eva(api, token), await accept_as_eva(api, "x" * 43)),
    ):
        assert tried.status_code == unknown.status_code == 404
        assert tried.json() == unknown.json()
        assert tried.headers == unknown.headers
        assert COOKIE not in tried.cookies
    assert superuser.execute("SELECT * FROM invitations").fetchall() == before
    assert superuser.execute("SELECT 1 FROM portal_users WHERE email = %s", (EVA,)).rowcount == 0


@pytest.mark.parametrize("token", ["x", "%00", "é", "x" * 5000, "' OR 1=1 --", "%2e%2e", "%ff"])
async def test_a_made_up_token_opens_nothing(
    api: httpx.AsyncClient, acme: World, token: str
) -> None:
    await link_for(api, acme)
    assert (await look(api, token)).status_code == 404
    assert (await accept_as_eva(api, token)).status_code == 404


async def test_an_expired_and_an_unknown_link_take_the_same_time(
    api: httpx.AsyncClient,
    acme: World,
    superuser: psycopg.Connection,
    settings_of_its_own: pytest.MonkeyPatch,
    figures: Counter[str],
) -> None:
    """What is asserted is that the database is asked the same; the times are figures."""
    settings_of_its_own.setenv("KONSTRUCT_INVITATION_LIMIT", "10000/minute")
    get_settings.cache_clear()
    token = await link_for(api, acme)
    superuser.execute(ENDS["expired"])  # type: ignore[arg-type]
    asked: list[str] = []
    event.listen(
        get_engine().sync_engine, "before_cursor_execute", lambda *about: asked.append(about[2])
    )
    took: dict[str, list[float]] = {"expired": [], "unknown": []}
    statements: dict[str, list[str]] = {}
    for _ in range(20):
        for kind, tried in (("expired", token), ("unknown", str(uuid4()))):
            asked.clear()
            began = perf_counter()
            assert (await accept_as_eva(api, tried)).status_code == 404
            took[kind].append(perf_counter() - began)
            statements[kind] = asked.copy()
    assert len(statements["expired"]) == 1
    assert statements["expired"] == statements["unknown"]
    for kind, times in took.items():
        figures[f"invitations: us for a link that is {kind}"] = int(median(times) * 1e6)


async def test_too_many_links_that_do_not_work_are_refused_for_an_address(
    api: httpx.AsyncClient, acme: World, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    settings_of_its_own.setenv("KONSTRUCT_INVITATION_LIMIT", "3/5 minutes")
    get_settings.cache_clear()
    token = await link_for(api, acme)
    for _ in range(5):
        assert (await look(api, token)).status_code == 200, "a link that works costs nothing"
    for tried in (look(api, "x"), accept_as_eva(api, "y"), look(api, "z")):
        assert (await tried).status_code == 404
    for refused in (await look(api, token), await accept_as_eva(api, token)):
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["retry-after"]) <= 300


async def test_no_token_reaches_a_log_not_even_when_the_database_is_away(
    api: httpx.AsyncClient,
    acme: World,
    database: Database,
    settings_of_its_own: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from konstruct.devstack.ports import free_port
    from shared.db.engine import dispose_engine

    caplog.set_level(logging.DEBUG)
    token = await link_for(api, acme)
    await look(api, token)
    away = database.app_url.replace(str(database.port), str(free_port()))
    settings_of_its_own.setenv("KONSTRUCT_DATABASE_URL", away)
    get_settings.cache_clear()
    await dispose_engine()
    assert (await look(api, token)).status_code == 503
    ours = [record for record in caplog.records if record.name != "httpx"]  # this test's client
    logged = capsys.readouterr().out + "".join(record.getMessage() for record in ours)
    assert "request_failed" in logged
    assert token not in logged


# ── Accepting as somebody new ──────────────────────────────────────────────────────────────────


async def test_somebody_new_gets_an_account_and_is_logged_in(
    api: httpx.AsyncClient, acme: World, superuser: psycopg.Connection
) -> None:
    token = await link_for(api, acme, role="customer_admin")
    answer = await accept(api, token, display_name=" Eva ", password=PASSWORD)
    assert answer.status_code == 200
    body = answer.json()
    assert (body["email"], body["display_name"], body["role"], body["tenant_id"]) == (
        EVA,
        "Eva",
        "customer_admin",
        str(acme.id),
    )
    assert answer.headers["cache-control"] == "no-store"
    (header,) = answer.headers.get_list("set-cookie")
    assert {"HttpOnly", "SameSite=strict", f"Path={AUTH}"} <= set(header.split("; "))

    bearer = {"Authorization": f"Bearer {body['access_token']}"}
    people = await api.get(f"/api/portal/people?tenant_id={acme.id}", headers=bearer)
    assert EVA in [row["email"] for row in people.json()]
    assert (await api.post(f"{AUTH}/refresh")).json()["user_id"] == body["user_id"]
    again = await api.post(f"{AUTH}/login", json={"email": EVA, "password": PASSWORD})
    assert again.status_code == 200
    assert await listed(api, acme) == []
    assert PASSWORD not in str(superuser.execute("SELECT * FROM portal_users").fetchall())


async def test_a_link_works_once(api: httpx.AsyncClient, acme: World) -> None:
    token = await link_for(api, acme)
    assert (await accept_as_eva(api, token)).status_code == 200
    assert (await accept_as_eva(api, token)).status_code == 404
    assert (await look(api, token)).status_code == 404


async def test_accepted_several_times_at_once_it_works_once(
    api: httpx.AsyncClient, acme: World, superuser: psycopg.Connection
) -> None:
    token = await link_for(api, acme)
    answers = await asyncio.gather(*(accept_as_eva(api, token) for _ in range(6)))
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(200) == 1
    assert set(statuses) <= {200, 401, 404}, "who comes later finds it used, or an account"
    assert EVA in people_in(superuser, acme)
    sessions = superuser.execute(
        "SELECT count(*) FROM portal_sessions s JOIN portal_users u ON u.id = s.user_id"
        " WHERE email = %s",
        (EVA,),
    ).fetchone()
    assert sessions == (1,)


async def test_two_tenants_links_at_once_make_one_account(
    api: httpx.AsyncClient, acme: World, globex: World, superuser: psycopg.Connection
) -> None:
    tokens = [await link_for(api, acme), await link_for(api, globex)]
    answers = await asyncio.gather(*(accept_as_eva(api, token) for token in tokens))
    assert 200 in {answer.status_code for answer in answers}
    for token, answer in zip(tokens, answers, strict=True):
        if answer.status_code != 200:
            assert answer.json()["code"] == "email_taken"
            assert (await look(api, token)).json()["has_account"], "the link still works"
    accounts = superuser.execute("SELECT count(*) FROM portal_users WHERE email = %s", (EVA,))
    assert accounts.fetchone() == (1,)


@pytest.mark.parametrize(
    "body",
    [{}, {"password": PASSWORD}, {"display_name": "Eva"},
     {"display_name": "", "password": PASSWORD},
     {"display_name": "Eva", "password": "short"}, {"display_name": "Eva", "password": "x" * 300},
     {"display_name": "Eva\x00", "password": PASSWORD}, {"display_name": "Eva", "password": ""},
     {"display_name": "x" * 121, "password": PASSWORD}, {"display_name": 1, "password": PASSWORD},
     {"display_name": "Eva", "password": PASSWORD, "role": "customer_admin"},
     {"display_name": "Eva", "password": PASSWORD, "email": "other@example.com"}],
)  # fmt: skip
async def test_a_name_or_password_that_cannot_be_leaves_the_link_as_it_was(
    api: httpx.AsyncClient, acme: World, superuser: psycopg.Connection, body: dict[str, Any]
) -> None:
    token = await link_for(api, acme)
    answer = await accept(api, token, **body)
    assert answer.status_code in (400, 422)
    assert answer.json()["detail"].endswith(".")
    assert PASSWORD not in answer.text
    assert EVA not in people_in(superuser, acme)
    assert (await accept_as_eva(api, token)).status_code == 200


# ── Accepting as somebody known ────────────────────────────────────────────────────────────────


async def test_somebody_known_joins_in_the_session_they_have(
    api: httpx.AsyncClient, acme: World, globex: World
) -> None:
    token = await link_for(api, acme, globex.anna.email, role="customer_admin")
    answer = await accept(api, token, by=globex.anna)
    assert answer.status_code == 200
    body = answer.json()
    assert (body["user_id"], body["tenant_id"]) == (str(globex.anna.id), str(acme.id))
    assert COOKIE not in answer.cookies, "the one in use stays"
    claims = verify_access_token(body["access_token"])
    assert claims.session_id == verify_access_token(globex.anna.token).session_id

    for tenant, person_token in ((acme, body["access_token"]), (globex, globex.anna.token)):
        agents = await api.get(
            f"/api/portal/agents?tenant_id={tenant.id}",
            headers={"Authorization": f"Bearer {person_token}"},
        )
        assert agents.status_code == 200
    cookie = {"Cookie": f"{COOKIE}={globex.anna.refresh_token}"}
    refreshed = await api.post(f"{AUTH}/refresh", headers=cookie)
    assert refreshed.json()["tenant_id"] == str(acme.id)


async def test_an_account_is_never_opened_by_a_link_alone(
    api: httpx.AsyncClient, acme: World, globex: World, superuser: psycopg.Connection
) -> None:
    """Neither by nobody, nor by somebody else, the inviting admin included."""
    token = await link_for(api, acme, globex.anna.email)
    hashes = "SELECT id, password_hash FROM portal_users ORDER BY id"
    before = superuser.execute(hashes).fetchall()  # type: ignore[arg-type]
    for by, body, status, code in (
        (None, {}, 401, "log_in_first"),
        (None, {"display_name": "Mallory"}, 401, "log_in_first"),
        (None, {"display_name": "Mallory", "password": PASSWORD}, 401, "wrong_credentials"),
        (acme.admin, {"display_name": "Mallory", "password": PASSWORD}, 403, "not_invited"),
        (globex.ben, {}, 403, "not_invited"),
    ):
        answer = await accept(api, token, by=by, **body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert superuser.execute(hashes).fetchall() == before  # type: ignore[arg-type]
    assert globex.anna.email not in people_in(superuser, acme)
    assert (await accept(api, token, by=globex.anna)).status_code == 200


async def test_who_has_just_logged_out_does_not_join(
    api: httpx.AsyncClient, acme: World, globex: World, superuser: psycopg.Connection
) -> None:
    """Though the token's standing was looked up a moment ago."""
    token = await link_for(api, acme, globex.anna.email)
    assert (await api.get("/api/portal/me", headers=globex.anna.headers)).status_code == 200
    superuser.execute("UPDATE portal_sessions SET revoked_at = now()")
    assert (await accept(api, token, by=globex.anna)).status_code == 401
    assert globex.anna.email not in people_in(superuser, acme)
    assert (await look(api, token)).status_code == 200


async def test_a_token_that_is_no_good_is_not_passed_over(
    api: httpx.AsyncClient, acme: World
) -> None:
    token = await link_for(api, acme)
    answer = await api.post(
        f"{INVITATIONS}/by-token/{token}/accept",
        json={"display_name": "Eva", "password": PASSWORD},
        headers={"Authorization": "Bearer x"},
    )
    assert answer.status_code == 401


async def test_who_has_lost_their_last_tenant_comes_back_by_their_password(
    api: httpx.AsyncClient, acme: World
) -> None:
    """They cannot log in anywhere, and so cannot be logged in first."""
    eva = await make_person(f"eva.{acme.slug}", acme.id, password=PASSWORD)
    await leave(acme.id, eva.id)
    log_in = {"email": eva.email, "password": PASSWORD}
    assert (await api.post(f"{AUTH}/login", json=log_in)).status_code == 403
    token = await link_for(api, acme, eva.email)
    answer = await accept(api, token, password=PASSWORD)
    assert answer.status_code == 200
    assert answer.json()["display_name"] == eva.display_name
    assert answer.cookies[COOKIE]
    assert (await api.post(f"{AUTH}/login", json=log_in)).status_code == 200


async def test_passwords_are_guessed_here_no_more_often_than_at_the_log_in(
    api: httpx.AsyncClient, acme: World, globex: World, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    settings_of_its_own.setenv("KONSTRUCT_LOGIN_LIMIT", "3/5 minutes")
    get_settings.cache_clear()
    token = await link_for(api, acme, globex.anna.email)
    for _ in range(3):
        assert (await accept(api, token, password="a wrong password")).status_code == 401
    assert (await accept(api, token, password="a wrong password")).status_code == 429


async def test_who_is_a_member_by_now_or_a_platform_admin_is_told(
    api: httpx.AsyncClient,
    acme: World,
    globex: World,
    platform_admin: Person,
    superuser: psycopg.Connection,
) -> None:
    token = await link_for(api, acme, globex.anna.email, role="customer_admin")
    await join(acme.id, globex.anna.id)
    answer = await accept(api, token, by=globex.anna)
    assert (answer.status_code, answer.json()["code"]) == (409, "already_a_member")
    role = superuser.execute(
        "SELECT role FROM memberships WHERE user_id = %s AND tenant_id = %s",
        (globex.anna.id, acme.id),
    ).fetchone()
    assert role == ("customer_operator",)

    token = await link_for(api, acme, platform_admin.email)
    assert (await accept(api, token, by=platform_admin)).status_code == 409
    assert platform_admin.email not in people_in(superuser, acme)


# ── Ending ─────────────────────────────────────────────────────────────────────────────────────


async def test_a_revoked_link_works_no_more(api: httpx.AsyncClient, acme: World) -> None:
    made = (await invite(api, acme)).json()
    token = made["link"].removeprefix("/invite#")
    path = f"{INVITATIONS}/{made['id']}?tenant_id={acme.id}"
    assert (await api.delete(path, headers=acme.admin.headers)).status_code == 204
    assert (await api.delete(path, headers=acme.admin.headers)).status_code == 404
    assert (await look(api, token)).status_code == 404
    assert await listed(api, acme) == []
    assert (await invite(api, acme)).status_code == 201


async def test_what_is_used_or_expired_is_neither_listed_nor_revoked(
    api: httpx.AsyncClient, acme: World, superuser: psycopg.Connection
) -> None:
    for end in ("used", "expired"):
        made = (await invite(api, acme)).json()
        superuser.execute(ENDS[end])  # type: ignore[arg-type]
        assert await listed(api, acme) == []
        path = f"{INVITATIONS}/{made['id']}?tenant_id={acme.id}"
        assert (await api.delete(path, headers=acme.admin.headers)).status_code == 404
    assert (await invite(api, acme)).status_code == 201, "after an expired one too"


@pytest.mark.parametrize("how", ["removed", "demoted"])
async def test_who_is_no_admin_any_more_leaves_no_open_invitation_behind(
    api: httpx.AsyncClient, acme: World, how: str
) -> None:
    other = await make_person(f"other.{acme.slug}", acme.id, "customer_admin")
    theirs = await link_for(api, acme, by=other)
    mine = await link_for(api, acme, "max@example.com")
    path = f"/api/portal/people/{other.id}"
    if how == "removed":
        answer = await api.delete(f"{path}?tenant_id={acme.id}", headers=acme.admin.headers)
    else:
        body = {"tenant_id": str(acme.id), "role": "customer_operator"}
        answer = await api.patch(path, json=body, headers=acme.admin.headers)
    assert answer.is_success
    assert [row["email"] for row in await listed(api, acme)] == ["max@example.com"]
    assert (await accept_as_eva(api, theirs)).status_code == 404
    assert (await look(api, mine)).status_code == 200


async def test_a_platform_admins_link_works(
    api: httpx.AsyncClient, acme: World, platform_admin: Person
) -> None:
    token = await link_for(api, acme, by=platform_admin)
    answer = await accept_as_eva(api, token)
    assert answer.status_code == 200
    user_id = UUID(answer.json()["user_id"])
    assert (await log_in_again(user_id)).tenant_id == acme.id
