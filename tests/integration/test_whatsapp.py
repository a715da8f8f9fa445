"""WhatsApp, on the scripted platform: what people write is read, answers arrive, fates are told."""

import time
from collections.abc import AsyncIterator
from uuid import uuid4

import aiohttp
import httpx
import psycopg
import pytest
from orchestrator.channels import outside
from orchestrator.channels.adapter import Line, MediaRefused
from orchestrator.channels.outside import OutsideChannel
from orchestrator.channels.port import Turn
from orchestrator.channels.sending import one
from orchestrator.channels.whatsapp.adapter import WhatsAppAdapter
from orchestrator.scripted_whatsapp import Fault, How, sign
from shared.channels import connections
from shared.channels.whatsapp.ids import own_verify_token
from shared.conversations.media import MediaRef

from tests.support.people import World
from tests.support.scripted import sending
from tests.support.servers import Database
from tests.support.waiting import eventually
from tests.support.whatsapp import VERIFY_TOKEN, WhatsAppHere, WhatsAppLine, whatsapp_here


@pytest.fixture
async def here(
    database: Database, settings_of_its_own: pytest.MonkeyPatch, superuser: psycopg.Connection
) -> AsyncIterator[WhatsAppHere]:
    async with whatsapp_here(settings_of_its_own, superuser) as here:
        yield here


@pytest.fixture
async def line(here: WhatsAppHere, acme: World) -> WhatsAppLine:
    return await here.connect(here.platform.number("106540352242922"), acme)


async def test_a_number_is_proved_subscribed_and_told_to_us(
    here: WhatsAppHere, line: WhatsAppLine
) -> None:
    assert line.state() == ("live", None)
    assert line.number.waba in line.number.app.subscribed
    assert line.number.webhooks.url == f"{here.url}{line.path}"
    ((settings, profile),) = line.rows(
        "SELECT config -> 'settings', config -> 'profile' FROM channel_connections"
        " WHERE tenant_id = %s"
    )
    assert settings["display_phone_number"] == "+15550783881"
    assert profile["name"] == "Acme Bakery"
    assert (await here.check(line))["failing"] is None
    line.number.app.subscribed.clear()
    told = await here.check(line)
    assert told["failing"] == "not_subscribed"
    assert "subscribe" in told["sentence"]


async def test_what_is_not_good_is_said_in_a_sentence_that_helps(
    here: WhatsAppHere, acme: World
) -> None:
    number = here.platform.number("106540352242922")
    job = await here.tried(number, acme, access_token="another")
    assert (job.result or {})["code"] == "190"
    assert "Make a new one" in (job.result or {})["message"]
    job = await here.tried(number, acme, phone_number_id="999999999")
    assert (job.result or {})["code"] == "33"
    assert "phone number ID" in (job.result or {})["message"]


async def test_people_are_known_by_their_business_scoped_id_and_need_no_number(
    line: WhatsAppLine,
) -> None:
    mia, tom = line.number.person("mia"), line.number.person("tom", hidden=True)
    line.number.say("mia", "hello")
    line.number.say("tom", "good evening")
    await line.settled()
    assert sorted(text for text, _ in line.messages()) == ["good evening", "hello"]
    waba = line.number.waba
    assert sorted(line.contacts(), key=str) == sorted(
        [(mia.user_id(waba), mia.wa_id, "Mia"), (tom.user_id(waba), None, "Tom")], key=str
    )


async def test_answers_reach_both_kinds_of_people_in_whatsapp_s_marks(line: WhatsAppLine) -> None:
    line.number.person("tom", hidden=True)
    for who in ("mia", "tom"):
        line.number.say(who, "hello")
    await line.settled()
    async with sending():
        for conversation in line.conversations():
            line.answer(conversation, "**Yes**, [here](https://example.com).")
        await line.until("sent", "sent")
        await line.settled()
    for who in ("mia", "tom"):
        assert line.number.texts(who) == ["*Yes*, here (https://example.com)."]
    assert line.reported() == [("sent", True, False)] * 2


