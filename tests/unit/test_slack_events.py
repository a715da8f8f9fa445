"""Slack's events, read: who said what where, to whom it was said, and what is nobody's business."""

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import orjson
import pytest
from gateway.channels.reader import Handshake, Raw
from gateway.channels.slack import READER, normalize_slack_event
from orchestrator.scripted_slack import ScriptedSlack, Workspace, people, sign
from shared.channels.accounts import Account
from shared.channels.events import Deleted, Edited, Ignored, Lifecycle, NotGenuine
from shared.channels.slack.events import account_key, read_event
from shared.channels.slack.text import plain
from shared.conversations.receive import Heard

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


class Written:
    """A workspace whose events are kept instead of posted."""

    def __init__(self, **how: Any) -> None:
        self.slack = ScriptedSlack()
        self.workspace: Workspace = self.slack.workspace("acme", **how)
        self.payloads: list[dict[str, Any]] = []
        self.workspace.installation.app.dispatch.post = lambda payload, _: self.payloads.append(  # type: ignore[method-assign]
            orjson.loads(orjson.dumps(payload))
        )

    @property
    def account(self) -> Account:
        installation = self.workspace.installation
        return Account(
            id=uuid4(),
            tenant_id=uuid4(),
            agent_id=uuid4(),
            channel="slack",
            external_key=self.workspace.account_key,
            state="live",
            credentials={},
            settings={"own_id": installation.bot_user_id, "app_id": installation.app.id},
        )

    def read(self) -> list[Any]:
        return [read_event(payload, self.account) for payload in self.payloads]


@pytest.fixture
def written() -> Written:
    return Written()


def test_a_direct_message_is_a_talk_between_two(written: Written) -> None:
    message = people.say(written.workspace, "mia", "hello &amp; <https://a.example|welcome>")
    (heard,) = written.read()
    assert isinstance(heard, Heard)
    assert heard.text == "hello & welcome (https://a.example)"
    assert (heard.conversation_key, heard.thread) == (None, None)
    assert (heard.is_group, heard.addressed, heard.is_bot) == (False, True, False)
    assert heard.author.external_id == written.workspace.person("mia").id
    assert heard.told.external_message_id == message["ts"]
    assert heard.told.delivery_id == written.payloads[0]["event_id"]
    assert heard.sent_at is not None
    assert abs((datetime.now(UTC) - heard.sent_at).total_seconds()) < 60


def test_a_mention_is_one_message_under_two_events_and_begins_a_thread(written: Written) -> None:
    message = people.say(written.workspace, "mia", "help me", channel="general", mention=True)
    first, second = written.read()
    place, ts = written.workspace.channel("general").id, message["ts"]
    for heard in (first, second):
        assert (heard.told.place, heard.told.external_message_id) == (place, ts)
        assert heard.conversation_key == f"{place}:{ts}"
        assert (heard.is_group, heard.addressed, heard.text) == (True, True, "help me")
    assert first.told.delivery_id != second.told.delivery_id


def test_replies_belong_to_their_threads_and_say_whether_they_turn_to_us(written: Written) -> None:
    root = people.say(written.workspace, "tom", "lunch?", channel="general")
    reply = {"channel": "general", "thread_ts": root["ts"]}
    people.say(written.workspace, "mia", "yes", **reply)
    people.say(written.workspace, "mia", "and you?", mention=True, **reply)
    said, answered, asked, _ = written.read()
    assert said.conversation_key == answered.conversation_key == asked.conversation_key
    assert [each.addressed for each in (said, answered, asked)] == [False, False, True]
    assert [each.thread for each in (said, answered, asked)] == [None, root["ts"], root["ts"]]


def test_a_thread_within_direct_messages_is_a_conversation_of_its_own(written: Written) -> None:
    root = people.say(written.workspace, "mia", "one")
    people.say(written.workspace, "mia", "two", thread_ts=root["ts"])
    _, second = written.read()
    assert second.conversation_key == f"{second.told.place}:{root['ts']}"
    assert second.addressed


