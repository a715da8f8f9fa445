"""A tenant's accounts over REST: connected, seen, changed and given up by its admins."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from orchestrator.jobs.runner import JobRunner
from orchestrator.scripted_channel import Account, ScriptedChannel
from shared.api import channels as calls

from tests.support.jobs import doing_jobs
from tests.support.people import Person, World
from tests.support.scripted import connect as connect_at_once
from tests.support.scripted import scripted_platform
from tests.support.servers import Database


@pytest.fixture
async def platform(
    database: Database, settings_of_its_own: pytest.MonkeyPatch
) -> AsyncIterator[ScriptedChannel]:
    async with scripted_platform(settings_of_its_own) as platform:
        yield platform


@pytest.fixture
async def jobs(
    platform: ScriptedChannel, settings_of_its_own: pytest.MonkeyPatch
) -> AsyncIterator[JobRunner]:
    async with doing_jobs(settings_of_its_own) as runner:
        yield runner


def path(world: World, *parts: object) -> str:
    return "/".join(["/api/portal/tenants", str(world.id), "channels", *map(str, parts)])


async def connect(
    api: httpx.AsyncClient,
    world: World,
    account: Account,
    *,
    by: Person | None = None,
    key: str | None = None,
    **changes: Any,
) -> httpx.Response:
    given = {"api_token": account.token, "signing_secret": account.webhooks.secret} | changes
    asked = {"type": "scripted", "agent_id": str(world.agent_id), "given": given}
    headers = (by or world.admin).headers | ({"Idempotency-Key": key} if key else {})
    return await api.post(path(world), json=asked, headers=headers)


async def test_an_account_is_connected_in_one_call_and_no_answer_holds_its_credentials(
    api: httpx.AsyncClient, jobs: JobRunner, platform: ScriptedChannel, acme: World
) -> None:
    account = platform.account("acme-shop")
    made = await connect(api, acme, account)
    assert made.status_code == 201, made.text
    shown = made.json()
    assert (shown["state"], shown["external_key"]) == ("live", "acme-shop")
    assert account.webhooks.url == shown["webhook_url"], "the platform was told where to post"
    listed = await api.get(path(acme), headers=acme.anna.headers)
    assert [each["id"] for each in listed.json()["items"]] == [shown["id"]]
    one = await api.get(path(acme, shown["id"]), headers=acme.anna.headers)
    for answer in (made, listed, one):
        assert account.token not in answer.text
        assert account.webhooks.secret not in answer.text


async def test_the_same_key_again_is_the_same_connection(
    api: httpx.AsyncClient, jobs: JobRunner, platform: ScriptedChannel, acme: World
) -> None:
    account = platform.account("acme-shop")
    first = (await connect(api, acme, account, key="click-1")).json()
    again = (await connect(api, acme, account, key="click-1")).json()
    assert again["id"] == first["id"]
    assert (again["state"], first["state"]) == ("live", "live")


async def test_what_the_platform_refuses_is_told_in_its_sentence_and_nothing_is_kept(
    api: httpx.AsyncClient,
    jobs: JobRunner,
    platform: ScriptedChannel,
    acme: World,
    superuser: psycopg.Connection,
) -> None:
    account = platform.account("acme-shop")
    refused = await connect(api, acme, account, api_token="not-a-token")
    assert refused.status_code == 409
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert "token" in refused.json()["detail"]
    assert superuser.execute("SELECT count(*) FROM secrets").fetchone() == (0,)


async def test_a_worker_that_is_slow_is_not_waited_for(
    api: httpx.AsyncClient,
    platform: ScriptedChannel,
    acme: World,
    settings_of_its_own: pytest.MonkeyPatch,
) -> None:
    settings_of_its_own.setattr(calls, "WAIT_S", 0.3)
    slow = await connect(api, acme, platform.account("acme-shop"))
    assert (slow.status_code, slow.json()["state"]) == (202, "proving")


async def test_who_answers_is_changed_and_conversations_go_on_with_the_new_one(
    api: httpx.AsyncClient,
    platform: ScriptedChannel,
    acme: World,
    globex: World,
    superuser: psycopg.Connection,
) -> None:
    line = await connect_at_once(acme, platform.account("acme-shop"), superuser)
    conversation = line.person("42")
    one = path(acme, line.connection_id)
    changed = await api.patch(
        one,
        json={"agent_id": str(acme.other_agent_id), "store_unaddressed": True},
        headers=acme.admin.headers,
    )
    assert changed.status_code == 200, changed.text
    assert changed.json()["agent_id"] == str(acme.other_agent_id)
    assert changed.json()["options"]["store_unaddressed"] is True
    ((agent,),) = line.rows(
        "SELECT agent_id FROM conversations WHERE tenant_id = %s AND id = %s", conversation
    )
    assert agent == acme.other_agent_id
    foreign = {"agent_id": str(globex.agent_id)}
    assert (await api.patch(one, json=foreign, headers=acme.admin.headers)).status_code == 404
    assert (await api.patch(one, json={}, headers=acme.admin.headers)).status_code == 400


async def test_a_notice_of_ours_is_no_answer(
    api: httpx.AsyncClient,
    platform: ScriptedChannel,
    acme: World,
    superuser: psycopg.Connection,
) -> None:
    line = await connect_at_once(acme, platform.account("acme-shop"), superuser)
    message = line.answer(line.person("1"), "You are writing with a machine.")
    superuser.execute("UPDATE messages SET author_kind = 'system' WHERE id = %s", (message,))
    superuser.execute("UPDATE deliveries SET state = 'sent', finished_at = now()")
    one = path(acme, line.connection_id)
    assert (await api.get(one, headers=acme.anna.headers)).json()["last_sent_at"] is None
    superuser.execute("UPDATE messages SET author_kind = 'agent' WHERE id = %s", (message,))
    assert (await api.get(one, headers=acme.anna.headers)).json()["last_sent_at"] is not None


async def test_what_could_not_be_sent_is_listed_page_by_page_and_sent_again(
    api: httpx.AsyncClient,
    platform: ScriptedChannel,
    acme: World,
    superuser: psycopg.Connection,
) -> None:
    line = await connect_at_once(acme, platform.account("acme-shop"), superuser)
    for place in ("1", "2", "3"):
        line.answer(line.person(place), "Good morning.")
    superuser.execute("UPDATE deliveries SET state = 'dead', finished_at = now()")
    listed = path(acme, line.connection_id, "deliveries")
    seen: list[str] = []
    cursor = ""
    while True:
        page = await api.get(f"{listed}?state=dead&limit=2{cursor}", headers=acme.admin.headers)
        seen += [each["id"] for each in page.json()["items"]]
        if page.json()["next"] is None:
            break
        assert 'rel="next"' in page.headers["Link"]
        cursor = f"&before={page.json()['next']}"
    assert len(seen) == len(set(seen)) == 3
    assert "Good morning" not in page.text
    shown = await api.get(path(acme, line.connection_id), headers=acme.anna.headers)
    assert shown.json()["dead"] == 3
    again = await api.post(f"{listed}/{seen[0]}/replay", headers=acme.admin.headers)
    assert (again.status_code, again.json()) == (200, {"parts": 1})
    shown = await api.get(path(acme, line.connection_id), headers=acme.anna.headers)
    assert (shown.json()["dead"], shown.json()["waiting"]) == (2, 1)


async def test_what_is_wrong_with_an_account_is_said_with_what_helps(
    api: httpx.AsyncClient, jobs: JobRunner, platform: ScriptedChannel, acme: World
) -> None:
    account = platform.account("acme-shop")
    made = (await connect(api, acme, account)).json()
    account.revoked = True
    checked = await api.post(path(acme, made["id"], "check"), headers=acme.admin.headers)
    assert (checked.json()["state"], checked.json()["failing"]) == ("failing", "token_revoked")
    assert checked.json()["sentence"]
    account.restore()
    checked = await api.post(path(acme, made["id"], "check"), headers=acme.admin.headers)
    assert (checked.json()["state"], checked.json()["sentence"]) == ("live", None)
    gone = await api.delete(path(acme, made["id"]), headers=acme.admin.headers)
    assert gone.json()["state"] == "disconnected"
    assert account.webhooks.url is None


async def test_members_look_admins_change_and_nobody_else_learns_that_it_exists(
    api: httpx.AsyncClient,
    platform: ScriptedChannel,
    acme: World,
    globex: World,
    superuser: psycopg.Connection,
) -> None:
    line = await connect_at_once(acme, platform.account("acme-shop"), superuser)
    line.answer(line.person("1"), "Hello")
    ((delivery,),) = line.rows("SELECT id FROM deliveries WHERE tenant_id = %s")
    one = line.connection_id
    changing = [
        ("POST", path(acme), {"type": "scripted", "agent_id": str(acme.agent_id), "given": {}}),
        ("PATCH", path(acme, one), {"store_unaddressed": True}),
        ("POST", path(acme, one, "check"), None),
        ("DELETE", path(acme, one), None),
        ("GET", path(acme, one, "deliveries"), None),
        ("POST", path(acme, one, "deliveries", delivery, "replay"), None),
    ]
    looking = [("GET", path(acme), None), ("GET", path(acme, one), None)]
    for method, url, body in [*changing, *looking]:
        for somebody, allowed in (
            (acme.anna, (method, url, body) in looking),
            (globex.admin, False),
        ):
            answer = await api.request(method, url, json=body, headers=somebody.headers)
            assert answer.status_code == (200 if allowed else 403), f"{method} {url}"
    # In one's own business somebody else's account is not there.
    for method, url, body in changing[1:]:
        own = url.replace(str(acme.id), str(globex.id))
        answer = await api.request(method, own, json=body, headers=globex.admin.headers)
        assert answer.status_code == 404, f"{method} {own}"
    assert line.deliveries() == [("ready", 1, None)]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"type": "pigeon"}, "There is no channel 'pigeon'"),
        ({"given": {}}, "`api_token` is missing."),
        ({"given": {"api_token": "t", "colour": "red"}}, "There is no `colour`."),
        ({"agent_id": str(uuid4())}, "There is no such agent"),
    ],
)
async def test_a_form_that_is_not_right_is_told_what_would_be(
    api: httpx.AsyncClient,
    platform: ScriptedChannel,
    acme: World,
    change: dict[str, Any],
    sentence: str,
) -> None:
    asked = {"type": "scripted", "agent_id": str(acme.agent_id), "given": {"api_token": "t"}}
    answer = await api.post(path(acme), json=asked | change, headers=acme.admin.headers)
    assert answer.status_code in (400, 404)
    assert sentence in answer.json()["detail"]


async def test_the_forms_say_what_is_a_credential(
    api: httpx.AsyncClient, platform: ScriptedChannel, acme: World
) -> None:
    kinds = await api.get(path(acme, "kinds"), headers=acme.anna.headers)
    forms = {each["type"]: each["form"]["properties"] for each in kinds.json()}
    assert forms["scripted"]["api_token"]["format"] == "password"
    assert "format" not in forms["scripted"]["keys"]
