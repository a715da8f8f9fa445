"""The scripted WhatsApp does what its page says, over real HTTP."""

import base64
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import orjson
import pytest
from aiohttp import web
from orchestrator.scripted_whatsapp import Fault, How, Number, ScriptedWhatsApp, sign

WITHIN_S = 20.0


class Listener:
    """A webhook that keeps what it is told, and greets back if it is asked with its token."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, bytes]] = []
        self.answers: list[int] = []
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        status = self.answers.pop(0) if self.answers else 200
        if status == 200:
            self.requests.append((request.headers["X-Hub-Signature-256"], body))
        return web.Response(status=status)

    async def greet(self, request: web.Request) -> web.Response:
        if request.query["hub.verify_token"] != "ours":
            return web.Response(status=401)
        return web.Response(text=request.query["hub.challenge"])

    def told(self, what: str) -> list[dict[str, Any]]:
        return [
            each
            for _, body in self.requests
            for entry in orjson.loads(body)["entry"]
            for change in entry["changes"]
            for each in change["value"].get(what, ())
        ]


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    listener = Listener()
    app = web.Application()
    app.add_routes([web.post("/hook", listener.take), web.get("/hook", listener.greet)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    listener.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield listener
    await runner.cleanup()


@pytest.fixture
async def platform() -> AsyncIterator[ScriptedWhatsApp]:
    async with ScriptedWhatsApp() as platform:
        yield platform


@pytest.fixture
def number(platform: ScriptedWhatsApp, listener: Listener) -> Number:
    platform.app().callback_url = listener.url
    return platform.number("106")


async def call(
    platform: ScriptedWhatsApp,
    method: str,
    path: str,
    body: dict[str, Any] | None = None,
    token: str = "",
) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {token}"}
    timeout = aiohttp.ClientTimeout(total=2)
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        session.request(method, platform.base_url + path, json=body, headers=headers) as answer,
    ):
        return answer.status, await answer.json()


async def send(platform: ScriptedWhatsApp, number: Number, **more: Any) -> tuple[int, Any]:
    body = {"messaging_product": "whatsapp", "type": "text", "text": {"body": "hi"}} | more
    return await call(platform, "POST", "/v26.0/106/messages", body, number.access_token)


async def settled(number: Number) -> None:
    await number.webhooks.all_taken(WITHIN_S)


async def test_what_people_write_is_posted_signed_with_the_app_s_secret_until_it_is_taken(
    number: Number, listener: Listener
) -> None:
    listener.answers = [503, 500]
    number.say("mia", "hello")
    await settled(number)
    ((proof, body),) = listener.requests
    assert sign(number.app.secret, body) == {"X-Hub-Signature-256": proof}
    (message,), (contact,) = listener.told("messages"), listener.told("contacts")
    assert message["text"] == {"body": "hello"}
    assert message["from"] == contact["wa_id"]
    assert message["from_user_id"] == contact["user_id"]


async def test_who_has_a_user_name_is_told_without_a_number(
    platform: ScriptedWhatsApp, number: Number, listener: Listener
) -> None:
    tom = number.person("tom", hidden=True)
    number.say("tom", "hello")
    await settled(number)
    (message,), (contact,) = listener.told("messages"), listener.told("contacts")
    assert "from" not in message
    assert "wa_id" not in contact
    for field, arrives in (("recipient", ["hi"]), ("to", ["hi"])):
        status, _ = await send(platform, number, **{field: tom.user_id(number.waba)})
        assert (status, number.texts("tom")) == (200, arrives), "an id in `to` reaches nobody"


async def test_what_becomes_of_a_message_is_reported_with_the_sender_s_key(
    platform: ScriptedWhatsApp, number: Number, listener: Listener
) -> None:
    number.say("mia", "hello")
    mia = number.people["mia"]
    await send(platform, number, to=mia.wa_id, biz_opaque_callback_data="key")
    number.fails.append(131026)
    await send(platform, number, to=mia.wa_id)
    mia.last_wrote_at.clear()
    await send(platform, number, to=mia.wa_id)
    await settled(number)
    told = listener.told("statuses")
    assert sorted(each["status"] for each in told) == ["delivered", "failed", "failed", "sent"]
    assert {each["biz_opaque_callback_data"] for each in told if "biz_opaque_callback_data" in each}
    assert {each["errors"][0]["code"] for each in told if each["status"] == "failed"} == {
        131026,
        131047,
    }
    assert number.texts("mia") == ["hi"]


async def test_refusals_are_meta_s(platform: ScriptedWhatsApp, number: Number) -> None:
    number.say("mia", "hello", How(lose=True))
    mia = number.people["mia"].wa_id
    for more, code in (
        ({"to": mia, "text": {"body": "x" * 4_097}}, 100),
        ({"to": mia, "type": "poll"}, 131051),
        ({}, 131008),
        ({"to": mia, "type": "template", "template": {"name": "t", "language": {}}}, 132001),
    ):
        status, answer = await send(platform, number, **more)
        assert (status, answer["error"]["code"]) == (400, code)
    number.codes.append((80007, 7))
    assert (await send(platform, number, to=mia))[0] == 429
    number.faults.add(Fault("error"))
    assert (await send(platform, number, to=mia))[0] == 500
    number.faults.add(Fault("drop"))
    with pytest.raises(aiohttp.ClientError):
        await send(platform, number, to=mia)
    assert number.texts("mia") == ["hi"], "it was taken"
    number.revoke_after()
    assert (await send(platform, number, to=mia))[1]["error"]["code"] == 190
    number.restore()
    assert (await send(platform, number, to=mia))[0] == 200


async def test_a_number_has_a_webhook_of_its_own_once_that_greets_back(
    platform: ScriptedWhatsApp, number: Number, listener: Listener
) -> None:
    for token, status in (("theirs", 400), ("ours", 200)):
        told = {"override_callback_uri": listener.url, "verify_token": token}
        answer, _ = await call(
            platform, "POST", "/v26.0/106", {"webhook_configuration": told}, number.access_token
        )
        assert answer == status
    assert number.webhooks.url == listener.url


async def test_another_process_tells_it_all_of_this_over_http(
    platform: ScriptedWhatsApp, listener: Listener
) -> None:
    await call(platform, "POST", "/__app", {"name": "far", "callback_url": listener.url})
    status, made = await call(
        platform, "POST", "/__number", {"phone_number_id": "107", "app": "far"}
    )
    assert (status, made["phone_number_id"]) == (200, "107")
    for what, told in (
        ("person", {"name": "tom", "hidden": True}),
        ("say", {"person": "tom", "text": "first", "message_id": "wamid.1"}),
        ("say", {"person": "tom", "text": "old", "ago_s": 90_000}),
        (
            "attach",
            {
                "person": "tom",
                "kind": "image",
                "mime": "image/png",
                "data": base64.b64encode(b"x").decode(),
                "caption": "this",
            },
        ),
        ("move", {"person": "tom"}),
        ("refuse", {"code": 131056}),
    ):
        status, answer = await call(platform, "POST", f"/__{what}", {"number": "107"} | told)
        assert status == 200, answer
    await settled(platform.numbers["107"])
    kinds = sorted(each["type"] for each in listener.told("messages"))
    assert kinds == ["image", "system", "text", "text"]
    body = {"messaging_product": "whatsapp", "type": "text", "text": {"body": "hi"}, "to": "1"}
    _, answer = await call(
        platform, "POST", "/v26.0/107/messages", body, platform.numbers["107"].access_token
    )
    assert answer["error"]["code"] == 131056
    status, answer = await call(platform, "POST", "/__sulk", {"number": "107"})
    assert status == 400
    assert "sulk" in answer["message"]
    assert await call(platform, "GET", "/__received?number=107") == (200, [])
