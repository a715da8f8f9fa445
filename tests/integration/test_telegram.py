"""A Telegram bot is connected, asked or told, and given up, as a business and its people see it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
from orchestrator.channels.listening.listeners import Listeners
from orchestrator.jobs.runner import JobRunner
from orchestrator.scripted_telegram import SECRET_HEADER, Bot, ScriptedTelegram
from shared.channels import connections, leases
from shared.channels.known_accounts import known_accounts
from shared.config import get_settings
from shared.db import SystemSession, TenantSession
from shared.jobs import queue
from shared.runs import leases as workers

from tests.support.people import World
from tests.support.servers import Database
from tests.support.telegram import scripted_telegram
from tests.support.waiting import eventually

MIA, TEAM = "1001", "-500"


@pytest.fixture
async def platform(
    database: Database, settings_of_its_own: pytest.MonkeyPatch
) -> AsyncIterator[ScriptedTelegram]:
    async with scripted_telegram(settings_of_its_own) as platform:
        yield platform
    known_accounts.forget_all()


class Office:
    """Connects a bot as a business does, and looks at what came of it."""

    def __init__(self, world: World, jobs: JobRunner, superuser: psycopg.Connection) -> None:
        self.world = world
        self._jobs = jobs
        self._superuser = superuser

    async def connect(self, bot: Bot, **given: str) -> UUID:
        async with TenantSession(self.world.id) as session, session.transaction():
            _, job_id = await connections.claim(
                session,
                tenant_id=self.world.id,
                agent_id=self.world.agent_id,
                channel="telegram",
                given={"bot_token": bot.token, **given},
            )
        return UUID((await self._done(job_id))["id"])

    async def check(self, connection_id: UUID) -> dict[str, Any]:
        async with TenantSession(self.world.id) as session, session.transaction():
            connection = await connections.find(session, connection_id)
            job_id = await connections.ask_for_check(session, connection)
        return await self._done(job_id)

    async def give_up(self, connection_id: UUID) -> None:
        async with TenantSession(self.world.id) as session, session.transaction():
            connection = await connections.find(session, connection_id)
            job_id = await connections.give_up(session, connection)
        assert job_id is not None
        await self._done(job_id)

    async def _done(self, job_id: UUID) -> dict[str, Any]:
        await self._jobs.handle({"job_id": str(job_id), "tenant_id": str(self.world.id)})
        job = await queue.look_up(self.world.id, job_id)
        assert job is not None
        assert job.state == "done", job.result
        return job.result or {}

    def texts(self) -> list[str]:
        rows = self._superuser.execute(
            "SELECT content FROM messages WHERE tenant_id = %s AND author_kind = 'contact'"
            " ORDER BY created_at, seq",
            (self.world.id,),
        )
        return [text for (text,) in rows]

    def keys(self) -> list[str]:
        rows = self._superuser.execute(
            "SELECT external_key FROM conversations WHERE tenant_id = %s"
            " AND channel = 'telegram' ORDER BY created_at",
            (self.world.id,),
        )
        return [key for (key,) in rows]

    def state(self) -> tuple[str, str | None]:
        ((state, failing),) = self._superuser.execute(
            "SELECT state, failing FROM channel_connections WHERE tenant_id = %s", (self.world.id,)
        ).fetchall()
        return state, failing

    async def hears(self, *texts: str) -> None:
        await eventually(lambda: self.texts() == list(texts), f"{texts} heard")


async def _worker() -> UUID:
    worker_id = uuid4()
    async with SystemSession("lease") as session, session.transaction():
        await workers.renew_lease(session, worker_id, name="test", ttl_s=600, version="test")
    return worker_id


@pytest.fixture
async def office(
    platform: ScriptedTelegram, acme: World, superuser: psycopg.Connection
) -> AsyncIterator[Office]:
    jobs = JobRunner(await _worker())
    await jobs.start()
    yield Office(acme, jobs, superuser)
    await jobs.stop()


@asynccontextmanager
async def listening() -> AsyncIterator[Listeners]:
    """A worker's listeners on this loop."""
    listeners = Listeners(await _worker())
    await listeners.start()
    try:
        yield listeners
    finally:
        await listeners.stop()


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orchestrator.channels.listening.listeners.LOOK_EVERY_S", 0.1)
    monkeypatch.setattr("orchestrator.channels.listening.listeners.RENEW_S", 0.3)


async def test_without_a_public_address_a_worker_asks_for_what_people_write(
    platform: ScriptedTelegram, office: Office
) -> None:
    bot = platform.bot("ada_bot")
    bot.updates.url = "https://before.example.com"
    bot.say(MIA, "while nobody listened")
    async with listening():
        connection_id = await office.connect(bot)
        assert bot.updates.url == "", "whoever asks has no webhook"
        await office.hears("while nobody listened")
        bot.say(MIA, "hello")
        await office.hears("while nobody listened", "hello")
        assert (await office.check(connection_id))["state"] == "live"
        await office.give_up(connection_id)
        polled = bot.updates.counts["polled"]
        bot.say(MIA, "is anybody there?")
        await eventually(lambda: not office_listens(office), "nobody listens any more")
    assert office.texts() == ["while nobody listened", "hello"]
    assert bot.updates.pending == 1, "what was not stored was not taken"
    assert bot.updates.counts["polled"] <= polled + 1


