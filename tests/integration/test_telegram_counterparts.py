"""The scripted Telegram speaks as Telegram does: others, who know it, understand all it says.

Telegram's own description of its Bot API and aiogram's models read each update, each result, and
each call that we make; Telegram's own parser (TDLib) reads the same HTML, and all that we render.
"""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
from orchestrator.channels.adapter import Sent
from orchestrator.channels.rendering import Text, render
from orchestrator.channels.rendering.dialects import TELEGRAM
from orchestrator.scripted_telegram import Bot, Fault, Given, ScriptedTelegram
from orchestrator.scripted_telegram.entities import NotReadable, read_html, utf16
from orchestrator.scripted_telegram.methods import METHODS
from shared.conversations.media import MediaRef

from tests.support.bot_api import BotApi
from tests.support.counterparts import checked, description
from tests.support.markdowns import markdown_of
from tests.support.sizes import FULL, sized
from tests.support.telegram import ADAPTER, scripted_telegram, spoken

TEXTS = sized(80, full=10_000)
LIMITS = (120, 120, 120, 300, 300, 1_000, 4_096)
MIA, TEAM, FORUM = "1001", "-500", "-1000000000777"
KINDS = ("photo", "document", "voice", "audio", "video", "animation", "video_note", "sticker")
OTHERS: list[dict[str, Any]] = [
    {"location": {"latitude": 52.5, "longitude": 13.4}},
    {"contact": {"phone_number": "+4930", "first_name": "Tom"}},
    {"dice": {"emoji": "🎲", "value": 3}},
    {"venue": {"location": {"latitude": 1.0, "longitude": 2.0}, "title": "T", "address": "A"}},
]
HTML = (
    "<b>hi &amp; you</b> 😀<i>x</i>", "<x>a</x>", "<b>a", "a</b>", "<b>a</i>", "a < b", "a <b",
    '<pre><code class="language-py">x=1</code></pre>', "<pre>a\nb</pre>", "a>b", "</b", "</>",
    "<pre><code>x</code> y</pre>", '<a href="http://x.y/?a=1&amp;b=2">l</a>', "<a>no href</a>",
    " <b> a </b> ", "a<b>b</b>\n\n", "<blockquote expandable>q</blockquote>", "<b></b>",
    "<blockquote>q</blockquote>", "&lt;&#65;&#x1F600;&nbsp;&unknown; & &amp", "<b >s</b >",
    "<i><b>n</b></i>", "<b><i>n</i></b>", '<code class="language-x">a</code>', "<B>x</b>",
    "<u>x</u><s>y</s><tg-spoiler>z</tg-spoiler>", "<span>x</span>", "<b class=x>a</b>",
    '<span class="tg-spoiler">x</span>', "😀<b>😀</b>", "<b>x</>", "<b>x <i>y</b></i>",
)  # fmt: skip


async def everything_said(bot: Bot) -> list[dict[str, Any]]:
    """Updates of every kind that this platform makes."""
    first = bot.say(MIA, "hello @ada_bot /help 😀")
    bot.start(MIA, "from-the-website")
    bot.edit(MIA, first, "hello again")
    for kind in KINDS:
        bot.say(MIA, "look", file=Given(kind, b"x", "x.bin", "application/x"))
        bot.say(MIA, file=Given(kind, told_size=False))
    bot.album(MIA, [Given("photo"), Given("document", name="a.pdf")], "both")
    for other in OTHERS:
        bot.say(MIA, **other)
    bot.take(bot.chat(TEAM), "<b>", [], sent="<b>", format_="")
    bot.say(TEAM, "yes", reply_to="bot")
    bot.say(FORUM, "in a topic", thread=7)
    bot.migrate(TEAM)
    bot.block(MIA)
    bot.unblock(MIA)
    return await bot.updates.poll(0, 100, 0)