def test_what_we_and_other_bots_say_is_marked_as_a_bots(written: Written) -> None:
    people.say(written.workspace, "deploys", "done", channel="general", bot=True)
    installation = written.workspace.installation
    mine = {
        "type": "message",
        "user": installation.bot_user_id,
        "bot_id": installation.bot_id,
        "ts": "1.1",
        "text": "hi",
    }
    general = written.workspace.channel("general")
    people.echo(written.workspace, general, mine)
    people.echo(written.workspace, general, {k: v for k, v in mine.items() if k != "bot_id"})
    assert [heard.is_bot for heard in written.read()] == [True, True, True]


def test_only_a_text_that_a_person_changed_is_an_edit(written: Written) -> None:
    message = people.say(written.workspace, "mia", "one")
    channel = written.workspace.direct(written.workspace.person("mia")).id
    people.edit(written.workspace, channel, message["ts"], "one")  # a link's preview
    people.edit(written.workspace, channel, message["ts"], "two")
    people.delete(written.workspace, channel, message["ts"])
    _, preview, edited, deleted = written.read()
    assert preview == Ignored("unchanged")
    assert isinstance(edited, Edited)
    assert (edited.text, edited.told.external_message_id) == ("two", message["ts"])
    assert edited.told.revision
    assert isinstance(deleted, Deleted)
    assert deleted.told.external_message_id == message["ts"]


def test_files_are_named_also_those_of_other_companies(written: Written) -> None:
    people.say(
        written.workspace,
        "mia",
        "",
        files=[{"name": "prices.pdf", "mimetype": "application/pdf", "content": "12"}],
    )
    people.say(written.workspace, "mia", "see", files=[{"name": "x", "connect": True}])
    ours, theirs = written.read()
    (file,), (unknown,) = ours.files, theirs.files
    assert (file.name, file.mime, file.size) == ("prices.pdf", "application/pdf", 2)
    assert (unknown.id in written.workspace.files, unknown.size) == (True, None)


def test_what_is_about_the_account_and_what_is_nobodys_business(written: Written) -> None:
    people.uninstall(written.workspace)
    people.happens(written.workspace, {"type": "reaction_added", "user": "U1"})
    people.happens(
        written.workspace,
        {"type": "message", "subtype": "channel_join", "user": "U1", "text": "joined"},
        written.workspace.channel("general").id,
    )
    people.happens(written.workspace, {"type": "link_shared", "user": "U1"})
    people.happens(written.workspace, {"type": "tokens_revoked", "tokens": {"oauth": ["U1"]}})
    limited = {"type": "app_rate_limited", "team_id": "T1", "minute_rate_limited": 1}
    assert read_event(limited, written.account) == Ignored("app_rate_limited")
    assert written.read() == [
        Lifecycle("app_uninstalled"),
        Lifecycle("token_revoked"),
        Ignored("event_reaction_added"),
        Ignored("subtype_channel_join"),
        Ignored("event_link_shared"),
        Ignored("tokens_of_people"),
    ]


def test_another_app_in_the_same_workspace_is_not_ours(written: Written) -> None:
    people.say(written.workspace, "mia", "hello")
    (payload,) = written.payloads
    assert read_event(payload | {"api_app_id": "A0"}, written.account) == Ignored("another_app")


def test_the_installation_is_named_whatever_company_or_grid_it_comes_from() -> None:
    shared = Written()
    people.say(shared.workspace, "ann", "hi", channel="shared", mention=True, team_id="T-THEIRS")
    payload = shared.payloads[0]
    assert payload["team_id"] == "T-THEIRS"
    assert account_key(payload) == shared.workspace.id
    of_org = Written(org_wide=True)
    people.say(of_org.workspace, "mia", "hello")
    assert account_key(of_org.payloads[0]) == of_org.workspace.enterprise_id
    without = {k: v for k, v in payload.items() if k != "authorizations"} | {"team_id": "T1"}
    assert account_key(without) == "T1"
    with pytest.raises(KeyError):
        account_key({"type": "event_callback"})