def office_listens(office: Office) -> bool:
    ((count,),) = office._superuser.execute(
        "SELECT count(*) FROM connection_leases WHERE role = 'listen' AND until > now()"
    ).fetchall()
    return bool(count)


async def test_what_was_not_stored_is_told_to_the_next_who_asks(
    platform: ScriptedTelegram, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot = platform.bot("ada_bot")
    await office.connect(bot)
    with monkeypatch.context() as broken:

        async def dies(*_: Any) -> Any:
            raise OSError("the worker's database is away")

        broken.setattr("orchestrator.channels.listening.listener.arriving.store", dies)
        async with listening():
            bot.say(MIA, "first")
            await eventually(lambda: bot.updates.counts["polled"] > 1, "it was asked again")
    assert office.texts() == []
    async with listening():
        await office.hears("first")
        bot.updates.redeliver(1.0, 1.0)
        bot.say(MIA, "second")
        await office.hears("first", "second")


async def test_of_two_workers_one_asks_and_the_other_takes_over(
    platform: ScriptedTelegram, office: Office
) -> None:
    bot = platform.bot("ada_bot")
    await office.connect(bot)
    async with listening(), listening():
        for number in range(5):
            bot.say(MIA, f"message {number}")
        await office.hears(*(f"message {number}" for number in range(5)))
        assert office.state() == ("live", None), "nobody was told of another who asks"
    async with listening():
        bot.say(MIA, "message 5")
        await office.hears(*(f"message {number}" for number in range(6)))
        assert office.state() == ("live", None)


async def test_whoever_else_uses_the_bot_is_said_to_its_people(
    platform: ScriptedTelegram, office: Office
) -> None:
    bot = platform.bot("ada_bot")
    connection_id = await office.connect(bot)
    async with listening():
        await eventually(lambda: bot.updates.counts["polled"] > 0 or office_listens(office), "on")
        bot.updates.set_webhook("https://x.example", secret="", allowed=None, drop_pending=False)
        await eventually(lambda: office.state() == ("failing", "webhook_elsewhere"), "it is said")
        bot.updates.url = ""
        await office.check(connection_id)
        assert office.state() == ("live", None)
        bot.say(MIA, "hello")
        await office.hears("hello")


async def test_a_public_address_makes_telegram_tell_us(
    platform: ScriptedTelegram,
    office: Office,
    api: httpx.AsyncClient,
    settings_of_its_own: pytest.MonkeyPatch,
) -> None:
    bot = platform.bot("ada_bot")
    connection_id = await office.connect(bot)
    async with listening():
        bot.say(MIA, "asked for")
        await office.hears("asked for")
        settings_of_its_own.setenv("KONSTRUCT_PUBLIC_URL", "https://chat.example.com")
        get_settings.cache_clear()
        await office.check(connection_id)
        assert bot.updates.url == f"https://chat.example.com/channels/telegram/{connection_id}"
        await eventually(lambda: not office_listens(office), "nobody asks beside a webhook")
        assert office.state() == ("live", None)
    update = bot.updates._past[-1].as_json() | {"update_id": 7}
    update["message"] |= {"message_id": 99, "text": "told"}
    path = f"/channels/telegram/{connection_id}"
    for secret, status in ((bot.updates.secret, 200), ("guessed", 401), ("", 401)):
        answer = await api.post(path, json=update, headers={SECRET_HEADER: secret})
        assert answer.status_code == status
    assert office.texts() == ["asked for", "told"]


async def test_a_group_that_becomes_a_supergroup_keeps_its_conversation(
    platform: ScriptedTelegram, office: Office
) -> None:
    bot = platform.bot("ada_bot")
    await office.connect(bot)
    async with listening():
        bot.say(TEAM, "/price")
        await office.hears("/price")
        assert office.keys() == [TEAM]
        new = bot.migrate(TEAM)
        bot.say(new, "/price of two")
        await office.hears("/price", "/price of two")
    assert office.keys() == [new]


async def test_a_bots_token_is_shown_nowhere(
    platform: ScriptedTelegram, office: Office, capfd: pytest.CaptureFixture[str]
) -> None:
    bot = platform.bot("ada_bot")
    connection_id = await office.connect(bot)
    async with listening():
        await eventually(lambda: office_listens(office), "it is asked")
        bot.revoke()
        bot.say(MIA, "hello")
        await eventually(lambda: office.state() == ("failing", "token_revoked"), "it is said")
    told = await office.check(connection_id)
    assert "@BotFather" in told["sentence"]
    said = "".join(capfd.readouterr()) + str(told)
    assert bot.token.partition(":")[2] not in said
    assert leases.LISTEN == "listen"
