"""The scripted Slack speaks as Slack does, by Slack's own SDK and recorded samples."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
from orchestrator.scripted_slack import Fault, ScriptedSlack, Workspace, people, sign

from tests.support.counterparts import checked, description

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


@pytest.fixture
async def slack() -> AsyncIterator[ScriptedSlack]:
    async with ScriptedSlack() as slack:
        yield slack


async def sdk(*questions: dict[str, Any]) -> list[Any]:
    """What the SDK says, while the scripted Slack serves it."""
    answers = await asyncio.to_thread(checked, "slack", questions)
    return [answer["answer"] for answer in answers]


async def test_the_sdk_signs_as_we_do_and_takes_what_we_sign() -> None:
    now = time.time()
    for text in ("hello", "grüße 👋 \u2028", ""):
        body = orjson.dumps({"text": text})
        ours = sign(SECRET, body, now)
        of_sdk = {"secret": SECRET, "body": body.decode()}
        late = {"ask": "is_valid", **of_sdk, "headers": ours}
        signed, valid, stale, forged = await sdk(
            {"ask": "signature", **of_sdk, "timestamp": ours["X-Slack-Request-Timestamp"]},
            late | {"now": now},
            late | {"now": now + 301},
            late | {"now": now, "secret": "another"},
        )
        assert signed == ours["X-Slack-Signature"]
        assert (valid, stale, forged) == (True, False, False)


async def test_the_sdk_s_own_calls_are_understood(slack: ScriptedSlack) -> None:
    workspace = slack.workspace("acme")
    mia = workspace.person("mia")
    token = workspace.installation.token
    (said,) = await sdk({"ask": "typed", "api_url": slack.api_url, "token": token, "user": mia.id})
    about = {"event_type": "kept", "event_payload": {"delivery": "d-1"}}
    assert said == {
        "bot": workspace.installation.bot_user_id,
        "history": [["two", about]],
        "thread": ["two", "**three**"],
        "left": ["two"],
        "person": mia.id,
    }
    assert len(workspace.statuses) == 1


async def test_the_sdk_reads_our_refusals_and_limits(slack: ScriptedSlack) -> None:
    workspace = slack.workspace("acme")
    to = {"channel": workspace.person("mia").id, "text": "x"}
    workspace.faults.add(Fault("limit", retry_after=3600))
    made = [["chat.postMessage", to], ["chat.postMessage", {"channel": "C0", "text": "x"}]]
    token = workspace.installation.token
    asked = {"ask": "calls", "api_url": slack.api_url}
    answered, unknown = await sdk(
        asked | {"token": token, "made": made},
        asked | {"token": "xoxb-guessed", "made": [["auth.test", {}]]},
    )
    assert answered[0] == {"error": "ratelimited", "retry_after": "3600"}
    assert answered[1]["error"] == "channel_not_found"
    assert unknown[0]["error"] == "invalid_auth"


async def test_the_sdk_renews_tokens(slack: ScriptedSlack) -> None:
    installation = slack.workspace("acme", rotates=True).installation
    (granted,) = await sdk(
        {
            "ask": "refreshed",
            "api_url": slack.api_url,
            "client_id": installation.app.client_id,
            "client_secret": installation.app.client_secret,
            "refresh_token": installation.refresh_token,
        }
    )
    assert granted["access_token"] == installation.token
    assert granted["refresh_token"] == installation.refresh_token


async def test_the_sdk_hears_us_over_socket_mode(slack: ScriptedSlack) -> None:
    workspace = slack.workspace("acme", socket_mode=True)
    for text in ("one", "two", "three"):
        people.say(workspace, "mia", text)
    app = workspace.installation.app
    asked = {"ask": "socket", "api_url": slack.api_url, "app_token": app.app_token, "events": 3}
    (heard,) = await sdk(asked)
    assert sorted(heard) == [["events_api", text] for text in ("one", "three", "two")]
    assert app.sockets.counts["acknowledged"] == 3
    assert app.sockets.outstanding == 0


# ── recorded samples ───────────────────────────────────────────────────────────────────────────

NOT_IN_THE_SAMPLES = {
    # what Slack sends, by its reference, and the samples of its Java SDK leave out
    "auth.test": {"expires_in"},
    "message": {"context_team_id", "context_enterprise_id", "event.channel_type"},
}


def unlike(said: Any, sample: Any, path: str = "") -> list[str]:
    """Where an answer of ours has a field that the sample lacks, or one of another kind."""
    if said is None or sample is None:
        return []
    if isinstance(said, dict) and isinstance(sample, dict):
        if not sample:
            return []
        return [
            found
            for name, value in said.items()
            for found in (
                unlike(value, sample[name], f"{path}.{name}".lstrip("."))
                if name in sample
                else [f"{path}.{name}".lstrip(".")]
            )
        ]
    if isinstance(said, list) and isinstance(sample, list):
        return [f for each in said for s in sample[:1] for f in unlike(each, s, path)]
    numbers = (int, float)
    same = type(said) is type(sample) or (isinstance(said, numbers) and isinstance(sample, numbers))
    return [] if same else [f"{path} is {type(said).__name__}"]


async def test_answers_have_the_fields_of_slacks_own_samples(slack: ScriptedSlack) -> None:
    workspace = slack.workspace("acme", rotates=True, grid=True)
    people.say(workspace, "mia", "see", files=[{"name": "a.txt", "content": "1"}])
    (file_id,) = workspace.files
    mia = workspace.person("mia").id
    about = {"event_type": "kept", "event_payload": {"delivery": "d-1"}}
    asked = {"api_url": slack.api_url, "token": workspace.installation.token}
    channel = workspace.direct(workspace.person("mia"))
    made: list[list[Any]] = [
        ["auth.test", {}],
        ["users.info", {"user": mia}],
        ["conversations.info", {"channel": channel.id}],
        ["files.info", {"file": file_id}],
        ["chat.postMessage", {"channel": mia, "text": "x", "metadata": about}],
    ]
    (answers,) = await sdk({"ask": "calls", "made": made, **asked})
    ts = answers[-1]["ts"]
    where = {"channel": channel.id, "ts": ts}
    more: list[list[Any]] = [
        ["chat.update", {"text": "y", **where}],
        ["chat.delete", where],
        [
            "assistant.threads.setStatus",
            {"channel_id": channel.id, "thread_ts": ts, "status": "…"},
        ],
    ]
    (further,) = await sdk({"ask": "calls", "made": more, **asked})
    for (method, _), answer in zip([*made, *more], [*answers, *further], strict=True):
        assert answer["ok"], (method, answer)
        wrong = set(unlike(answer, description(f"slack/{method}.json")))
        assert wrong <= NOT_IN_THE_SAMPLES.get(method, set()), method


def payloads_of(workspace: Workspace) -> list[dict[str, Any]]:
    """One event of each kind, as the app gets it."""
    told: list[dict[str, Any]] = []
    workspace.installation.app.dispatch.post = lambda payload, _: told.append(payload)  # type: ignore[method-assign]
    message = people.say(workspace, "mia", "hello", channel="general", mention=True)
    channel = workspace.channel("general").id
    people.edit(workspace, channel, message["ts"], "changed")
    people.delete(workspace, channel, message["ts"])
    people.say(workspace, "robot", "beep", channel="general", bot=True)
    people.say(workspace, "mia", "see", files=[{"name": "a.txt", "content": "1"}])
    people.uninstall(workspace)
    return orjson.loads(orjson.dumps(told))  # type: ignore[no-any-return]


SAMPLES = {
    "message": "MessagePayload",
    "app_mention": "AppMentionPayload",
    "message_changed": "MessageChangedPayload",
    "message_deleted": "MessageDeletedPayload",
    "bot_message": "MessageBotPayload",
    "file_share": "MessageFileSharePayload",
    "app_uninstalled": "AppUninstalledPayload",
    "tokens_revoked": "TokensRevokedPayload",
}


def test_events_have_the_fields_of_slacks_own_samples() -> None:
    seen = set()
    for payload in payloads_of(ScriptedSlack().workspace("acme")):
        event = payload["event"]
        kind = event.get("subtype") or event["type"]
        seen.add(kind)
        wrong = set(unlike(payload, description(f"slack/{SAMPLES[kind]}.json")))
        assert wrong <= NOT_IN_THE_SAMPLES["message"], kind
    assert seen == set(SAMPLES)