# ── the request ────────────────────────────────────────────────────────────────────────────────


def request(body: bytes, headers: Mapping[str, str]) -> Raw:
    return Raw("POST", {}, headers, body)


def verify(body: bytes, headers: Mapping[str, str], at: float) -> None:
    now = datetime.fromtimestamp(at, UTC)
    READER.verify(request(body, headers), {"signing_secret": SECRET}, now)


def test_slacks_own_example_of_a_signature_is_taken_and_no_other() -> None:
    """From docs.slack.dev, Verifying requests from Slack."""
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
        b"&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
        b"&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands"
        b"%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    at = 1531420618
    headers = {
        "X-Slack-Request-Timestamp": str(at),
        "X-Slack-Signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    }
    verify(body, headers, at + 299)
    for wrong in (
        lambda: verify(body + b"&", headers, at),
        lambda: verify(body, headers, at + 301),
        lambda: verify(body, headers, at - 301),
        lambda: verify(body, headers | {"X-Slack-Signature": "v0=é"}, at),
        lambda: verify(body, headers | {"X-Slack-Request-Timestamp": "soon"}, at),
        lambda: verify(body, {}, at),
        lambda: READER.verify(request(body, headers), {}, datetime.fromtimestamp(at, UTC)),
    ):
        with pytest.raises(NotGenuine):
            wrong()


def test_the_address_is_greeted_back_and_rubbish_is_not_read() -> None:
    body = orjson.dumps({"type": "url_verification", "challenge": "3eZbrw1a", "token": ""})
    greeted = READER.claim(request(body, {}))
    assert isinstance(greeted, Handshake)
    assert orjson.loads(greeted.body) == {"challenge": "3eZbrw1a"}
    for rubbish in (b"not json", b"[]", b'{"type":"event_callback"}', b'{"authorizations":[4]}'):
        with pytest.raises(ValueError):  # noqa: PT011 - of whatever kind
            READER.claim(request(rubbish, {}))
    account = Written().account
    for rubbish in (b"{}", b'{"type":"event_callback","event":4}', b'{"type":"event_callback"}'):
        with pytest.raises(ValueError):  # noqa: PT011 - of whatever kind
            READER.read(request(rubbish, {}), account)


def test_a_message_is_normalized_and_nothing_else(written: Written) -> None:
    people.say(written.workspace, "mia", "hello")
    message = normalize_slack_event(written.payloads[0], written.account)
    assert (message.channel, message.content.text) == ("slack", "hello")
    people.revoke(written.workspace)
    with pytest.raises(ValueError, match="no message"):
        normalize_slack_event(written.payloads[1], written.account)


async def test_what_the_scripted_slack_signs_is_taken() -> None:
    body = b'{"type":"event_callback"}'
    now = time.time()
    verify(body, sign(SECRET, body, now), now)
    await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("written_so", "read_so"),
    [
        ("<@UBOT> hi", "hi"),
        ("hi <@UBOT|ada>", "hi"),
        ("<@U2|tom> and <@U3>", "@tom and @U3"),
        ("in <#C1|general> or <#C2>", "in #general or #C2"),
        ("<!here> <!subteam^S1|@devs> <!channel>", "@here @devs @channel"),
        ("<https://a.example> <mailto:a@b.example|a@b.example>", "https://a.example a@b.example"),
        ("a &lt; b &amp;amp; c &gt; d", "a < b &amp; c > d"),
        ("&lt;@UBOT&gt; is text", "<@UBOT> is text"),
        ("\0 x < y", "x < y"),
    ],
)
def test_slacks_writing_is_read_as_people_read_it(written_so: str, read_so: str) -> None:
    assert plain(written_so, "UBOT") == read_so
