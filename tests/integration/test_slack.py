"""Slack, from a person's message to the answer they read: what no other channel has to promise."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import httpx
import orjson
import psycopg
import pytest
from orchestrator import tasks
from orchestrator.jobs import channels
from orchestrator.jobs.runner import JobRunner
from orchestrator.jobs.work import Work
from orchestrator.scripted_slack import Fault, How, ScriptedSlack, Workspace, people, sign
from shared.channels import connections
from shared.channels.known_accounts import known_accounts
from shared.config import get_settings
from shared.db import SystemSession, TenantSession
from shared.jobs import queue
from shared.runs import leases

from tests.support.people import World
from tests.support.scripted import sending
from tests.support.servers import Database
from tests.support.waiting import eventually

APP_SECRET = "secret-of-the-operators-app"


class Line:
    """A workspace, connected to a business; events come in over the gateway's own routes."""

    def __init__(
        self,
        workspace: Workspace,
        world: World,
        connection_id: UUID,
        api: httpx.AsyncClient,
        superuser: psycopg.Connection,
    ) -> None:
        self.workspace, self.world, self.connection_id = workspace, world, connection_id
        self.api, self.superuser = api, superuser
        self.path = f"/channels/slack/{connection_id}"
        self._told: list[dict[str, Any]] = []
        workspace.installation.app.dispatch.post = self._keep  # type: ignore[method-assign]

    def _keep(self, payload: dict[str, Any], how: How) -> None:
        self._told.append(payload)

    async def tell(self, path: str | None = None, *, late: bool = False) -> list[int]:
        """What has happened, posted; our answers."""
        told, self._told = self._told, []
        return [await self.post(payload, path, late=late) for payload in told]

    async def post(
        self, payload: dict[str, Any], path: str | None = None, *, late: bool = False
    ) -> int:
        body = orjson.dumps(payload)
        secret = self.workspace.installation.app.signing_secret
        headers = sign(secret, body, time.time() - 301 if late else None)
        answer = await self.api.post(path or self.path, content=body, headers=headers)
        return answer.status_code

    def rows(self, query: str, *parameters: Any) -> list[Any]:
        return self.superuser.execute(query, (self.world.id, *parameters)).fetchall()

    def messages(self) -> list[tuple[str, str | None]]:
        """(text, its conversation's key, whether somebody is asked to answer) in order."""
        return self.rows(
            "SELECT message.content, run.state FROM messages AS message LEFT JOIN agent_runs AS run"
            " ON run.message_id = message.id::text WHERE message.tenant_id = %s"
            " AND message.author_kind = 'contact' ORDER BY conversation_id, seq"
        )

    def answer(self, text: str, hints: dict[str, Any] | None = None) -> None:
        """Store an answer in the only conversation there is, with its delivery, as an outcome
        does."""
        ((conversation,),) = self.rows("SELECT id FROM conversations WHERE tenant_id = %s"
                                       " AND channel = 'slack'")  # fmt: skip
        message = uuid4()
        with self.superuser.transaction():
            self.superuser.execute(
                "INSERT INTO messages (id, tenant_id, channel, conversation_id, role, content)"
                " VALUES (%s, %s, 'slack', %s, 'assistant', %s)",
                (message, self.world.id, conversation, text),
            )
            self.superuser.execute(
                "INSERT INTO deliveries (tenant_id, channel, connection_id, conversation_id,"
                " message_id, seq, hints) SELECT tenant_id, channel, %s, conversation_id, id, seq,"
                " %s::jsonb FROM messages WHERE id = %s",
                (self.connection_id, orjson.dumps(hints).decode() if hints else None, message),
            )

    async def until(self, *states: str) -> None:
        def now() -> list[str]:
            query = "SELECT state FROM deliveries WHERE tenant_id = %s ORDER BY seq, n"
            return [state for (state,) in self.rows(query)]

        await eventually(lambda: now() == list(states), f"deliveries {states}", within_s=20)


Connect = Callable[..., Coroutine[Any, Any, Line]]


