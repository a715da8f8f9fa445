"""The scripted platform does what its page says, over real HTTP."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import orjson
import pytest
from aiohttp import web
from orchestrator.scripted_channel import Account, Fault, How, ScriptedChannel, sign

WITHIN_S = 20.0


class Listener:
    """A webhook that keeps what it is told; `answers` are the next statuses, then 200."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.requests.append((dict(request.headers), body))
        status = self.answers.pop(0) if self.answers else 200
        if status == 200:
            self.events += orjson.loads(body)["events"]
        return web.Response(status=status)

    @property
    def texts(self) -> list[str]:
        return [event["text"] for event in self.events]


@pytest.fixture
async def platform() -> AsyncIterator[ScriptedChannel]:
    async with ScriptedChannel() as platform:
        yield platform


@pytest.fixture
async def listener() -> AsyncIterator[tuple[Listener, str]]:
    listener = Listener()
    app = web.Application()
    app.router.add_post("/hook", listener.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield listener, f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    await runner.cleanup()


@pytest.fixture
def heard(listener: tuple[Listener, str], platform: ScriptedChannel) -> tuple[Account, Listener]:
    account = platform.account("acme")
    account.webhooks.url = listener[1]
    return account, listener[0]


async def call(
    platform: ScriptedChannel,
    account: Account,
    method: str,
    path: str,
    body: dict[str, Any] | None = None,
    **headers: str,
) -> tuple[int, dict[str, Any], dict[str, str]]:
    headers = {"Authorization": f"Bearer {account.token}"} | headers
    async with (
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as session,
        session.request(method, platform.base_url + path, json=body, headers=headers) as answer,
    ):
        return answer.status, await answer.json(), dict(answer.headers)


async def send(platform: ScriptedChannel, account: Account, text: str, key: str = "") -> int:
    headers = {"Idempotency-Key": key} if key else {}
    body = {"place": "p", "text": text}
    status, _, _ = await call(platform, account, "POST", "/api/messages", body, **headers)
    return status


async def test_what_people_write_arrives_signed_and_in_order(
    heard: tuple[Account, Listener],
) -> None:
    account, listener = heard
    for number in range(5):
        account.say("p", f"message {number}")
    await account.webhooks.all_taken(WITHIN_S)
    assert listener.texts == [f"message {number}" for number in range(5)]
    headers, body = listener.requests[0]
    at = float(headers["X-Scripted-Timestamp"])
    assert sign(account.webhooks.secret, body, at).items() <= headers.items()
    assert not sign("another", body, at).items() <= headers.items()


async def test_what_is_not_taken_comes_again_and_what_is_refused_does_not(
    heard: tuple[Account, Listener],
) -> None:
    account, listener = heard
    listener.answers = [503, 500]
    account.say("p", "again")
    await account.webhooks.all_taken(WITHIN_S)
    assert listener.texts == ["again"]
    assert len({body for _, body in listener.requests}) == 1, "the delivery id stays"
    listener.answers = [401]
    account.say("p", "refused")
    await account.webhooks.all_taken(WITHIN_S)
    assert account.webhooks.counts["given_up"] == 1


async def test_events_are_lost_doubled_and_reordered_as_told(
    heard: tuple[Account, Listener],
) -> None:
    account, listener = heard
    account.say("p", "lost", How(lose=True))
    account.say("p", "same", How(twice="same"))
    account.say("p", "new", How(twice="new"))
    for number in range(4):
        account.say("p", f"held {number}", How(hold=True))
    await account.webhooks.all_taken(WITHIN_S)
    assert sorted(listener.texts) == ["new", "new", "same", "same"]
    ids = [(event["text"], event["delivery"]) for event in listener.events]
    assert len(set(ids)) == 3
    assert account.webhooks.release("reversed") == 4
    await account.webhooks.all_taken(WITHIN_S)
    assert listener.texts[4:] == ["held 3", "held 2", "held 1", "held 0"]
    again = account.webhooks.redeliver(1.0, 0.5)
    await account.webhooks.all_taken(WITHIN_S)
    assert again == 7
    assert "lost" in listener.texts


@pytest.mark.parametrize(("keys", "taken", "asked"), [("repeat", 1, 501), ("ask", 2, 200)])
async def test_a_key_makes_one_message_or_can_be_asked_for(
    platform: ScriptedChannel, keys: Any, taken: int, asked: int
) -> None:
    account = platform.account("acme", keys=keys)
    await send(platform, account, "once", key="k1")
    await send(platform, account, "once", key="k1")
    assert len(account.received) == taken
    status, _, _ = await call(platform, account, "GET", "/api/messages?key=k1")
    assert status == asked


async def test_each_fault_takes_the_message_or_not_as_its_page_says(
    platform: ScriptedChannel,
) -> None:
    account = platform.account("acme")
    statuses = {}
    for kind in ("limit", "error", "blocked", "parse"):
        account.faults.add(Fault(kind))
        statuses[kind] = await send(platform, account, kind)
    assert statuses == {"limit": 429, "error": 500, "blocked": 403, "parse": 400}
    for kind in ("refuse", "stall", "drop", "hang"):
        account.faults.add(Fault(kind))
        with pytest.raises((aiohttp.ClientError, TimeoutError)):
            await send(platform, account, kind)
    assert account.texts("p") == ["drop", "hang"]
    account.faults.add(Fault("limit", place="elsewhere", retry_after=3600))
    assert await send(platform, account, "not befallen") == 200


async def test_a_revoked_token_is_refused_until_it_is_restored(
    platform: ScriptedChannel, heard: tuple[Account, Listener]
) -> None:
    account, listener = heard
    account.revoke()
    assert await send(platform, account, "no") == 401
    await account.webhooks.all_taken(WITHIN_S)
    assert [event["type"] for event in listener.events] == ["revoked"]
    account.restore()
    assert await send(platform, account, "yes") == 200


async def test_another_process_tells_it_all_of_this_over_http(
    platform: ScriptedChannel, listener: tuple[Listener, str]
) -> None:
    _, made, _ = await call(
        platform, platform.account("x"), "POST", "/__account", {"account": "far", "keys": "none"}
    )
    account = platform.accounts["far"]
    assert made == {"token": account.token, "signing_secret": account.webhooks.secret}
    await call(platform, account, "PUT", "/api/webhook", {"url": listener[1]})
    for what, told in (
        ("say", {"place": "p", "text": "first", "message_id": "m1"}),
        ("edit", {"id": "m1", "text": "second", "how": {"delay_s": 0.01}}),
        ("fault", {"kind": "limit", "retry_after": 7}),
    ):
        status, answer, _ = await call(
            platform, account, "POST", f"/__{what}", {"account": "far"} | told
        )
        assert status == 200, answer
    await account.webhooks.all_taken(WITHIN_S)
    assert listener[0].texts == ["first", "second"]
    status, _, headers = await call(
        platform, account, "POST", "/api/messages", {"place": "p", "text": "now"}
    )
    assert (status, headers["Retry-After"]) == (429, "7")
    status, answer, _ = await call(
        platform, account, "POST", "/__fault", {"account": "far", "kind": "sulk"}
    )
    assert status == 400, answer
    assert "sulk" in answer["message"]
    await send(platform, account, "taken")
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{platform.base_url}/__received?account=far") as received,
    ):
        assert [took["text"] for took in await received.json()] == ["taken"]
