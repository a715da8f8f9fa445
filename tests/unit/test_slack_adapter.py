"""What the worker says to Slack, and what it makes of Slack's answers, over real HTTP."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import aiohttp
import pytest
from orchestrator.channels.adapter import (
    Absent,
    AccountRefused,
    Failing,
    Later,
    Line,
    MediaRefused,
    NotSent,
    Refused,
    Sent,
    Unknown,
    Unsure,
)
from orchestrator.channels.rendering.dialects.slack import LIMIT
from orchestrator.channels.slack.adapter import SlackAdapter
from orchestrator.channels.slack.calls import ACCOUNT
from orchestrator.scripted_slack import Fault, ScriptedSlack, Workspace, people
from shared.channels import forms
from shared.channels.accounts import Account
from shared.channels.proofs import Person
from shared.channels.sentences import sentence_of
from shared.channels.slack.manifest import install_link
from shared.channels.slack.sentences import SENTENCES
from shared.config import get_settings
from shared.conversations.media import MediaRef
from shared.errors import BadRequest

SLACK = SlackAdapter()


@pytest.fixture
async def slack(settings_of_its_own: pytest.MonkeyPatch) -> AsyncIterator[ScriptedSlack]:
    async with ScriptedSlack() as slack:
        settings_of_its_own.setenv("KONSTRUCT_SLACK_API_URL", slack.api_url)
        get_settings.cache_clear()
        yield slack


@pytest.fixture
def workspace(slack: ScriptedSlack) -> Workspace:
    return slack.workspace("acme", echoes=False)


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    timeout = aiohttp.ClientTimeout(total=2)
    async with aiohttp.ClientSession(timeout=timeout, trust_env=False) as http:
        yield http


def line_of(workspace: Workspace, http: aiohttp.ClientSession, **credentials: str) -> Line:
    account = Account(
        id=uuid4(),
        tenant_id=uuid4(),
        agent_id=uuid4(),
        channel="slack",
        external_key=workspace.account_key,
        state="live",
        credentials={"bot_token": workspace.installation.token} | credentials,
        settings={},
    )
    return Line(account, http)


@pytest.fixture
def line(workspace: Workspace, http: aiohttp.ClientSession) -> Line:
    return line_of(workspace, http)


def part(text: str, **more: Any) -> dict[str, Any]:
    return {"text": text, "plain": text, "alone": True} | more


# ── sending ────────────────────────────────────────────────────────────────────────────────────


async def test_an_answer_goes_to_a_person_and_into_a_thread(
    workspace: Workspace, line: Line
) -> None:
    mia = workspace.person("mia")
    sent = await SLACK.send(part("**hello**"), mia.id, uuid4(), line)
    direct = workspace.direct(mia)
    assert sent == Sent(next(iter(direct.messages)))
    root = people.say(workspace, "mia", "help", channel="general", mention=True)
    general = workspace.channel("general")
    await SLACK.send(part("here"), f"{general.id}:{root['ts']}", uuid4(), line)
    assert general.thread(root["ts"])[-1]["text"] == "here"
    assert workspace.texts(direct.id) == ["**hello**"]


async def test_addresses_in_an_answer_are_not_fetched_and_nobody_is_called_at_large(
    workspace: Workspace, line: Line
) -> None:
    (rendered,) = SLACK.render("<!channel> look, <!subteam^S1|@devs> and <!here|here>")
    assert "<!" not in rendered["text"]
    await SLACK.send(rendered, workspace.person("mia").id, uuid4(), line)
    assert [each["unfurls"] for each in workspace.received] == [False]


async def test_what_slack_cannot_read_is_sent_as_plain_text(
    workspace: Workspace, line: Line
) -> None:
    mia = workspace.person("mia")
    workspace.faults.add(Fault("parse"))
    sent = await SLACK.send(part("**a** <b> & c", plain="a <b> & c"), mia.id, uuid4(), line)
    assert isinstance(sent, Sent)
    assert workspace.texts(workspace.direct(mia).id) == ["a &lt;b&gt; &amp; c"]


@pytest.mark.parametrize("length", [5, 4_000, 4_001])
async def test_a_placeholder_is_rewritten_by_a_short_answer_and_gone_before_a_long_one(
    workspace: Workspace, line: Line, length: int
) -> None:
    mia = workspace.person("mia")
    channel = workspace.direct(mia).id
    placeholder = await SLACK.send(part("…"), mia.id, uuid4(), line)
    assert isinstance(placeholder, Sent)
    hints = {"placeholder_ts": placeholder.external_id, "channel_id": channel}
    sent = await SLACK.send(part("x" * length, hints=hints), mia.id, uuid4(), line)
    assert isinstance(sent, Sent)
    assert (sent.external_id == placeholder.external_id) == (length <= 4_000)
    assert workspace.texts(channel) == ["x" * length]


async def test_of_several_parts_none_takes_the_placeholders_place(
    workspace: Workspace, line: Line
) -> None:
    mia = workspace.person("mia")
    channel = workspace.direct(mia).id
    placeholder = await SLACK.send(part("…"), mia.id, uuid4(), line)
    assert isinstance(placeholder, Sent)
    first, second = SLACK.render("word " * (LIMIT // 4))
    first["hints"] = {"placeholder_ts": placeholder.external_id, "channel_id": channel}
    for each in (first, second):
        assert len(each["text"]) <= LIMIT
        await SLACK.send(each, mia.id, uuid4(), line)
    assert workspace.texts(channel) == [first["text"], second["text"]]


async def test_a_placeholder_that_is_gone_is_not_missed(workspace: Workspace, line: Line) -> None:
    mia = workspace.person("mia")
    hints = {"placeholder_ts": "1.1", "channel_id": workspace.direct(mia).id}
    await SLACK.send(part("hello", hints=hints), mia.id, uuid4(), line)
    assert workspace.texts(workspace.direct(mia).id) == ["hello"]


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        ("channel_not_found", Refused("channel_not_found")),
        ("is_archived", Refused("is_archived")),
        ("msg_too_long", Refused("msg_too_long")),
        ("restricted_action_thread_locked", Refused("restricted_action_thread_locked")),
        ("something_new", Refused("something_new")),
        ("token_revoked", Failing("token_revoked")),
        ("account_inactive", Failing("account_inactive")),
        ("missing_scope", Failing("missing_scope")),
        ("org_login_required", Failing("org_login_required")),
        ("ratelimited", Later(30.0, "ratelimited")),
        ("rate_limited", Later(30.0, "ratelimited")),
        ("team_added_to_org", Later(60.0, "team_added_to_org")),
        ("external_channel_migrating", Later(60.0, "external_channel_migrating", False)),
        ("fatal_error", Unsure("fatal_error")),
        ("internal_error", Unsure("internal_error")),
    ],
)
async def test_each_error_is_what_slack_says_it_is(
    workspace: Workspace, line: Line, error: str, verdict: object
) -> None:
    workspace.answers.append({"method": "chat.postMessage", "error": error})
    assert await SLACK.send(part("x"), workspace.person("mia").id, uuid4(), line) == verdict


async def test_an_hour_is_an_hour_and_an_answer_that_never_came_is_no_refusal(
    workspace: Workspace, line: Line, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    mia = workspace.person("mia")
    for fault, verdict in (
        ("limit", Later(3600.0, "ratelimited")),
        ("error", Unsure("internal_error")),
        ("drop", Unsure("ServerDisconnectedError")),
        ("hang", Unsure("TimeoutError")),
    ):
        workspace.faults.add(Fault(fault, retry_after=3600))
        assert await SLACK.send(part("x"), mia.id, uuid4(), line) == verdict, fault
    settings_of_its_own.setenv("KONSTRUCT_SLACK_API_URL", "http://127.0.0.1:9/api/")
    get_settings.cache_clear()
    assert await SLACK.send(part("x"), mia.id, uuid4(), line) == NotSent("unreachable")


# ── looking up ─────────────────────────────────────────────────────────────────────────────────


async def test_what_arrived_is_found_by_its_key_and_what_did_not_is_absent(
    workspace: Workspace, line: Line
) -> None:
    mia = workspace.person("mia")
    root = people.say(workspace, "mia", "help", channel="general", mention=True)
    thread = f"{workspace.channel('general').id}:{root['ts']}"
    for place in (mia.id, thread):
        arrived, lost = uuid4(), uuid4()
        workspace.faults.add(Fault("drop"))
        assert isinstance(await SLACK.send(part("x"), place, arrived, line), Unsure)
        (kept,) = workspace.of_key(str(arrived))
        assert await SLACK.look_up(place, arrived, line) == Sent(kept["ts"])
        assert await SLACK.look_up(place, lost, line) == Absent()


async def test_where_the_app_may_not_read_nobody_can_be_asked(
    workspace: Workspace, line: Line
) -> None:
    root = people.say(workspace, "mia", "help", channel="general", mention=True)
    thread = f"{workspace.channel('general').id}:{root['ts']}"
    workspace.installation.scopes.discard("channels:history")
    assert await SLACK.look_up(thread, uuid4(), line) == Unknown("missing_scope")
    workspace.answers.append(
        {"method": "conversations.replies", "error": "ratelimited", "retry_after": 60}
    )
    assert await SLACK.look_up(thread, uuid4(), line) == Unsure("ratelimited", wait_s=60.0)


# ── the account ────────────────────────────────────────────────────────────────────────────────


async def test_an_account_is_proved_by_its_workspace(workspace: Workspace, line: Line) -> None:
    proved = await SLACK.prove(line)
    assert (proved.external_key, proved.name) == (workspace.id, "acme")
    assert proved.settings["own_id"] == workspace.installation.bot_user_id
    assert proved.settings["app_id"] == workspace.installation.app.id
    assert proved.picture_url
    assert (await SLACK.check(line)).ok


async def test_who_writes_is_asked_for(workspace: Workspace, line: Line) -> None:
    mia = workspace.person("Mia")
    mia.locale = "es-ES"
    assert await SLACK.person(mia.id, line) == Person("Mia", "es")
    with pytest.raises(AccountRefused):
        await SLACK.person("U0", line)


async def test_an_organisation_s_installation_is_the_organisation(
    slack: ScriptedSlack, http: aiohttp.ClientSession
) -> None:
    of_org = slack.workspace("grid", org_wide=True)
    proved = await SLACK.prove(line_of(of_org, http))
    assert proved.external_key == of_org.enterprise_id


async def test_health_says_what_a_person_must_do(workspace: Workspace, line: Line) -> None:
    workspace.installation.scopes.discard("chat:write")
    health = await SLACK.check(line)
    assert (health.ok, health.code) == (False, "missing_scope")
    assert "chat:write" in (health.sentence or "")
    people.revoke(workspace)
    health = await SLACK.check(line)
    assert health.sentence == SENTENCES["token_revoked"]
    with pytest.raises(AccountRefused):
        await SLACK.prove(line)


@pytest.mark.parametrize("error", ["internal_error", "ratelimited", "team_added_to_org"])
async def test_what_passes_is_no_fault_of_the_account(
    workspace: Workspace, line: Line, error: str, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    workspace.answers.append({"method": "auth.test", "error": error})
    with pytest.raises(aiohttp.ClientError):
        await SLACK.check(line)
    settings_of_its_own.setenv("KONSTRUCT_SLACK_API_URL", "http://127.0.0.1:9/api/")
    get_settings.cache_clear()
    with pytest.raises(aiohttp.ClientError):
        await SLACK.check(line)


def test_whatever_stops_an_account_says_what_a_person_must_do() -> None:
    for code in (*ACCOUNT, "app_uninstalled", "invalid_refresh_token", "link_disabled"):
        assert sentence_of("slack", code) == SENTENCES[code]
        assert SENTENCES[code].endswith(".")
    assert sentence_of("web", "anything") is None


async def test_tokens_that_rotate_are_renewed_before_they_end(
    slack: ScriptedSlack, http: aiohttp.ClientSession
) -> None:
    workspace = slack.workspace("globex", rotates=True)
    installation = workspace.installation
    kept = {
        "refresh_token": installation.refresh_token or "",
        "client_id": installation.app.client_id,
        "client_secret": installation.app.client_secret,
    }
    renewed = await SLACK.refresh(line_of(workspace, http, **kept))
    assert renewed is not None
    assert renewed["bot_token"] == installation.token
    assert await SLACK.refresh(line_of(workspace, http, **kept | renewed)) is None, "good for long"
    with pytest.raises(AccountRefused) as refused:
        await SLACK.refresh(line_of(workspace, http, **kept))
    assert refused.value.code == "invalid_refresh_token"
    assert await SLACK.refresh(line_of(workspace, http)) is None, "this one does not rotate"


async def test_an_app_that_was_added_on_slacks_page_gets_its_token_for_the_code(
    slack: ScriptedSlack, http: aiohttp.ClientSession, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    workspace = slack.workspace("globex", rotates=True)
    app, back = workspace.installation.app, "https://k.example/slack"
    settings_of_its_own.setenv("KONSTRUCT_SLACK_CLIENT_ID", app.client_id)
    settings_of_its_own.setenv("KONSTRUCT_SLACK_CLIENT_SECRET", app.client_secret)
    get_settings.cache_clear()
    page = install_link(app.client_id).replace("https://slack.com", slack.base_url)
    asked = {"state": "s-1", "redirect_uri": back}
    async with http.get(page, params=asked, allow_redirects=False) as answer:
        led = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert led["state"] == ["s-1"]
    line = line_of(workspace, http, bot_token="", code=led["code"][0])
    line.account.settings["redirect_url"] = back
    proved = await SLACK.prove(line)
    assert proved.external_key == workspace.id
    assert proved.credentials["bot_token"] == workspace.installation.token
    assert proved.credentials["refresh_token"] == workspace.installation.refresh_token
    with pytest.raises(AccountRefused) as refused:
        await SLACK.prove(line)
    assert refused.value.code == "invalid_code", "it is good once"


def test_a_token_or_a_code_is_needed() -> None:
    with pytest.raises(BadRequest, match="`bot_token` is missing"):
        forms.fill("slack", {})
    assert forms.fill("slack", {"code": "1"}).secrets == {"code": "1"}


async def test_a_status_is_shown_in_threads(workspace: Workspace, line: Line) -> None:
    root = people.say(workspace, "mia", "help", channel="general", mention=True)
    general = workspace.channel("general").id
    await SLACK.working(f"{general}:{root['ts']}", line)
    await SLACK.working(workspace.person("mia").id, line)
    assert workspace.statuses == [(general, root["ts"], "is typing…")]


# ── files ──────────────────────────────────────────────────────────────────────────────────────


async def read(file_id: str, line: Line) -> bytes:
    return b"".join([piece async for piece in SLACK.fetch(MediaRef(file_id), line)])


async def test_a_file_is_fetched_from_slack_alone(workspace: Workspace, line: Line) -> None:
    people.say(workspace, "mia", "", files=[{"name": "a.txt", "content": "prices"}])
    (file_id,) = workspace.files
    assert await read(file_id, line) == b"prices"
    workspace.answers.append({"method": "files-pri", "error": "elsewhere"})
    for code in ("http_302", "file_not_found", "missing_scope"):
        with pytest.raises(MediaRefused) as refused:
            await read("F0" if code == "file_not_found" else file_id, line)
        assert refused.value.code == code
        if code == "file_not_found":
            workspace.installation.scopes.discard("files:read")


@pytest.mark.parametrize(
    "url",
    [
        "http://files.slack.com/x",
        "https://files.slack.com.evil.example/x",
        "https://evil.example/files.slack.com",
        "https://files.slack.com@evil.example/x",
        "file:///etc/passwd",
        "",
    ],
)
async def test_the_token_goes_to_no_other_host(
    workspace: Workspace, line: Line, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "orchestrator.scripted_slack.methods.conversations.described",
        lambda *_: {"url_private": url, "mimetype": "text/plain"},
    )
    people.say(workspace, "mia", "", files=[{"name": "a.txt"}])
    with pytest.raises(MediaRefused) as refused:
        await read(next(iter(workspace.files)), line)
    assert refused.value.code == "foreign_file"