@pytest.fixture
async def slack(
    database: Database, settings_of_its_own: pytest.MonkeyPatch
) -> AsyncIterator[ScriptedSlack]:
    async with ScriptedSlack() as slack:
        settings_of_its_own.setenv("KONSTRUCT_DEVELOPMENT_CHANNELS", "true")
        settings_of_its_own.setenv("KONSTRUCT_SLACK_API_URL", slack.api_url)
        settings_of_its_own.setenv("KONSTRUCT_SLACK_SIGNING_SECRET", APP_SECRET)
        get_settings.cache_clear()
        slack.app("the-operators", signing_secret=APP_SECRET)
        yield slack
    known_accounts.forget_all()


@pytest.fixture
async def connect(
    slack: ScriptedSlack, api: httpx.AsyncClient, superuser: psycopg.Connection
) -> AsyncIterator[Connect]:
    worker_id = uuid4()
    async with SystemSession("lease") as session, session.transaction():
        await leases.renew_lease(session, worker_id, name="test", ttl_s=600, version="test")
    runner = JobRunner(worker_id)
    await runner.start()

    async def connect(world: World, workspace: Workspace, **more: str) -> Line:
        """By its form and a worker's job, as a business connects it."""
        given = {"bot_token": workspace.installation.token} | more
        async with TenantSession(world.id) as session, session.transaction():
            made, job_id = await connections.claim(
                session,
                tenant_id=world.id,
                agent_id=world.agent_id,
                channel="slack",
                given=given,
            )
        await runner.handle({"job_id": str(job_id), "tenant_id": str(world.id)})
        job = await queue.look_up(world.id, job_id)
        assert job is not None
        assert job.state == "done", job.result
        return Line(workspace, world, made.id, api, superuser)

    yield connect
    await runner.stop()


@pytest.fixture
async def line(connect: Connect, slack: ScriptedSlack, acme: World) -> Line:
    """An app of the business's own."""
    workspace = slack.workspace("acme")
    secret = workspace.installation.app.signing_secret
    return await connect(acme, workspace, signing_secret=secret)


# ── what comes in ──────────────────────────────────────────────────────────────────────────────


async def test_slack_is_greeted_back_on_both_addresses_and_a_stranger_on_none(
    line: Line, slack: ScriptedSlack
) -> None:
    body = orjson.dumps({"type": "url_verification", "challenge": "c-1", "token": ""})
    for path, secret in (
        (line.path, line.workspace.installation.app.signing_secret),
        ("/channels/slack/events", APP_SECRET),
    ):
        answer = await line.api.post(path, content=body, headers=sign(secret, body))
        assert (answer.status_code, answer.json()) == (200, {"challenge": "c-1"})
        answer = await line.api.post(path, content=body, headers=sign("guessed", body))
        assert answer.status_code == 401


async def test_a_mention_told_as_two_events_eleven_times_over_is_answered_once(line: Line) -> None:
    people.say(line.workspace, "mia", "help", channel="general", mention=True)
    told = list(line._told)
    for number in range(11):
        line._told += [each | {"event_id": f"Ev{number}-{each['event_id']}"} for each in told]
    assert set(await line.tell()) == {200}
    assert line.messages() == [("help", "pending")]


async def test_a_thread_in_which_we_were_addressed_is_ours_and_others_are_not(line: Line) -> None:
    root = people.say(line.workspace, "mia", "help", channel="general", mention=True)
    other = people.say(line.workspace, "tom", "lunch?", channel="general")
    here = {"channel": "general", "thread_ts": root["ts"]}
    people.say(line.workspace, "tom", "me too", **here)
    people.say(line.workspace, "ann", "yes", channel="general", thread_ts=other["ts"])
    await line.tell()
    assert line.messages() == [("help", "pending"), ("me too", "pending")]
    ((count,),) = line.rows("SELECT count(DISTINCT conversation_id) FROM messages"
                            " WHERE tenant_id = %s")  # fmt: skip
    assert count == 1


