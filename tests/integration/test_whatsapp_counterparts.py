"""The scripted WhatsApp and our adapter are held against Meta's own description, and pywa."""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from orchestrator.channels.adapter import Line, Sent
from orchestrator.channels.whatsapp.adapter import WhatsAppAdapter
from orchestrator.scripted_whatsapp import Number, ScriptedWhatsApp, sign
from shared.channels.accounts import Account
from shared.channels.whatsapp.codes import meaning_of
from shared.config import get_settings

from tests.support.counterparts import checked
from tests.support.meta_api import MetaApi

ADAPTER = WhatsAppAdapter()
OF_GROUPS = {131020, 131041, 131059, *range(131201, 131216)}
"""Which are not offered."""


@pytest.fixture
async def platform(settings_of_its_own: pytest.MonkeyPatch) -> AsyncIterator[ScriptedWhatsApp]:
    async with ScriptedWhatsApp() as platform:
        settings_of_its_own.setenv("KONSTRUCT_WHATSAPP_API_URL", platform.base_url)
        get_settings.cache_clear()
        yield platform


@pytest.fixture
def number(platform: ScriptedWhatsApp) -> Number:
    number = platform.number("106540352242922", reports=("sent", "delivered", "read"))
    number.templates.add(("write_again", "en"))
    return number


def line_of(number: Number, http: aiohttp.ClientSession) -> Line:
    account = Account(
        id=uuid4(),
        tenant_id=uuid4(),
        agent_id=None,
        channel="whatsapp",
        external_key=number.phone_number_id,
        state="live",
        credentials={"access_token": number.access_token, "app_secret": number.app.secret},
        settings={"phone_number_id": number.phone_number_id, "waba_id": number.waba},
    )
    return Line(account, http, answering="wamid.1")


async def everything_we_call(platform: ScriptedWhatsApp, number: Number) -> None:
    async with aiohttp.ClientSession(trust_env=False) as http:
        line = line_of(number, http)
        await ADAPTER.prove(line)
        await ADAPTER.subscribe("http://127.0.0.1:9/x", line)
        await ADAPTER.check(line)
        await ADAPTER.working("mia", line)
        await ADAPTER.unsubscribe(line)
        for person in ("mia", "tom"):
            number.say(person, "hello")
            for place in (number.people[person].wa_id, number.people[person].user_id(number.waba)):
                (part,) = ADAPTER.render("**hi**")
                assert isinstance(await ADAPTER.send(part, place, uuid4(), line), Sent)
        template = {"name": "write_again", "language": {"policy": "deterministic", "code": "en"}}
        mia = number.people["mia"].wa_id
        assert isinstance(await ADAPTER.send({"template": template}, mia, uuid4(), line), Sent)
        number.codes.append((131026, None))
        await ADAPTER.send({"text": "x"}, mia, uuid4(), line)


def everything_said(number: Number) -> None:
    number.person("tom", hidden=True)
    ours = {"from": number.display_phone_number, "id": "wamid.1"}
    for who in ("mia", "tom"):
        number.say(who, "hello")
        number.attach(who, "image", b"x", "image/jpeg", caption="this?")
        number.attach(who, "document", b"x", "application/pdf", filename="a.pdf")
        number.attach(who, "audio", b"x", "audio/ogg", voice=True)
        number.attach(who, "video", b"x", "video/mp4")
        number.attach(who, "sticker", b"x", "image/webp", animated=False)
        place = {"latitude": 37.4, "longitude": -122.1, "name": "Shop", "address": "Main St 1"}
        number.say(who, kind="location", content=place)
        number.say(who, kind="contacts", content=[{"name": {"formatted_name": "L"}}])  # type: ignore[arg-type]
        number.say(who, kind="button", content={"payload": "p", "text": "Yes"}, context=ours)
        reply = {"type": "button_reply", "button_reply": {"id": "1", "title": "Yes"}}
        number.say(who, kind="interactive", content=reply, context=ours)
        number.say(who, kind="reaction", content={"message_id": "wamid.1", "emoji": "👍"})
        wrong = {"code": 131051, "title": "u", "message": "u", "error_data": {"details": "u"}}
        number.say(who, kind="unsupported", errors=[wrong])
        number.move(who)


