"""The scripted Telegram does what its page says, over real HTTP."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from orchestrator.scripted_telegram import (
    SECRET_HEADER,
    Bot,
    Fault,
    Given,
    How,
    ScriptedTelegram,
)

WITHIN_S = 20.0
MIA = "1001"
TEAM = "-500"


class Listener:
    """A webhook that keeps what it is told; `answers` are the next statuses, then 200."""

    def __init__(self) -> None:
        self.updates: list[dict[str, Any]] = []
        self.secrets: set[str | None] = set()
        self.answers: list[int] = []

    async def take(self, request: web.Request) -> web.Response:
        self.secrets.add(request.headers.get(SECRET_HEADER))
        status = self.answers.pop(0) if self.answers else 200
        if status == 200:
            self.updates.append(await request.json())
        return web.Response(status=status)

    @property
    def texts(self) -> list[str]:
        return [
            (update.get("message") or update["edited_message"])["text"] for update in self.updates
        ]


@pytest.fixture
async def platform() -> AsyncIterator[ScriptedTelegram]:
    async with ScriptedTelegram() as platform:
        yield platform


@pytest.fixture
def bot(platform: ScriptedTelegram) -> Bot:
    return platform.bot("ada_bot", reads_groups=True)


@pytest.fixture
async def listener(platform: ScriptedTelegram, bot: Bot) -> AsyncIterator[Listener]:
    listener = Listener()
    app = web.Application()
    app.router.add_post("/hook", listener.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    assert (await call(platform, bot, "setWebhook", url=url, secret_token="s-1"))["result"]
    yield listener
    await runner.cleanup()


async def call(platform: ScriptedTelegram, bot: Bot, method: str, **given: Any) -> dict[str, Any]:
    url = f"{platform.base_url}/bot{bot.token}/{method}"
    async with (
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as session,
        session.post(url, json=given) as answer,
    ):
        said: dict[str, Any] = await answer.json()
        assert said.get("error_code", 200) == answer.status
        return said


async def test_what_people_write_reaches_the_webhook_in_order_with_its_secret(
    bot: Bot, listener: Listener
) -> None:
    for number in range(5):
        bot.say(MIA, f"message {number}")
    await bot.updates.all_taken(WITHIN_S)
    assert listener.texts == [f"message {number}" for number in range(5)]
    assert listener.secrets == {"s-1"}
    ids = [update["update_id"] for update in listener.updates]
    assert ids == sorted(set(ids))


async def test_what_is_not_taken_comes_again_and_holds_up_its_own_chat_alone(
    platform: ScriptedTelegram, bot: Bot, listener: Listener
) -> None:
    listener.answers = [503, 500]
    bot.say(MIA, "first")
    bot.say(MIA, "second")
    await bot.updates.all_taken(WITHIN_S)
    assert listener.texts == ["first", "second"]
    info = (await call(platform, bot, "getWebhookInfo"))["result"]
    assert "500" in info["last_error_message"]
    listener.answers = [401]
    bot.say(MIA, "of one chat")
    bot.say("1002", "of another")
    await bot.updates.all_taken(WITHIN_S)
    assert sorted(listener.texts[2:]) == ["of another", "of one chat"]


async def test_updates_are_lost_doubled_and_reordered_as_told(bot: Bot, listener: Listener) -> None:
    bot.say(MIA, "lost", How(lose=True))
    bot.say(MIA, "same", How(twice="same"))
    bot.say(MIA, "new", How(twice="new"))
    for number in range(3):
        bot.say(MIA, f"held {number}", How(hold=True))
    await bot.updates.all_taken(WITHIN_S)
    assert sorted(listener.texts) == ["new", "new", "same", "same"]
    assert len({(update["update_id"]) for update in listener.updates}) == 3
    assert bot.updates.release("reversed") == 3
    await bot.updates.all_taken(WITHIN_S)
    assert listener.texts[4:] == ["held 2", "held 1", "held 0"]
    assert bot.updates.redeliver(1.0, 0.5) == 6
    await bot.updates.all_taken(WITHIN_S)
    assert "lost" in listener.texts


async def test_who_polls_says_what_was_taken_and_is_refused_beside_a_webhook(
    platform: ScriptedTelegram, bot: Bot
) -> None:
    async def poll(**given: Any) -> Any:
        return await call(platform, bot, "getUpdates", **given)

    bot.say(MIA, "one")
    bot.say(MIA, "two")
    first = (await poll())["result"]
    assert [update["message"]["text"] for update in first] == ["one", "two"]
    assert (await poll())["result"] == first, "nobody said that it was taken"
    rest = (await poll(offset=first[0]["update_id"] + 1))["result"]
    assert rest == first[1:]
    waiting = asyncio.create_task(poll(offset=rest[0]["update_id"] + 1, timeout=1))
    await asyncio.sleep(0.05)
    bot.say(MIA, "three")
    assert [update["message"]["text"] for update in (await waiting)["result"]] == ["three"]
    other = asyncio.create_task(poll(offset=2**40, timeout=1))
    await asyncio.sleep(0.05)
    await poll()
    assert "terminated by other getUpdates" in (await other)["description"]
    await call(platform, bot, "setWebhook", url="http://127.0.0.1:9/hook")
    assert (await poll())["error_code"] == 409
    await call(platform, bot, "deleteWebhook")
    assert (await poll())["ok"]


async def test_a_message_is_read_as_telegram_reads_it_or_refused_in_its_words(
    platform: ScriptedTelegram, bot: Bot
) -> None:
    bot.chat(MIA)

    async def send(text: str, chat: str | int = MIA, **more: Any) -> Any:
        return await call(platform, bot, "sendMessage", chat_id=chat, text=text, **more)

    sent = (await send("<b>hi</b> &amp; 😀 <i>you</i>", parse_mode="HTML"))["result"]
    assert sent["text"] == "hi & 😀 you"
    assert [(one["type"], one["offset"]) for one in sent["entities"]] == [
        ("bold", 0),
        ("italic", 8),
    ]
    assert "can't parse entities" in (await send("<b>hi", parse_mode="HTML"))["description"]
    assert (await send("😀" * 2048))["ok"]
    assert "too long" in (await send("😀" * 2048 + "x"))["description"]
    assert (await send("<b>" + "x" * 4096 + "</b>", parse_mode="HTML"))["ok"], "after parsing"
    assert "text is empty" in (await send(" "))["description"]
    assert "chat not found" in (await send("hi", "999"))["description"]
    bot.person(2002)
    assert "can't initiate" in (await send("hi", "2002"))["description"]
    bot.block(MIA)
    blocked = await send("hi")
    assert (blocked["error_code"], "blocked by the user" in blocked["description"]) == (403, True)
    bot.chat(TEAM)
    new = bot.migrate(TEAM)
    assert (await send("hi", TEAM))["parameters"] == {"migrate_to_chat_id": int(new)}
    assert (await send("hi", new))["ok"]
    bot.kick(new)
    assert "kicked" in (await send("hi", new))["description"]
    assert bot.texts(MIA)[0] == "hi & 😀 you"


async def test_each_fault_takes_the_message_or_not(platform: ScriptedTelegram, bot: Bot) -> None:
    bot.chat(MIA)

    async def send(text: str) -> dict[str, Any]:
        given = {"chat_id": MIA, "text": text, "parse_mode": "HTML"}
        return await call(platform, bot, "sendMessage", **given)

    for kind, status in {"limit": 429, "error": 500, "blocked": 403, "parse": 400}.items():
        bot.faults.add(Fault(kind, retry_after=3600))
        said = await send(kind)
        assert said["error_code"] == status
        if kind == "limit":
            assert said["parameters"] == {"retry_after": 3600}
    for kind in ("refuse", "stall", "drop", "hang"):
        bot.faults.add(Fault(kind))
        with pytest.raises((aiohttp.ClientError, TimeoutError)):
            await send(kind)
    assert bot.texts(MIA) == ["drop", "hang"]
    bot.revoke()
    assert (await send("no"))["error_code"] == 401


@pytest.mark.parametrize("reads_groups", [False, True])
async def test_in_groups_its_privacy_mode_decides_what_a_bot_is_told(
    platform: ScriptedTelegram, reads_groups: bool
) -> None:
    bot = platform.bot("ada_bot", reads_groups=reads_groups)
    bot.say(TEAM, "among themselves")
    bot.say(TEAM, "@ada_bot, can you?")
    bot.say(TEAM, "/help@other_bot")
    bot.say(TEAM, "/help@Ada_Bot")
    bot.take(bot.chat(TEAM), "yes?", [], sent="yes?", format_="")
    bot.say(TEAM, "how much?", reply_to="bot")
    bot.say(TEAM, "I am one, too", author=77, bot=True)
    told = [update["message"]["text"] for update in await bot.updates.poll(0, 100, 0)]
    let_through = ["/help@Ada_Bot", "how much?"]
    everything = ["among themselves", "@ada_bot, can you?", "/help@other_bot", *let_through]
    assert told == (everything if reads_groups else let_through)


async def test_a_file_is_fetched_by_its_id_within_limits(
    platform: ScriptedTelegram, bot: Bot
) -> None:
    bot.say(MIA, "the list", file=Given("document", b"prices", "prices.pdf", "application/pdf"))
    bot.album(MIA, [Given("photo", b"one"), Given("photo", b"two")], "look")
    bot.say(MIA, file=Given("video", size=21 * 2**20))
    document, first, second, large = (
        update["message"] for update in await bot.updates.poll(0, 100, 0)
    )
    assert (document["caption"], document["document"]["file_name"]) == ("the list", "prices.pdf")
    assert first["media_group_id"] == second["media_group_id"]
    assert (first["caption"], "caption" in second) == ("look", False)
    got = (await call(platform, bot, "getFile", file_id=document["document"]["file_id"]))["result"]
    url = f"{platform.base_url}/file/bot{bot.token}/{got['file_path']}"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        assert await answer.read() == b"prices"
    too_large = await call(platform, bot, "getFile", file_id=large["video"]["file_id"])
    assert "file is too big" in too_large["description"]


async def test_another_process_tells_it_all_of_this_over_http(platform: ScriptedTelegram) -> None:
    async def tell(what: str, **told: Any) -> tuple[int, dict[str, Any]]:
        url = f"{platform.base_url}/__{what}"
        body = {"bot": "far_bot", **told}
        async with aiohttp.ClientSession() as session, session.post(url, json=body) as answer:
            return answer.status, await answer.json()

    status, made = await tell("bot", token="42:token", reads_groups=True)
    assert (status, made) == (200, {"id": 42, "token": "42:token", "username": "far_bot"})
    bot = platform.bots["far_bot"]
    _, said = await tell("say", place=MIA, text="first")
    await tell("edit", place=MIA, id=said["id"], text="second", how={"delay_s": 0.01})
    await tell("album", place=MIA, files=[{"kind": "photo"}, {"content_base64": "aGk="}])
    await tell("fault", kind="limit", retry_after=7)
    assert (await call(platform, bot, "sendMessage", chat_id=MIA, text="now"))["error_code"] == 429
    await asyncio.sleep(0.05)
    updates = await bot.updates.poll(0, 100, 0)
    assert [next(iter(update.keys() - {"update_id"})) for update in updates] == [
        *["message"] * 3,
        "edited_message",
    ]
    assert (await tell("fault", kind="sulk"))[0] == 400
    await call(platform, bot, "sendMessage", chat_id=MIA, text="taken")
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{platform.base_url}/__received?bot=far_bot&place={MIA}") as received,
    ):
        assert [took["text"] for took in await received.json()] == ["taken"]