async def test_one_app_serves_several_businesses_and_each_hears_its_own(
    connect: Connect, slack: ScriptedSlack, acme: World, globex: World
) -> None:
    ours = await connect(acme, slack.workspace("acme", app="the-operators"))
    theirs = await connect(globex, slack.workspace("globex", app="the-operators", org_wide=True))
    for line in (ours, theirs):
        people.say(line.workspace, "mia", f"for {line.workspace.name}")
        app = line.workspace.installation.app
        app.dispatch.post = line._keep  # type: ignore[method-assign]
        line._told = [p for one in (ours, theirs) for p in one._told]
        ours._told, theirs._told = (line._told, []) if line is ours else ([], line._told)
        assert await line.tell("/channels/slack/events") == [200]
    assert ours.messages() == [("for acme", "pending")]
    assert theirs.messages() == [("for globex", "pending")]
    people.say(slack.workspace("nobodys", app="the-operators"), "mia", "hello")
    assert await theirs.tell("/channels/slack/events") == [200], "passed over, not told again"


async def test_another_company_s_words_in_a_shared_channel_come_to_our_installation(
    line: Line,
) -> None:
    people.say(line.workspace, "ann", "hi", channel="shared", mention=True, team_id="T-THEIRS")
    assert line._told[0]["team_id"] == "T-THEIRS"
    assert set(await line.tell()) == {200}
    assert line.messages() == [("hi", "pending")]


async def test_an_app_that_is_removed_says_so_of_the_account(line: Line) -> None:
    people.uninstall(line.workspace)
    await line.tell()
    ((state, failing),) = line.rows(
        "SELECT state, failing FROM channel_connections WHERE tenant_id = %s"
    )
    assert (state, failing in ("token_revoked", "app_uninstalled")) == ("failing", True)
    path = f"/api/portal/tenants/{line.world.id}/channels/{line.connection_id}"
    shown = await line.api.get(path, headers=line.world.admin.headers)
    assert "Install the app" in shown.json()["sentence"], "and what a person can do about it"


async def test_a_retry_that_arrives_first_is_taken(line: Line) -> None:
    people.say(line.workspace, "mia", "hello")
    (payload,) = line._told
    body = orjson.dumps(payload)
    secret = line.workspace.installation.app.signing_secret
    headers = sign(secret, body) | {"X-Slack-Retry-Num": "3", "X-Slack-Retry-Reason": "http_error"}
    answer = await line.api.post(line.path, content=body, headers=headers)
    assert answer.status_code == 200
    assert line.messages() == [("hello", "pending")]


async def test_tokens_that_rotate_are_renewed_once_though_two_workers_would(
    connect: Connect, slack: ScriptedSlack, acme: World
) -> None:
    workspace = slack.workspace("acme", rotates=True)
    installation, app = workspace.installation, workspace.installation.app
    before = installation.token
    line = await connect(
        acme,
        workspace,
        signing_secret=app.signing_secret,
        refresh_token=installation.refresh_token or "",
        client_id=app.client_id,
        client_secret=app.client_secret,
    )
    timeout = aiohttp.ClientTimeout(total=10)
    async with aiohttp.ClientSession(timeout=timeout, trust_env=False) as http:
        work = Work(acme.id, line.connection_id, http)
        looked = await asyncio.gather(*(channels.check(work) for _ in range(3)))
    assert {result["failing"] for result in looked} == {None}
    assert installation.token != before
    account = await connections.account(acme.id, line.connection_id)
    assert account.credentials["bot_token"] == installation.token
    assert account.credentials["refresh_token"] == installation.refresh_token


async def test_who_writes_has_a_name_soon(line: Line) -> None:
    people.say(line.workspace, "Mia", "hello")
    await line.tell()

    def names() -> list[Any]:
        return line.rows(
            "SELECT contact.display_name, its.display_name, contact.language"
            " FROM contacts AS contact"
            " JOIN contact_addresses AS its ON its.contact_id = contact.id"
            " WHERE contact.tenant_id = %s"
        )

    assert names() == [(None, None, None)], "an event says an id alone"
    await eventually(lambda: names() == [("Mia", "Mia", "en")], "a worker has asked")


async def test_an_admin_is_given_the_manifest_with_the_connections_address(line: Line) -> None:
    path = f"/api/portal/tenants/{line.world.id}/channels/kinds/slack/manifest"
    asked = {"name": "Ada", "connection_id": str(line.connection_id)}
    given = await line.api.get(path, params=asked, headers=line.world.admin.headers)
    told = given.json()["manifest"]["settings"]["event_subscriptions"]
    assert told["request_url"].endswith(line.path)
    refused = await line.api.get(path, params=asked, headers=line.world.anna.headers)
    assert refused.status_code == 403
    unknown = {"connection_id": str(uuid4())}
    missing = await line.api.get(path, params=unknown, headers=line.world.admin.headers)
    assert missing.status_code == 404


