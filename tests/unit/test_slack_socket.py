"""Socket Mode: what is stored is acknowledged, and nothing before."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import aiohttp
import pytest
from orchestrator.channels.adapter import AccountRefused, Line
from orchestrator.channels.slack.listening import listen
from orchestrator.scripted_slack import ScriptedSlack, Workspace, people
from shared.channels.accounts import Account
from shared.channels.events import Ignored
from shared.config import get_settings
from shared.conversations.receive import Heard

from tests.support.waiting import eventually


@pytest.fixture
async def slack(settings_of_its_own: pytest.MonkeyPatch) -> AsyncIterator[ScriptedSlack]:
    async with ScriptedSlack() as slack:
        settings_of_its_own.setenv("KONSTRUCT_SLACK_API_URL", slack.api_url)
        get_settings.cache_clear()
        slack.clock.speed = 1000.0
        yield slack


@pytest.fixture
def workspace(slack: ScriptedSlack) -> Workspace:
    return slack.workspace("acme", socket_mode=True)


@pytest.fixture
async def line(workspace: Workspace) -> AsyncIterator[Line]:
    account = Account(
        id=uuid4(),
        tenant_id=uuid4(),
        agent_id=uuid4(),
        channel="slack",
        external_key=workspace.id,
        state="live",
        credentials={"app_token": workspace.installation.app.app_token},
        settings={"own_id": workspace.installation.bot_user_id},
    )
    async with aiohttp.ClientSession(trust_env=False) as http:
        yield Line(account, http)


async def test_an_event_is_acknowledged_when_the_next_is_asked_for(
    workspace: Workspace, line: Line
) -> None:
    counts = workspace.installation.app.sockets.counts
    heard = listen(line)
    people.say(workspace, "mia", "one")
    first, _ = await anext(heard)
    assert isinstance(first, Heard)
    assert (first.text, counts["acknowledged"]) == ("one", 0), "it may not be stored yet"
    people.say(workspace, "mia", "two")
    second, _ = await anext(heard)
    assert isinstance(second, Heard)
    assert second.text == "two"
    await eventually(lambda: counts["acknowledged"] == 1, "the first is acknowledged")
    await heard.aclose()  # type: ignore[attr-defined]


async def test_what_was_not_acknowledged_is_told_to_the_next_connection(
    workspace: Workspace, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestrator.scripted_slack.sockets.ACKNOWLEDGED_WITHIN_S", 0.3)
    people.say(workspace, "mia", "hello")
    first = listen(line)
    await anext(first)
    await first.aclose()  # type: ignore[attr-defined]
    second = listen(line)
    (told, _) = await anext(second)
    assert isinstance(told, Heard)
    assert told.text == "hello"
    waiting = asyncio.ensure_future(anext(second))
    await eventually(
        lambda: workspace.installation.app.sockets.counts["acknowledged"] == 1, "acknowledged"
    )
    waiting.cancel()


@pytest.mark.parametrize("warn", [False, True])
async def test_when_slack_ends_the_connection_it_comes_to_its_end(
    workspace: Workspace, line: Line, warn: bool
) -> None:
    sockets = workspace.installation.app.sockets
    over = asyncio.ensure_future(anext(listen(line), None))
    await eventually(lambda: sockets.connections == 1, "connected")
    await sockets.disconnect(warn=warn)
    assert await over is None


@pytest.mark.parametrize("reason", [None, "too_many_websockets"])
async def test_a_connection_that_breaks_is_opened_again_in_a_while(
    workspace: Workspace, line: Line, reason: str | None
) -> None:
    sockets = workspace.installation.app.sockets
    over = asyncio.ensure_future(anext(listen(line), None))
    await eventually(lambda: sockets.connections == 1, "connected")
    if reason is None:
        sockets.break_off()
    else:
        await sockets.disconnect(reason)
    with pytest.raises(aiohttp.ClientError):
        await asyncio.wait_for(over, 20)


async def test_socket_mode_that_is_off_is_for_a_person_to_mend(
    workspace: Workspace, line: Line
) -> None:
    over = asyncio.ensure_future(anext(listen(line), None))
    sockets = workspace.installation.app.sockets
    await eventually(lambda: sockets.connections == 1, "connected")
    await sockets.disconnect("link_disabled")
    with pytest.raises(AccountRefused) as refused:
        await over
    assert refused.value.code == "link_disabled"
    workspace.installation.app.socket_mode = False
    with pytest.raises(AccountRefused):
        await anext(listen(line))


async def test_what_is_of_another_workspace_or_cannot_be_read_holds_nothing_up(
    workspace: Workspace, line: Line
) -> None:
    sockets = workspace.installation.app.sockets
    for payload in ({}, {"type": "event_callback", "team_id": "T-OTHER", "event": {}}):
        sockets.send(payload)
    heard = listen(line)
    reasons = {(await anext(heard))[0] for _ in range(2)}
    assert reasons == {Ignored("unreadable"), Ignored("another_account")}
    await heard.aclose()  # type: ignore[attr-defined]
