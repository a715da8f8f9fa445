"""What people do on Telegram, as Konstruct reads it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from gateway.channels.reader import Raw
from gateway.channels.telegram import READER, normalize_telegram_event
from orchestrator.scripted_telegram import SECRET_HEADER, Bot, Given, ScriptedTelegram
from shared.channels.accounts import Account
from shared.channels.events import Edited, Ignored, Moved, NotGenuine
from shared.channels.telegram.events import read_update
from shared.conversations.receive import Heard
from shared.secrets.sealing import digest

from tests.support.telegram import account_of

MIA, TEAM, FORUM = "1001", "-500", "-1000000000777"


@pytest.fixture
def bot() -> Bot:
    return ScriptedTelegram().bot("ada_bot", token="42:token", reads_groups=True)


@pytest.fixture
def account(bot: Bot) -> Account:
    return account_of(bot)


async def told(bot: Bot) -> list[dict[str, Any]]:
    return await bot.updates.poll(0, 100, 0)


async def heard(bot: Bot, account: Account) -> list[Any]:
    return [read_update(update, account) for update in await told(bot)]


async def test_a_private_message_is_a_talk_known_by_its_person(bot: Bot, account: Account) -> None:
    bot.person(1001, first_name="Mia", language="de")
    bot.say(MIA, "hello 😀", at=1_800_000_000)
    (read,) = await heard(bot, account)
    assert (read.text, read.conversation_key, read.is_group, read.addressed) == (
        "hello 😀",
        None,
        False,
        True,
    )
    assert (read.author.external_id, read.author.display_name, read.author.language) == (
        MIA,
        "Mia",
        "de",
    )
    assert read.sent_at == datetime.fromtimestamp(1_800_000_000, UTC)
    assert (read.told.place, read.told.external_message_id) == (MIA, "1")
    assert read.told.delivery_id == str((await told(bot))[0]["update_id"])
    message = normalize_telegram_event((await told(bot))[0], account)
    assert (message.channel, message.content.text, message.sender.user_id) == (
        "telegram",
        "hello 😀",
        MIA,
    )


async def test_in_a_group_our_name_a_command_or_a_reply_addresses_us(
    bot: Bot, account: Account
) -> None:
    bot.take(bot.chat(TEAM), "yes?", [], sent="yes?", format_="")
    said = {
        "among themselves": False,
        "😀 @Ada_Bot, can you?": True,
        "mail me@ada_bot.example": False,
        "@ada_bottle is nice": False,
        "/price": True,
        "/price@ada_bot now": True,
        "/price@other_bot": False,
    }
    for text in said:
        bot.say(TEAM, text)
    bot.say(TEAM, "and you?", reply_to="bot")
    bot.say(TEAM, "not you", reply_to="2")
    bot.say(
        TEAM,
        "Ada, please",
        entities=[{"type": "text_mention", "offset": 0, "length": 3, "user": {"id": 42}}],
    )
    read = await heard(bot, account)
    assert {one.text: one.addressed for one in read} == said | {
        "and you?": True,
        "not you": False,
        "Ada, please": True,
    }
    assert {(one.conversation_key, one.is_group) for one in read} == {(TEAM, True)}


async def test_each_topic_of_a_forum_is_a_conversation(bot: Bot, account: Account) -> None:
    bot.say(FORUM, "/one", thread=7)
    bot.say(FORUM, "/general")
    bot.say(FORUM, "/reply", message_thread_id=3)  # a thread of replies, and no topic
    assert [one.conversation_key for one in await heard(bot, account)] == [
        f"{FORUM}/7",
        FORUM,
        FORUM,
    ]


async def test_who_speaks_in_a_groups_name_is_a_person_and_bots_are_bots(
    bot: Bot, account: Account
) -> None:
    team = {"id": -500, "type": "group", "title": "Team"}
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    bot.say(TEAM, "/we", sender_chat=team, **{"from": anonymous})
    bot.say(TEAM, "/it", **{"from": anonymous})
    first, second = await heard(bot, account)
    assert (first.is_bot, first.author.external_id, first.author.display_name) == (
        False,
        TEAM,
        "Team",
    )
    assert second.is_bot


async def test_files_come_with_their_names_and_the_largest_of_a_picture(
    bot: Bot, account: Account
) -> None:
    bot.say(MIA, "prices", file=Given("document", b"12345", "prices.pdf", "application/pdf"))
    bot.album(MIA, [Given("photo", b"one"), Given("photo", b"two")], "look")
    bot.say(MIA, file=Given("voice", told_size=False))
    document, first, second, voice = await heard(bot, account)
    (file,) = document.files
    assert (document.text, file.name, file.mime, file.size) == (
        "prices",
        "prices.pdf",
        "application/pdf",
        5,
    )
    assert [one.text for one in (first, second)] == ["look", ""]
    for one in (first, second):
        assert not one.files[0].id.startswith("small")
        assert (one.files[0].name, one.files[0].mime) == ("photo.jpg", "image/jpeg")
    assert (voice.files[0].name, voice.files[0].size) == ("voice.ogg", None)


async def test_what_cannot_be_read_here_is_said_to_be_so(bot: Bot, account: Account) -> None:
    bot.say(MIA, file=Given("sticker"))
    bot.say(MIA, location={"latitude": 1.0, "longitude": 2.0})
    bot.say(MIA, new_chat_title="Service")
    bot.block(MIA)
    sticker, location, service, blocked = await heard(bot, account)
    assert sticker.text == "[sent a sticker 👍, which cannot be shown here]"
    assert location.text == "[sent a location, which cannot be shown here]"
    assert (service, blocked) == (Ignored("service_message"), Ignored("my_chat_member"))


async def test_an_edit_names_its_message_and_each_one_itself(bot: Bot, account: Account) -> None:
    first = bot.say(MIA, "how much is it")
    bot.edit(MIA, first, "how much are two")
    bot.edit(MIA, first, "how much are three")
    message, two, three = await heard(bot, account)
    assert isinstance(two, Edited)
    assert (two.text, two.told.external_message_id) == ("how much are two", first)
    assert two.told.revision != three.told.revision != message.told.revision == ""


async def test_a_group_that_becomes_a_supergroup_has_moved(bot: Bot, account: Account) -> None:
    bot.chat(TEAM)
    new = bot.migrate(TEAM)
    assert await heard(bot, account) == [Moved(TEAM, new)] * 2


async def test_a_links_payload_comes_along(bot: Bot, account: Account) -> None:
    bot.start(MIA, "from-the-website")
    bot.start(MIA)
    with_payload, without = await heard(bot, account)
    assert with_payload.metadata["start"] == "from-the-website"
    assert "start" not in without.metadata


def post(body: bytes, secret: str | None) -> Raw:
    headers = {} if secret is None else {SECRET_HEADER: secret}
    return Raw("POST", {}, headers, body)


async def test_who_knows_the_secret_is_telegram_and_nobody_else(bot: Bot, account: Account) -> None:
    account = replace(account, credentials={"webhook_secret": digest("right")})
    bot.say(MIA, "hello")
    body = orjson.dumps((await told(bot))[0])
    now = datetime.now(UTC)
    READER.verify(post(body, "right"), account.credentials, now)
    for wrong in ("wrong", "", None, digest("right")):
        with pytest.raises(NotGenuine):
            READER.verify(post(body, wrong), account.credentials, now)
    for nothing in ({}, {"webhook_secret": ""}):
        with pytest.raises(NotGenuine):
            READER.verify(post(body, "right"), nothing, now)
        with pytest.raises(NotGenuine):
            READER.verify(post(body, ""), nothing, now)
    assert READER.claim(post(body, "right")) == []
    (read,) = READER.read(post(body, "right"), account)
    assert isinstance(read, Heard)
    for junk in (b"", b"[]", b'"x"', b"{}", b"\xff", b'{"update_id": 1, "message": {}}'):
        with pytest.raises(ValueError):  # noqa: PT011 - whatever it is called
            READER.read(post(junk, "right"), account)
