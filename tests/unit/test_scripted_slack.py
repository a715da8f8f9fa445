"""The scripted Slack behaves as Slack does where an app can tell, over real HTTP and WebSockets."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import orjson
import pytest
from aiohttp import web
from orchestrator.scripted_slack import Fault, How, ScriptedSlack, Workspace, people, sign

from tests.support.waiting import eventually

WITHIN_S = 20.0


class Listener:
    """An app's request URL; `answers` are the next statuses, then 200."""

    def __init__(self) -> None:
        self.payloads: list[dict[str, Any]] = []
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self.headers: dict[str, str] = {}

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.requests.append((dict(request.headers), body))
        payload = orjson.loads(body)
        if payload["type"] == "url_verification":
            return web.json_response({"challenge": payload["challenge"]})
        status = self.answers.pop(0) if self.answers else 200
        if status == 200:
            self.payloads.append(payload)
        return web.Response(status=status, headers=self.headers)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [payload["event"] for payload in self.payloads]


@pytest.fixture
async def slack() -> AsyncIterator[ScriptedSlack]:
    async with ScriptedSlack() as slack:
        slack.clock.speed = 1000.0
        yield slack


@pytest.fixture
async def listener() -> AsyncIterator[tuple[Listener, str]]:
    listener = Listener()
    app = web.Application()
    app.router.add_post("/events", listener.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield listener, f"http://127.0.0.1:{runner.addresses[0][1]}/events"
    await runner.cleanup()


@pytest.fixture
def told(listener: tuple[Listener, str], slack: ScriptedSlack) -> tuple[Workspace, Listener]:
    workspace = slack.workspace("acme")
    workspace.installation.app.dispatch.url = listener[1]
    return workspace, listener[0]


async def all_taken(workspace: Workspace) -> None:
    await workspace.installation.app.dispatch.all_taken(WITHIN_S)


async def call(
    slack: ScriptedSlack, workspace: Workspace, method: str, **arguments: Any
) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {workspace.installation.token}"}
    async with (
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as session,
        session.post(f"{slack.api_url}{method}", json=arguments, headers=headers) as answer,
    ):
        found: dict[str, Any] = await answer.json()
        return found | {"status": answer.status, "retry": answer.headers.get("Retry-After")}


async def test_an_event_is_signed_names_its_installation_and_is_told_again_until_it_is_taken(
    told: tuple[Workspace, Listener],
) -> None:
    workspace, listener = told
    listener.answers = [503, 500]
    message = people.say(workspace, "mia", "hello")
    await all_taken(workspace)
    (payload,) = listener.payloads
    assert payload["event"]["channel_type"] == "im"
    assert (payload["event"]["ts"], payload["event"]["text"]) == (message["ts"], "hello")
    assert payload["authorizations"][0]["team_id"] == workspace.id
    first, _, third = listener.requests
    assert "X-Slack-Retry-Num" not in first[0]
    assert (third[0]["X-Slack-Retry-Num"], third[0]["X-Slack-Retry-Reason"]) == ("2", "http_error")
    said = int(first[0]["X-Slack-Request-Timestamp"])
    secret = workspace.installation.app.signing_secret
    assert sign(secret, first[1], said)["X-Slack-Signature"] == first[0]["X-Slack-Signature"]


async def test_it_gives_up_after_three_more_tries_or_when_it_is_told_to(
    told: tuple[Workspace, Listener],
) -> None:
    workspace, listener = told
    listener.answers = [500] * 4
    people.say(workspace, "mia", "never taken")
    await all_taken(workspace)
    assert len(listener.requests) == 4
    listener.answers, listener.headers = [500] * 4, {"X-Slack-No-Retry": "1"}
    people.say(workspace, "mia", "nor this")
    await all_taken(workspace)
    assert len(listener.requests) == 5
    assert workspace.installation.app.dispatch.counts["given_up"] == 2


async def test_a_mention_is_two_events_with_two_ids_about_one_message(
    told: tuple[Workspace, Listener],
) -> None:
    workspace, listener = told
    people.say(workspace, "mia", "help", channel="general", mention=True)
    await all_taken(workspace)
    assert {event["type"] for event in listener.events} == {"message", "app_mention"}
    assert len({event["ts"] for event in listener.events}) == 1
    assert len({payload["event_id"] for payload in listener.payloads}) == 2


async def test_told_twice_it_has_the_same_id_or_another(told: tuple[Workspace, Listener]) -> None:
    workspace, listener = told
    people.say(workspace, "mia", "same", How(twice="same"))
    people.say(workspace, "mia", "new", How(twice="new"))
    await all_taken(workspace)
    ids = [(payload["event"]["text"], payload["event_id"]) for payload in listener.payloads]
    assert len(ids) == 4
    assert len({id_ for text, id_ in ids if text == "same"}) == 1
    assert len({id_ for text, id_ in ids if text == "new"}) == 2


async def test_edits_deletes_and_previews_of_links_come_as_changes(
    told: tuple[Workspace, Listener],
) -> None:
    workspace, listener = told
    message = people.say(workspace, "mia", "one")
    channel = workspace.direct(workspace.person("mia")).id
    people.edit(workspace, channel, message["ts"], "one")
    people.edit(workspace, channel, message["ts"], "two")
    people.delete(workspace, channel, message["ts"])
    await all_taken(workspace)
    changed = [event for event in listener.events if event.get("subtype") == "message_changed"]
    assert sorted("edited" in event["message"] for event in changed) == [False, True]
    (gone,) = [event for event in listener.events if event.get("subtype") == "message_deleted"]
    assert gone["deleted_ts"] == message["ts"]


async def test_what_the_app_posts_is_there_found_by_its_metadata_and_comes_back_as_an_event(
    slack: ScriptedSlack, told: tuple[Workspace, Listener]
) -> None:
    workspace, listener = told
    mia = workspace.person("mia")
    about = {"event_type": "kept", "event_payload": {"delivery": "d-1"}}
    posted = await call(
        slack, workspace, "chat.postMessage", channel=mia.id, text="hi", metadata=about
    )
    assert posted["ok"], posted
    found = await call(
        slack,
        workspace,
        "conversations.history",
        channel=posted["channel"],
        include_all_metadata=True,
    )
    assert [each["metadata"] for each in found["messages"]] == [about]
    plain = await call(slack, workspace, "conversations.history", channel=posted["channel"])
    assert "metadata" not in plain["messages"][0]
    await all_taken(workspace)
    assert [event["bot_id"] for event in listener.events] == [workspace.installation.bot_id]


async def test_threads_are_read_oldest_first_in_pages_and_stay_out_of_the_channel(
    slack: ScriptedSlack, told: tuple[Workspace, Listener]
) -> None:
    workspace, _ = told
    first = people.say(workspace, "mia", "0", channel="general")
    general = workspace.channel("general").id
    for number in range(1, 4):
        await call(
            slack,
            workspace,
            "chat.postMessage",
            channel=general,
            thread_ts=first["ts"],
            text=str(number),
        )
    texts, cursor = [], ""
    while True:
        page = await call(
            slack,
            workspace,
            "conversations.replies",
            channel=general,
            ts=first["ts"],
            limit=3,
            cursor=cursor,
        )
        texts += [each["text"] for each in page["messages"]]
        cursor = page["response_metadata"]["next_cursor"]
        if not cursor:
            break
    assert texts == ["0", "1", "2", "3"]
    shown = await call(slack, workspace, "conversations.history", channel=general)
    assert [each["text"] for each in shown["messages"]] == ["0"]


async def test_an_edit_takes_four_thousand_characters_and_a_message_twelve_thousand(
    slack: ScriptedSlack, told: tuple[Workspace, Listener]
) -> None:
    workspace, _ = told
    to = {"channel": workspace.person("mia").id}
    refused = await call(slack, workspace, "chat.postMessage", markdown_text="x" * 12_001, **to)
    assert refused["error"] == "msg_too_long"
    posted = await call(slack, workspace, "chat.postMessage", markdown_text="x" * 12_000, **to)
    place = {"channel": posted["channel"], "ts": posted["ts"]}
    long = await call(slack, workspace, "chat.update", markdown_text="x" * 4_001, **place)
    assert long["error"] == "msg_too_long"
    assert (await call(slack, workspace, "chat.update", text="short", **place))["ok"]
    assert workspace.texts(posted["channel"]) == ["short"]
    assert (await call(slack, workspace, "chat.delete", **place))["ok"]
    assert workspace.texts(posted["channel"]) == []


async def test_it_says_what_a_token_lacks(
    slack: ScriptedSlack, told: tuple[Workspace, Listener]
) -> None:
    workspace, _ = told
    workspace.installation.scopes.discard("chat:write")
    to = {"channel": workspace.person("mia").id, "text": "hi"}
    refused = await call(slack, workspace, "chat.postMessage", **to)
    assert (refused["error"], refused["needed"]) == ("missing_scope", "chat:write")
    people.revoke(workspace)
    assert (await call(slack, workspace, "auth.test"))["error"] == "token_revoked"
    workspace.installation.token = "another"
    workspace.installation.revoked = False
    assert (await call(slack, workspace, "auth.test"))["ok"]


async def test_it_misbehaves_as_it_is_told(
    slack: ScriptedSlack, told: tuple[Workspace, Listener]
) -> None:
    workspace, _ = told
    to = {"channel": workspace.person("mia").id, "text": "hi"}
    workspace.faults.add(Fault("limit", retry_after=3600))
    limited = await call(slack, workspace, "chat.postMessage", **to)
    assert (limited["status"], limited["retry"]) == (429, "3600")
    workspace.faults.add(Fault("drop"))
    with pytest.raises(aiohttp.ClientError):
        await call(slack, workspace, "chat.postMessage", **to)
    assert len(workspace.received) == 1, "taken, and nobody was told"
    workspace.faults.add(Fault("refuse"))
    with pytest.raises(aiohttp.ClientError):
        await call(slack, workspace, "chat.postMessage", **to)
    assert len(workspace.received) == 1
    workspace.answers.append({"method": "auth.test", "error": "ekm_access_denied"})
    assert (await call(slack, workspace, "auth.test"))["error"] == "ekm_access_denied"
    assert (await call(slack, workspace, "auth.test"))["ok"]


async def test_a_file_is_given_to_who_may_read_it_and_else_a_page_to_sign_in(
    slack: ScriptedSlack, told: tuple[Workspace, Listener]
) -> None:
    workspace, _ = told
    people.say(workspace, "mia", "see", files=[{"name": "a.txt", "content": "prices"}])
    (file_id,) = workspace.files
    file = (await call(slack, workspace, "files.info", file=file_id))["file"]
    headers = {"Authorization": f"Bearer {workspace.installation.token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        async with session.get(file["url_private_download"]) as answer:
            assert await answer.text() == "prices"
        workspace.installation.scopes.discard("files:read")
        async with session.get(file["url_private_download"]) as answer:
            assert (answer.status, answer.content_type) == (200, "text/html")


async def test_a_token_that_rotates_is_good_until_its_refresh_token_is_used(
    slack: ScriptedSlack,
) -> None:
    workspace = slack.workspace("globex", rotates=True)
    app, before = workspace.installation.app, workspace.installation.refresh_token
    asked = {
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "grant_type": "refresh_token",
        "refresh_token": before,
    }
    granted = await call(slack, workspace, "oauth.v2.access", **asked)
    assert granted["access_token"] == workspace.installation.token
    again = await call(slack, workspace, "oauth.v2.access", **asked)
    assert again["error"] == "invalid_refresh_token", "it is good once"


async def test_socket_mode_tells_again_what_was_not_acknowledged(
    slack: ScriptedSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestrator.scripted_slack.sockets.ACKNOWLEDGED_WITHIN_S", 0.2)
    workspace = slack.workspace("acme", socket_mode=True)
    app = workspace.installation.app
    workspace.installation.token = app.app_token
    opened = await call(slack, workspace, "apps.connections.open")
    async with aiohttp.ClientSession() as session, session.ws_connect(opened["url"]) as socket:
        hello = await socket.receive_json(timeout=WITHIN_S)
        assert hello["type"] == "hello"
        people.say(workspace, "mia", "hello")
        first = await socket.receive_json(timeout=WITHIN_S)
        second = await socket.receive_json(timeout=WITHIN_S)
        assert first["envelope_id"] == second["envelope_id"]
        assert (first["retry_attempt"], second["retry_attempt"]) == (0, 1)
        await socket.send_json({"envelope_id": second["envelope_id"]})
        await eventually(lambda: not app.sockets.outstanding, "acknowledged")
        await app.sockets.disconnect()
        goodbye = await socket.receive_json(timeout=WITHIN_S)
        assert (goodbye["type"], goodbye["reason"]) == ("disconnect", "refresh_requested")
    assert app.sockets.counts["acknowledged"] == 1


async def test_the_script_can_be_told_over_http(
    slack: ScriptedSlack, listener: tuple[Listener, str]
) -> None:
    async with aiohttp.ClientSession() as session:

        async def tell(what: str, **told: Any) -> tuple[int, dict[str, Any]]:
            async with session.post(f"{slack.base_url}/__{what}", json=told) as answer:
                return answer.status, await answer.json()

        _, made = await tell("workspace", workspace="far")
        assert made["token"].startswith("xoxb-")
        assert await tell("url", workspace="far", url=listener[1]) == (200, {"verified": True})
        _, said = await tell("say", workspace="far", who="mia", text="hello", channel="general")
        assert said["channel"] == slack.workspaces["far"].channel("general").id
        status, refused = await tell("fault", workspace="far", kind="sulk")
        assert (status, "sulk" in refused["message"]) == (400, True)
        await all_taken(slack.workspaces["far"])
        async with session.get(f"{slack.base_url}/__stats") as stats:
            assert (await stats.json())["far"]["events"] == {"posted": 1, "taken": 1}
    assert [event["text"] for event in listener[0].events] == ["hello"]
