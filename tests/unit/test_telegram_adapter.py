"""What Konstruct says to Telegram, and what it makes of the answers, over real HTTP."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from orchestrator.channels.adapter import (
    AccountRefused,
    Failing,
    Later,
    MediaRefused,
    NotSent,
    Refused,
    Sent,
    Unsure,
)
from orchestrator.channels.telegram.api import Answer, NoAnswer
from orchestrator.channels.telegram.receiving import polls
from orchestrator.channels.telegram.verdicts import verdict_of
from orchestrator.scripted_telegram import Bot, Fault, Given, ScriptedTelegram
from shared.channels.forms import fill
from shared.config import get_settings
from shared.conversations.media import MediaRef
from shared.errors import BadRequest
from shared.secrets.sealing import digest

from tests.support.telegram import ADAPTER, Spoken, scripted_telegram, spoken
from tests.support.waiting import eventually

MIA, TEAM, FORUM = "1001", "-500", "-1000000000777"
HOOK = "https://chat.example.com/channels/telegram"


@pytest.fixture
async def platform(settings_of_its_own: pytest.MonkeyPatch) -> AsyncIterator[ScriptedTelegram]:
    async with scripted_telegram(settings_of_its_own) as platform:
        yield platform


@pytest.fixture
async def ada(platform: ScriptedTelegram) -> AsyncIterator[Spoken]:
    bot = platform.bot("ada_bot")
    bot.chat(MIA)
    async with spoken(bot) as ada:
        yield ada


# ── sending ────────────────────────────────────────────────────────────────────────────────────


async def test_an_answer_is_read_formatted_and_without_previews(ada: Spoken) -> None:
    assert await ada.send(MIA, "**Two** cost `<5 €>` & more") == [Sent("1")]
    (took,) = ada.bot.received
    assert took.text == "Two cost <5 €> & more"
    assert [one["type"] for one in took.entities] == ["bold", "code"]
    _, given = ada.bot.requests[-1]
    assert given["link_preview_options"] == {"is_disabled": True}


async def test_a_long_answer_is_cut_into_what_telegram_takes(ada: Spoken) -> None:
    words = " ".join(f"word{number}😀" for number in range(1200))
    code = "x = 1\n" * 900
    verdicts = await ada.send(MIA, f"{words}\n\n```python\n{code}```")
    assert all(isinstance(verdict, Sent) for verdict in verdicts)
    assert len(verdicts) > 3
    assert " ".join(" ".join(ada.bot.texts(MIA)).split()).startswith(words)


async def test_what_telegram_cannot_read_is_said_once_plain(ada: Spoken) -> None:
    ada.bot.faults.add(Fault("parse"))
    assert await ada.send(MIA, "**Two**") == [Sent("1")]
    (took,) = ada.bot.received
    assert (took.text, took.format, took.entities) == ("Two", "", [])


async def test_a_group_that_became_a_supergroup_is_written_to_where_it_is(ada: Spoken) -> None:
    ada.bot.chat(TEAM)
    new = ada.bot.migrate(TEAM, tell=False)
    assert await ada.send(TEAM, "hello") == [Sent("1")]
    assert ada.bot.texts(new) == ["hello"]


async def test_a_topic_is_answered_in_it(ada: Spoken) -> None:
    ada.bot.chat(FORUM, is_forum=True)
    assert await ada.send(f"{FORUM}/7", "hello") == [Sent("1")]
    assert ada.bot.received[0].thread == 7
    ada.bot.chat(TEAM)
    assert await ada.send(f"{TEAM}/7", "hello") == [Refused("topic_gone")]


async def test_who_takes_nothing_is_refused_by_name(ada: Spoken) -> None:
    ada.bot.person(2002)
    assert await ada.send("2002", "hello") == [Refused("not_started")]
    assert await ada.send("999", "hello") == [Refused("chat_not_found")]
    ada.bot.block(MIA)
    assert await ada.send(MIA, "hello") == [Refused("blocked_by_user")]
    ada.bot.kick(TEAM)
    assert await ada.send(TEAM, "hello") == [Refused("kicked")]


async def test_a_wait_is_obeyed_whole_a_groups_by_the_group_alone(ada: Spoken) -> None:
    ada.bot.chat(TEAM)
    ada.bot.faults.add(Fault("limit", times=2, retry_after=13_938))
    assert await ada.send(MIA, "hello") == [Later(13_938, "flood_control", whole_account=True)]
    assert await ada.send(TEAM, "hello") == [Later(13_938, "flood_control", whole_account=False)]


async def test_nobody_says_that_it_was_sent_who_does_not_know(
    ada: Spoken, platform: ScriptedTelegram, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    for fault in ("drop", "refuse", "error"):
        ada.bot.faults.add(Fault(fault))
        (verdict,) = await ada.send(MIA, fault)
        assert isinstance(verdict, Unsure), fault
        assert ada.bot.token not in str(verdict)
    assert ada.bot.texts(MIA) == ["drop"]
    settings_of_its_own.setenv("KONSTRUCT_TELEGRAM_API_URL", "http://127.0.0.1:9")
    get_settings.cache_clear()
    assert await ada.send(MIA, "nobody is there") == [NotSent("unreachable")]


async def test_a_token_that_is_taken_no_more_stops_the_bot(ada: Spoken) -> None:
    ada.bot.revoke()
    assert await ada.send(MIA, "hello") == [Failing("token_revoked")]


@pytest.mark.parametrize(
    ("status", "description", "code"),
    [
        (403, "Forbidden: user is deactivated", "user_gone"),
        (403, "Forbidden: bot is not a member of the supergroup chat", "kicked"),
        (400, "Bad Request: not enough rights to send text messages to the chat", "no_rights"),
        (400, "Bad Request: TOPIC_CLOSED", "topic_gone"),
        (400, "Bad Request: PEER_ID_INVALID", "chat_not_found"),
        (400, "Bad Request: message is too long", "too_long"),
        (400, "Bad Request: something new", "http_400"),
        (403, "Forbidden: something new", "http_403"),
        (418, "", "http_418"),
    ],
)
def test_every_refusal_has_a_code(status: int, description: str, code: str) -> None:
    assert verdict_of(Answer(status, ok=False, description=description), MIA) == Refused(code)


# ── the bot's life ─────────────────────────────────────────────────────────────────────────────


async def test_a_bot_is_proved_and_told_where_to_post(ada: Spoken) -> None:
    proved = await ADAPTER.prove(ada.line)
    assert (proved.external_key, proved.name, proved.listens) == (str(ada.bot.id), "Ada", False)
    assert proved.settings["username"] == "ada_bot"
    assert proved.settings["reads_groups"] is False
    await ADAPTER.subscribe(f"{HOOK}/{ada.line.account.id}", ada.line)
    assert ada.bot.updates.url == f"{HOOK}/{ada.line.account.id}"
    assert digest(ada.bot.updates.secret) == digest(proved.credentials["webhook_secret"])
    assert ada.bot.token not in ada.bot.updates.secret
    assert (await ADAPTER.check(ada.line)).ok
    await ADAPTER.unsubscribe(ada.line)
    assert ada.bot.updates.url == ""


@pytest.mark.parametrize("token", ["42:wrong", "nonsense"])
async def test_a_token_that_is_no_good_is_said_to_be_so(ada: Spoken, token: str) -> None:
    account = replace(ada.line.account, credentials={"bot_token": token})
    line = replace(ada.line, account=account)
    for asked in (ADAPTER.prove(line), ADAPTER.check(line), ADAPTER.unsubscribe(line)):
        with pytest.raises(AccountRefused) as refused:
            await asked
        assert refused.value.code == "token_revoked"
        assert "@BotFather" in refused.value.sentence
        assert token not in refused.value.sentence


@pytest.mark.parametrize("given", ["", "x", "1:2:3", "42:to/ken", "42:token/../../x", "42:t?x=1"])
def test_nothing_but_a_token_is_taken_for_one(given: str) -> None:
    with pytest.raises(BadRequest) as refused:
        fill("telegram", {"bot_token": given})
    assert "bot_token" in refused.value.message
    assert fill("telegram", {"bot_token": " 42:token\r\n"}).secrets == {"bot_token": "42:token"}


async def test_health_says_what_a_person_must_do(ada: Spoken) -> None:
    async def code() -> str | None:
        health = await ADAPTER.check(ada.line)
        assert health.ok is (health.code is None)
        assert health.ok or health.sentence
        return health.code

    ada.bot.updates.url = "https://elsewhere.example/secret-path"
    health = await ADAPTER.check(ada.line)
    assert health.code == "webhook_elsewhere"
    assert "elsewhere.example" in str(health.sentence)
    assert "secret-path" not in str(health.sentence)
    ada.bot.updates.url = ""
    assert await code() is None
    ada.bot.say(MIA, "hello")
    await eventually(lambda: ada.bot.updates.last_error is not None, "it was tried")
    assert await code() == "not_reached"
    ada.bot.updates.last_error = (1, "long ago")
    assert await code() is None
    other = replace(ada.line, account=replace(ada.line.account, external_key="7"))
    assert (await ADAPTER.check(other)).code == "another_account"


@pytest.mark.parametrize("receive", ["webhook", "polling"])
async def test_what_we_told_telegram_before_is_mended_and_what_others_did_is_not(
    platform: ScriptedTelegram, settings_of_its_own: pytest.MonkeyPatch, receive: str
) -> None:
    settings_of_its_own.setenv("KONSTRUCT_PUBLIC_URL", "https://now.example.com")
    get_settings.cache_clear()
    bot = platform.bot("ada_bot")
    async with spoken(bot, receive=receive) as ada:
        ours = f"/channels/telegram/{ada.line.account.id}"
        for before in ("", f"https://before.example.com{ours}"):
            bot.updates.url = before
            assert (await ADAPTER.check(ada.line)).ok
            assert bot.updates.url == (
                f"https://now.example.com{ours}" if receive == "webhook" else ""
            )
        bot.updates.url = "https://elsewhere.example.com/x"
        assert (await ADAPTER.check(ada.line)).code == "webhook_elsewhere"
        assert bot.updates.url == "https://elsewhere.example.com/x"


async def test_who_asks_says_what_was_taken_by_asking_on(ada: Spoken) -> None:
    for number in range(3):
        ada.bot.say(MIA, f"message {number}")
    events = ADAPTER.listen({}, ada.line)
    first = [(await anext(events))[0].text for _ in range(3)]
    assert first == [f"message {number}" for number in range(3)]
    assert ada.bot.updates.pending == 3, "nothing is taken before all was stored"
    again = ADAPTER.listen({}, ada.line)
    assert [(await anext(again))[0].text for _ in range(3)] == first, "after a crash"
    ada.bot.say(MIA, "and then")
    assert (await anext(again))[0].text == "and then"
    assert ada.bot.updates.pending == 1


async def test_who_asks_is_told_of_whoever_else_receives(ada: Spoken) -> None:
    ada.bot.updates.url = "https://elsewhere.example.com/x"
    with pytest.raises(AccountRefused) as refused:
        await anext(ADAPTER.listen({}, ada.line))
    assert refused.value.code == "webhook_elsewhere"
    ada.bot.revoke()
    with pytest.raises(AccountRefused) as refused:
        await anext(ADAPTER.listen({}, ada.line))
    assert refused.value.code == "token_revoked"


async def test_an_address_that_telegram_does_not_take_is_refused_with_its_reason(
    ada: Spoken,
) -> None:
    with pytest.raises(AccountRefused) as refused:
        await ADAPTER.subscribe("ftp://chat.example.com/x", ada.line)
    assert refused.value.code == "webhook_refused"
    assert "HTTPS URL must be provided" in refused.value.sentence


async def test_without_a_public_address_it_asks_instead_of_being_told(
    platform: ScriptedTelegram, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    bot = platform.bot("ada_bot")
    bot.updates.url = "https://before.example"
    async with spoken(bot, receive="auto") as ada:
        assert (await ADAPTER.prove(ada.line)).listens
        await ADAPTER.subscribe("http://127.0.0.1/x", ada.line)
        assert bot.updates.url == "", "a webhook ends before anybody asks"
        assert (await ADAPTER.check(ada.line)).ok
        settings_of_its_own.setenv("KONSTRUCT_PUBLIC_URL", "https://chat.example.com")
        get_settings.cache_clear()
        assert not (await ADAPTER.prove(ada.line)).listens


@pytest.mark.parametrize(
    ("public_url", "api", "is_told"),
    [
        ("https://chat.example.com", "https://api.telegram.org", True),
        ("http://10.0.0.5:8000", "https://api.telegram.org/", False),
        ("http://10.0.0.5:8000", "http://10.0.0.6:8081", True),
        ("", "http://10.0.0.6:8081", False),
    ],
)
async def test_it_is_told_only_where_telegram_can_reach_it(
    ada: Spoken, settings_of_its_own: pytest.MonkeyPatch, public_url: str, api: str, is_told: bool
) -> None:
    settings_of_its_own.setenv("KONSTRUCT_PUBLIC_URL", public_url)
    settings_of_its_own.setenv("KONSTRUCT_TELEGRAM_API_URL", api)
    get_settings.cache_clear()
    account = replace(ada.line.account, settings={"receive": "auto"})
    assert polls(account) is not is_told


async def test_it_shows_that_it_writes_and_never_fails_for_that(ada: Spoken) -> None:
    await ADAPTER.working(MIA, ada.line)
    assert ada.bot.typing == 1
    ada.bot.block(MIA)
    await ADAPTER.working(MIA, ada.line)


# ── files ──────────────────────────────────────────────────────────────────────────────────────


async def fetched(ada: Spoken, media: MediaRef) -> bytes:
    return b"".join([piece async for piece in ADAPTER.fetch(media, ada.line)])


def file_of(bot: Bot, given: Given) -> MediaRef:
    return MediaRef(bot.files.add(given)["document"]["file_id"])


async def test_a_file_is_fetched_whole_or_refused_by_name(ada: Spoken) -> None:
    content = b"x" * 200_000
    assert await fetched(ada, file_of(ada.bot, Given("document", content))) == content
    for media, code in (
        (MediaRef("unknown"), "file_gone"),
        (file_of(ada.bot, Given("document", size=21 * 2**20)), "too_large"),
        (MediaRef("any", size=21 * 2**20), "too_large"),
    ):
        with pytest.raises(MediaRefused) as refused:
            await fetched(ada, media)
        assert refused.value.code == code


async def test_a_token_is_never_carried_to_another_host(ada: Spoken) -> None:
    came: list[str] = []

    async def take(request: web.Request) -> web.Response:
        came.append(str(request.url))
        return web.Response(body=b"stolen")

    app = web.Application()
    app.router.add_get("/{path:.*}", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    ada.bot.files_lead_to = f"http://127.0.0.1:{runner.addresses[0][1]}/x"
    with pytest.raises(MediaRefused):
        await fetched(ada, file_of(ada.bot, Given("document")))
    await runner.cleanup()
    assert came == []


async def test_no_error_says_the_token(
    ada: Spoken, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    media = file_of(ada.bot, Given("document"))
    settings_of_its_own.setenv("KONSTRUCT_TELEGRAM_API_URL", "http://127.0.0.1:9")
    get_settings.cache_clear()
    for asked in (ADAPTER.prove(ada.line), fetched(ada, media)):
        error: Any = None
        try:
            await asked
        except NoAnswer as raised:
            error = raised
        assert error is not None
        assert error.__cause__ is None
        assert ada.bot.token not in f"{error!r} {error}"
        assert error.__suppress_context__
