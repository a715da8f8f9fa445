"""Slack over Socket Mode: heard by one worker, acknowledged once it is stored."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from orchestrator.channels.listening.listeners import Listeners
from orchestrator.jobs.runner import JobRunner
from orchestrator.scripted_slack import ScriptedSlack, Workspace, people
from shared.config import get_settings
from shared.db import SystemSession
from shared.runs import leases

from tests.support.jobs import doing_jobs
from tests.support.people import World
from tests.support.servers import Database
from tests.support.soaks.soak import connected
from tests.support.waiting import eventually


@pytest.fixture
async def workspace(
    database: Database, settings_of_its_own: pytest.MonkeyPatch
) -> AsyncIterator[Workspace]:
    async with ScriptedSlack() as slack:
        slack.clock.speed = 100.0
        settings_of_its_own.setenv("KONSTRUCT_SLACK_API_URL", slack.api_url)
        get_settings.cache_clear()
        yield slack.workspace("acme", socket_mode=True)


@pytest.fixture
async def jobs(
    workspace: Workspace, settings_of_its_own: pytest.MonkeyPatch
) -> AsyncIterator[JobRunner]:
    async with doing_jobs(settings_of_its_own) as runner:
        yield runner


@pytest.fixture
async def connection(jobs: JobRunner, workspace: Workspace, acme: World) -> UUID:
    given = {
        "bot_token": workspace.installation.token,
        "app_token": workspace.installation.app.app_token,
    }
    return await connected(acme, "slack", given)


@asynccontextmanager
async def listening() -> AsyncIterator[None]:
    """A worker's listeners on this loop."""
    worker_id = uuid4()
    async with SystemSession("lease") as session, session.transaction():
        await leases.renew_lease(session, worker_id, name="test", ttl_s=600, version="test")
    listeners = Listeners(worker_id)
    await listeners.start()
    try:
        yield
    finally:
        await listeners.stop()


def heard(superuser: psycopg.Connection, acme: World) -> list[str]:
    rows: list[Any] = superuser.execute(
        "SELECT content FROM messages WHERE tenant_id = %s AND author_kind = 'contact'"
        " ORDER BY created_at",
        (acme.id,),
    ).fetchall()
    return [text for (text,) in rows]


async def test_what_is_said_is_heard_by_one_and_acknowledged_when_it_is_stored(
    workspace: Workspace, connection: UUID, superuser: psycopg.Connection, acme: World
) -> None:
    sockets = workspace.installation.app.sockets
    people.say(workspace, "mia", "before anybody listens")
    async with listening(), listening():
        people.say(workspace, "mia", "help", channel="general", mention=True)
        await eventually(lambda: len(heard(superuser, acme)) == 2, "both are heard")
        await eventually(lambda: not sockets.outstanding, "all are acknowledged")
        assert sockets.connections == 1, "the lease decides who listens"
    assert sorted(heard(superuser, acme)) == ["before anybody listens", "help"]


@pytest.mark.parametrize("how", ["said", "broken"])
async def test_a_connection_that_ends_is_opened_again_and_nothing_is_missed(
    workspace: Workspace, connection: UUID, superuser: psycopg.Connection, acme: World, how: str
) -> None:
    sockets = workspace.installation.app.sockets
    async with listening():
        await eventually(lambda: sockets.connections == 1, "connected")
        if how == "said":
            await sockets.disconnect(warn=True)
        else:
            sockets.break_off()
        people.say(workspace, "mia", "in between")
        await eventually(lambda: heard(superuser, acme) == ["in between"], "heard")
    assert sockets.counts["opened"] == 2


async def test_socket_mode_that_is_switched_off_is_told_the_businesss_people(
    workspace: Workspace, connection: UUID, superuser: psycopg.Connection, acme: World
) -> None:
    def state() -> Any:
        return superuser.execute(
            "SELECT state, failing FROM channel_connections WHERE id = %s", (connection,)
        ).fetchone()

    sockets = workspace.installation.app.sockets
    async with listening():
        await eventually(lambda: sockets.connections == 1, "connected")
        await sockets.disconnect("link_disabled")
        await eventually(lambda: state() == ("failing", "link_disabled"), "it says so")