async def everything_called(platform: ScriptedTelegram, bot: Bot) -> list[tuple[str, Any, Any]]:
    """(method, parameters, result) of every method that this platform has."""
    ours = bot.take(bot.chat(MIA), "x", [], sent="x", format_="")["message_id"]
    file = bot.files.add(Given("document"))["document"]["file_id"]
    calls: list[tuple[str, dict[str, Any]]] = [
        ("getMe", {}),
        ("sendMessage", {"chat_id": int(MIA), "text": "<b>x</b>", "parse_mode": "HTML"}),
        (
            "sendMessage",
            {"chat_id": int(MIA), "text": "y", "reply_parameters": {"message_id": ours}},
        ),
        ("editMessageText", {"chat_id": int(MIA), "message_id": ours, "text": "z"}),
        ("sendChatAction", {"chat_id": int(MIA), "action": "typing"}),
        ("getFile", {"file_id": file}),
        ("getUpdates", {"timeout": 0}),
        ("setWebhook", {"url": "http://127.0.0.1:9/x", "secret_token": "s"}),
        ("getWebhookInfo", {}),
        ("deleteWebhook", {"drop_pending_updates": False}),
    ]
    assert {name.lower() for name, _ in calls} == set(METHODS)
    return [(name, told, await METHODS[name.lower()](bot, told)) for name, told in calls]


async def everything_we_call(platform: ScriptedTelegram) -> list[tuple[str, Any]]:
    """(method, parameters) of all that our adapter calls."""
    bot = platform.bot("ours_bot")
    bot.chat(MIA)
    bot.chat(FORUM, is_forum=True)
    media = bot.files.add(Given("document"))["document"]["file_id"]
    async with spoken(bot) as ours:
        line = ours.line
        await ADAPTER.prove(line)
        await ADAPTER.subscribe("https://chat.example.com/x", line)
        await ADAPTER.check(line)
        await ADAPTER.unsubscribe(line)
        await ADAPTER.working(f"{FORUM}/7", line)
        bot.faults.add(Fault("parse"))
        for place in (MIA, f"{FORUM}/7"):
            assert all(isinstance(verdict, Sent) for verdict in await ours.send(place, "**hi**"))
        assert [piece async for piece in ADAPTER.fetch(MediaRef(media), line)]
    assert len({method for method, _ in bot.requests}) == 7
    return list(bot.requests)


@pytest.fixture
async def platform(settings_of_its_own: pytest.MonkeyPatch) -> AsyncIterator[ScriptedTelegram]:
    async with scripted_telegram(settings_of_its_own) as platform:
        yield platform


async def test_telegrams_own_description_knows_all_that_is_said(platform: ScriptedTelegram) -> None:
    api = BotApi(description("telegram-bot-api.json"))
    bot = platform.bot("ada_bot", reads_groups=True)
    for update in await everything_said(bot):
        assert api.wrong_update(update) == []
    for method, told, result in await everything_called(platform, bot):
        assert api.wrong_call(method, told, result) == [], method
    for method, told in await everything_we_call(platform):
        assert api.wrong_call(method, told) == [], method


async def test_aiogram_understands_all_that_is_said(platform: ScriptedTelegram) -> None:
    bot = platform.bot("ada_bot", reads_groups=True)
    questions: list[dict[str, Any]] = [{"update": one} for one in await everything_said(bot)]
    questions += [
        {"method": method, "given": told, "result": result}
        for method, told, result in await everything_called(platform, bot)
    ]
    questions += [
        {"method": method, "given": told} for method, told in await everything_we_call(platform)
    ]
    assert checked("telegram", questions) == [{}] * len(questions)


def ours(html: str) -> dict[str, Any]:
    try:
        text, entities = read_html(html)
    except NotReadable as error:
        return {"refused": f"Can't parse entities: {error}"}
    return {"text": text, "entities": entities}


def test_telegrams_own_parser_reads_the_same() -> None:
    theirs = checked("telegram", [{"html": html} for html in HTML])
    assert {html: ours(html) for html in HTML} == dict(zip(HTML, theirs, strict=True))


def rendered() -> list[tuple[int, Text]]:
    """Parts of many texts as models write them, and worse, each with the limit it keeps."""
    parts = []
    for seed in range(TEXTS):
        limit = LIMITS[seed % len(LIMITS)]
        parts += [(limit, part) for part in render(markdown_of(seed, limit), TELEGRAM, limit)]
    return parts


@pytest.mark.timeout(900 if FULL else 120)
def test_telegrams_own_parser_takes_all_that_is_rendered(figures: Counter[str]) -> None:
    parts = rendered()
    theirs = checked("telegram", [{"html": part.text} for _, part in parts])
    for (limit, part), read in zip(parts, theirs, strict=True):
        assert "refused" not in read, part.text
        assert utf16(read["text"]) <= limit
        assert ours(part.text) == read, "our fake reads the same"
    figures["telegram: parts that its own parser took"] += len(parts)