# ── what goes out ──────────────────────────────────────────────────────────────────────────────


async def said_to(line: Line, **how: Any) -> dict[str, Any]:
    message = people.say(line.workspace, "mia", "hello", **how)
    await line.tell()
    return message


async def test_answers_go_where_they_were_asked(line: Line) -> None:
    root = await said_to(line, channel="general", mention=True)
    line.answer("Hi, **Mia**")
    async with sending():
        await line.until("sent")
    (kept,) = line.workspace.received
    assert (kept["thread_ts"], kept["text"]) == (root["ts"], "Hi, **Mia**")


@pytest.mark.parametrize("fault", ["drop", "hang", "error"])
async def test_an_answer_that_slack_took_without_a_word_is_found_and_not_sent_again(
    line: Line, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestrator.channels.sending.one.CALL_TIMEOUT_S", 1.0)
    await said_to(line)
    line.workspace.faults.add(Fault(fault))
    line.answer("first")
    line.answer("second")
    async with sending():
        await line.until("sent", "sent")
    assert [each["text"] for each in line.workspace.received] == ["first", "second"]
    assert line.workspace.asked == 1
    assert line.rows("SELECT DISTINCT maybe_twice FROM deliveries WHERE tenant_id = %s") == [
        (False,)
    ]


async def test_where_slack_cannot_be_asked_it_is_sent_once_more_and_marked(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    line.workspace.installation.scopes.discard("channels:history")
    await said_to(line, channel="general", mention=True)
    line.workspace.faults.add(Fault("drop"))
    line.answer("hello")
    async with sending():
        await line.until("sent")
    assert [each["text"] for each in line.workspace.received] == ["hello", "hello"]
    assert line.rows("SELECT maybe_twice, last_code FROM deliveries WHERE tenant_id = %s") == [
        (True, "maybe_twice")
    ]


@pytest.mark.parametrize(("length", "messages"), [(4_000, 1), (4_001, 1), (20_000, 2)])
async def test_a_placeholder_becomes_the_answer_or_makes_way_for_it(
    line: Line, length: int, messages: int
) -> None:
    await said_to(line)
    mia = line.workspace.person("mia")
    channel = line.workspace.direct(mia)
    ts = line.workspace.clock.ts()
    bot = line.workspace.installation
    channel.messages[ts] = {"ts": ts, "user": bot.bot_user_id, "bot_id": bot.bot_id, "text": "…"}
    text = ("word " * (length // 5 + 1))[:length].strip().ljust(length, "x")
    line.answer(text, {"placeholder_ts": ts, "channel_id": channel.id})
    async with sending():
        await line.until(*["sent"] * messages)
    texts = line.workspace.texts(channel.id)
    assert "".join("".join(texts).split()) == "".join(text.split())
    assert len(texts) == messages
    assert (ts in channel.messages) == (length <= 4_000)


async def test_a_script_s_text_takes_the_placeholders_place(line: Line) -> None:
    """The contract's door: `_send_response` with what `_build_response_extras` left."""
    mia = line.workspace.person("mia")
    channel = line.workspace.direct(mia)
    ts = line.workspace.clock.ts()
    bot = line.workspace.installation
    for extras in ({"connection_id": str(line.connection_id)}, {}):
        channel.messages[ts] = {"ts": ts, "user": bot.bot_user_id, "bot_id": "B", "text": "…"}
        given = {"tenant_id": str(line.world.id), "channel_id": channel.id, "placeholder_ts": ts}
        built = tasks._build_response_extras("slack", given | extras | {"bot_token": "xoxb-1"})
        assert "bot_token" not in built
        await tasks._send_response("slack", "Done.", built)
        assert line.workspace.texts(channel.id) == ["Done."]
    await tasks._send_response("slack", "nowhere", {"tenant_id": str(uuid4()), "channel_id": "D"})
    await tasks._send_response("slack", "nowhere", {})
    assert line.workspace.texts(channel.id) == ["Done."]
    await asyncio.sleep(0)