async def test_a_new_number_is_the_same_person(line: WhatsAppLine) -> None:
    for who, hidden in (("mia", False), ("tom", True)):
        line.number.person(who, hidden=hidden)
        line.number.say(who, "before")
        await line.settled()
        line.number.move(who)
        await line.settled()
        line.number.say(who, "after")
    await line.settled()
    assert len(line.conversations()) == 2
    mia = line.number.person("mia")
    assert (mia.user_id(line.number.waba), mia.wa_id, "Mia") in line.contacts()


async def test_every_kind_of_message_says_what_it_is(line: WhatsAppLine) -> None:
    number = line.number
    number.attach("mia", "image", b"cake", "image/jpeg", caption="This one?")
    place = {"latitude": 37.4, "longitude": -122.1, "name": "Shop", "address": "Main St 1"}
    number.say("mia", kind="location", content=place)
    person = {"name": {"formatted_name": "Lucía"}, "phones": [{"phone": "+1 555"}]}
    number.say("mia", kind="contacts", content=[person])  # type: ignore[arg-type]
    number.say("mia", kind="button", content={"payload": "p", "text": "Yes"})
    reply = {"type": "list_reply", "list_reply": {"id": "1", "title": "Express"}}
    number.say("mia", kind="interactive", content=reply)
    number.say("mia", kind="unsupported", errors=[{"code": 131051, "title": "unknown"}])
    number.say("mia", kind="reaction", content={"message_id": "wamid.1", "emoji": "👍"})
    await line.settled()
    assert sorted(text for text, _ in line.messages()) == [
        "Express",
        "This one?",
        "Yes",
        "[a message of a kind that cannot be read here]",
        "[contact: Lucía, +1 555]",
        "[location: Shop, Main St 1 (37.4, -122.1)]",
    ]


async def test_an_album_s_requests_at_once_are_a_message_each(line: WhatsAppLine) -> None:
    for number in range(8):
        line.number.attach(
            "mia", "image", b"x", "image/jpeg", How(twice="same"), caption=f"{number}"
        )
    await line.settled()
    assert sorted(text for text, _ in line.messages()) == [str(number) for number in range(8)]
    assert len(line.conversations()) == 1


async def test_one_request_of_the_operator_s_app_holds_several_businesses_messages(
    here: WhatsAppHere, acme: World, globex: World
) -> None:
    numbers = [here.platform.number(f"10000000{n}", app="operator") for n in (1, 2)]
    lines = [
        await here.connect(number, world, own_app=False)
        for number, world in zip(numbers, (acme, globex), strict=True)
    ]
    for number, text in zip(numbers, ("to acme", "to globex"), strict=True):
        number.say("mia", text, How(lose=True))
    stranger = here.platform.number("100000009", app="operator")
    stranger.say("mia", "to nobody here", How(lose=True))
    assert await here.platform.tell_together(*numbers, stranger) == 200
    assert [[text for text, _ in line.messages()] for line in lines] == [["to acme"], ["to globex"]]


async def test_a_request_is_proved_by_its_app_and_speaks_of_its_number_alone(
    here: WhatsAppHere, line: WhatsAppLine, globex: World
) -> None:
    other = here.platform.number("100000002", app="another")
    its = await here.connect(other, globex)
    other.say("mia", "hello", How(lose=True))
    body = other.webhooks.body_of(other.told[-1:])
    async with httpx.AsyncClient(base_url=here.url) as client:
        for secret, path, status in (
            (other.app.secret, line.path, 401),  # another's proof
            (line.number.app.secret, line.path, 401),  # our proof, another's number
            (line.number.app.secret, its.path, 401),
            (line.number.app.secret, "/channels/whatsapp/events", 401),  # not the operator's
            ("", line.path, 401),
            (other.app.secret, its.path, 200),
        ):
            headers = sign(secret, body)
            assert (await client.post(path, content=body, headers=headers)).status_code == status
        assert (await client.post(its.path, content=body)).status_code == 401
    assert line.messages() == []
    assert len(its.messages()) == 1