async def test_meta_s_own_description_knows_all_that_is_said(
    platform: ScriptedWhatsApp, number: Number
) -> None:
    meta = MetaApi()
    everything_said(number)
    await everything_we_call(platform, number)
    for exchange in platform.exchanges:
        assert meta.wrong_exchange(exchange) == [], (exchange.method, exchange.path)
    assert len({(exchange.method, exchange.path) for exchange in platform.exchanges}) >= 6
    kinds = set()
    for event in number.told:
        body = json.loads(number.webhooks.body_of([event]))
        assert meta.wrong_webhook(body) == [], event
        kinds |= set(event["value"])
    assert {"messages", "statuses", "contacts"} <= kinds


async def test_pywa_reads_all_that_is_said(platform: ScriptedWhatsApp, number: Number) -> None:
    everything_said(number)
    await everything_we_call(platform, number)
    questions = [question(number, [event]) for event in number.told]
    questions.append(question(number, number.told[:2]))
    questions.append(questions[0] | {"secret": "another"})
    *answers, together, forged = checked("whatsapp", questions)
    assert forged == {"genuine": False}
    assert len(together["read"]) == 2
    for event, answer in zip(number.told, answers, strict=True):
        assert answer["genuine"]
        kinds = {message["type"] for message in event["value"].get("messages", ())}
        assert len(answer["read"]) == 1 or kinds == {"system"}, "pywa knows no id that changed"
        for read in answer["read"]:
            assert_same(number, event["value"], read)


def question(number: Number, events: list[dict[str, Any]]) -> dict[str, Any]:
    body = number.webhooks.body_of(events)
    proof = sign(number.app.secret, body)["X-Hub-Signature-256"]
    return {"webhook": body.decode(), "proof": proof, "secret": number.app.secret}


def assert_same(number: Number, value: dict[str, Any], read: dict[str, Any]) -> None:
    if "status" in read:
        (status,) = value["statuses"]
        assert (read["status"], read["message"]) == (status["status"], status["id"])
        assert read["tracker"] == status.get("biz_opaque_callback_data")
    elif "text" in read:
        (message,), (contact,) = value["messages"], value["contacts"]
        assert read["message"] == message["id"]
        assert read["user_id"] == contact["user_id"] == message["from_user_id"]
        assert read["wa_id"] == contact.get("wa_id")
        assert read["text"] == message.get("text", {}).get("body")


async def test_pywa_sends_to_it_and_is_refused_in_its_words(
    platform: ScriptedWhatsApp, number: Number
) -> None:
    number.say("mia", "hello")
    mia = number.people["mia"].wa_id
    asked = {
        "send": f"{platform.base_url}/v26.0",
        "number": number.phone_number_id,
        "token": number.access_token,
        "to": mia,
        "text": "hi",
        "tracker": "ours",
    }
    sent, refused = await _checked([asked, asked | {"token": "another"}])
    assert [took.id for took in number.received] == [sent["id"]]
    assert number.received[0].key == "ours"
    assert refused["refused"] == 190
    number.codes.append((131056, None))
    (limited,) = await _checked([asked])
    assert limited["refused"] == 131056


async def _checked(questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without holding up the platform, which runs on this loop."""
    import asyncio

    return await asyncio.to_thread(checked, "whatsapp", questions)


def test_every_code_that_pywa_knows_of_messages_has_a_meaning() -> None:
    (answer,) = checked("whatsapp", [{"codes": True}])
    of_messages = [
        code
        for code in answer["codes"]
        if code not in OF_GROUPS and (code < 1_000 or code == 80007 or 130_000 <= code < 138_000)
    ]
    assert len(of_messages) > 40
    assert [code for code in of_messages if meaning_of(code) is None] == []