async def test_meta_s_greeting_is_answered_to_whoever_knows_the_token(
    here: WhatsAppHere, acme: World
) -> None:
    number = here.platform.number("106540352242922")
    line = await here.connect(number, acme, verify_token="by-hand")

    async def greeted(path: str, token: str, **more: str) -> tuple[int, str]:
        query = {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": "1158201444"}
        async with httpx.AsyncClient(base_url=here.url) as client:
            answer = await client.get(path, params=query | more)
        return answer.status_code, answer.text

    app = "/channels/whatsapp/events"
    assert await greeted(line.path, "by-hand") == (200, "1158201444")
    assert await greeted(line.path, own_verify_token(number.app.secret)) == (200, "1158201444")
    assert await greeted(app, VERIFY_TOKEN) == (200, "1158201444")
    for path, token in ((line.path, "wrong"), (line.path, ""), (app, "by-hand")):
        assert (await greeted(path, token))[0] == 401
    assert (await greeted(app, VERIFY_TOKEN, **{"hub.mode": "unsubscribe"}))[0] == 401


async def test_two_businesses_claim_one_number_and_the_second_fails(
    here: WhatsAppHere, line: WhatsAppLine, globex: World
) -> None:
    job = await here.tried(line.number, globex)
    assert job.state == "failed"
    assert (job.result or {})["code"] == "account_taken"


async def test_what_fails_afterwards_says_why_and_ends_its_message(line: WhatsAppLine) -> None:
    line.number.say("mia", "hello")
    await line.settled()
    (conversation,) = line.conversations()
    line.number.fails.append(131026)
    line.answer(conversation, "lost")
    async with sending():
        await line.until("dead")
        line.answer(conversation, "arrives")
        await line.until("dead", "sent")
        await line.settled()
    assert [code for _, _, code in line.deliveries()] == ["131026", None]
    ((details,),) = line.rows(
        "SELECT details ->> 'code' FROM attention_items WHERE tenant_id = %s"
        " AND kind = 'delivery_dead'"
    )
    assert details == "131026"
    assert line.number.texts("mia") == ["arrives"]


async def test_what_fails_for_now_is_sent_again(line: WhatsAppLine) -> None:
    line.number.say("mia", "hello")
    await line.settled()
    line.number.fails.append(131056)
    line.answer(line.conversations()[0], "in a moment")
    async with sending():
        await eventually(lambda: line.number.texts("mia") == ["in a moment"], "sent again")
        await line.until("sent")
        await line.settled()
        line.number.webhooks.redeliver(1.0, 0.0)
        await line.settled()
    assert line.deliveries() == [("sent", 1, None)]
    assert line.number.texts("mia") == ["in a moment"], "the failure told again is not about it"


@pytest.mark.parametrize(
    ("code", "becomes", "account"),
    [(131026, "dead", "live"), (190, "ready", "failing"), (130429, "ready", "live")],
)
async def test_each_refusal_ends_a_message_or_makes_it_wait(
    line: WhatsAppLine, code: int, becomes: str, account: str
) -> None:
    line.number.say("mia", "hello")
    await line.settled()
    line.number.codes.append((code, 3_600))
    line.answer(line.conversations()[0], "text")
    async with sending():
        await eventually(lambda: line.deliveries()[0][2] == str(code), "refused")
    assert line.deliveries() == [(becomes, 1, str(code))]
    assert line.state()[0] == account


async def test_a_lost_answer_of_meta_s_is_settled_by_the_report(
    line: WhatsAppLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    line.number.say("mia", "hello")
    await line.settled()
    line.number.faults.add(Fault("drop"))
    line.answer(line.conversations()[0], "once")
    async with sending():
        await line.until("sent")
        await line.settled()
    assert line.number.texts("mia") == ["once"]


async def test_without_a_report_it_is_sent_once_more_and_marked(
    line: WhatsAppLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(one, "REPORTED_WITHIN_S", 0.5)
    line.number.say("mia", "hello")
    await line.settled()
    line.number.reports = ()
    line.number.faults.add(Fault("stall"))
    monkeypatch.setattr(one, "CALL_TIMEOUT_S", 1.0)
    line.answer(line.conversations()[0], "maybe")
    async with sending():
        await line.until("sent")
    assert line.number.texts("mia") == ["maybe"]
    assert line.deliveries() == [("sent", 1, "maybe_twice")]


async def test_after_a_day_a_template_asks_the_person_to_write_and_the_answer_waits_for_that(
    here: WhatsAppHere, acme: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(one, "LOOK_AT_WINDOW_S", 0.3)
    number = here.platform.number("106540352242922")
    number.templates.add(("write_again", "en"))
    line = await here.connect(number, acme, template="write_again")
    number.say("mia", "hello", at=time.time() - 90_000)
    await line.settled()
    line.answer(line.conversations()[0], "the answer")
    async with sending():
        await eventually(lambda: number.texts("mia") == ["[template write_again]"], "asked")
        await line.settled()
        assert line.deliveries() == [("ready", 1, "asked_to_write")]
        number.say("mia", "I am here")
        await eventually(lambda: number.texts("mia")[1:] == ["the answer"], "answered")
        await line.until("sent")
        await line.settled()


async def test_without_a_template_what_comes_too_late_says_so(line: WhatsAppLine) -> None:
    line.number.say("mia", "hello", at=time.time() - 90_000)
    await line.settled()
    line.answer(line.conversations()[0], "too late")
    async with sending():
        await line.until("dead")
    assert line.deliveries() == [("dead", 1, "window_shut")]
    assert line.number.texts("mia") == []


async def test_reports_may_come_in_any_order_and_more_than_once(line: WhatsAppLine) -> None:
    line.number.say("mia", "hello")
    await line.settled()
    line.number.reports = ("read", "delivered", "sent", "read")
    line.answer(line.conversations()[0], "text")
    async with sending():
        await line.until("sent")
        await line.settled()
    assert line.reported() == [("sent", True, True)]


async def test_files_are_had_from_meta_alone(here: WhatsAppHere, line: WhatsAppLine) -> None:
    line.number.attach("mia", "document", b"prices" * 1_000, "application/pdf", filename="p.pdf")
    (media_id,) = line.number.media
    account = await connections.account(line.world.id, line.connection_id)
    adapter = WhatsAppAdapter()
    async with _http() as http:
        way = Line(account, http)
        data = b"".join([piece async for piece in adapter.fetch(MediaRef(media_id), way)])
        assert data == b"prices" * 1_000
        with pytest.raises(MediaRefused, match="33"):
            [piece async for piece in adapter.fetch(MediaRef("1" * 16), way)]
    await line.settled()


async def test_a_typing_sign_names_the_message_that_is_answered(
    line: WhatsAppLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = line.number.say("mia", "hello")
    await line.settled()
    (conversation,) = line.conversations()
    turn = Turn(
        tenant_id=line.world.id,
        thread_id=str(conversation),
        run_id=uuid4(),
        message_id=str(uuid4()),
        attempt=1,
        connection_id=str(line.connection_id),
    )
    monkeypatch.setattr(outside, "SIGN_EVERY_S", 0.1)
    async with sending():
        sign = OutsideChannel().preview(turn, lambda: 1.0)
        await eventually(lambda: line.number.shown == [message], "shown")
        another = line.number.say("mia", "and this?")
        await eventually(lambda: line.number.shown == [message, another], "once for each message")
        sign.close()


async def test_what_is_given_up_hears_nothing_more(here: WhatsAppHere, line: WhatsAppLine) -> None:
    await here.disconnect(line)
    assert line.number.webhooks.url is None
    ((config,),) = line.rows("SELECT config::text FROM channel_connections WHERE tenant_id = %s")
    assert line.number.access_token not in config
    assert line.number.app.secret not in config


def _http() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(trust_env=False)
