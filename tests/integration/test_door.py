"""Visitors of a business's own website: let in or refused, answered live, and somebody else in the
next moment."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from shared.config import get_settings

from tests.support.doors import SECRET, Visitor, open_door, signed
from tests.support.heard import rows
from tests.support.people import World
from tests.support.stack import Stack

APOLOGY = "We could not answer this. A colleague was asked to look at it."
SLOW = '[[model: text="One. Two. Three. Four. Five. Six." pieces=12 rate=12]]'


@pytest.fixture
async def http(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=stack.gateways[0].url) as client:
        yield client


async def test_a_visitor_is_answered_live_and_comes_back_in_the_middle_of_an_answer(
    stack: Stack, http: httpx.AsyncClient, acme: World
) -> None:
    visitor = Visitor(stack, http, await open_door(acme))
    assert (await visitor.begin()).status_code == 200
    async with await visitor.open() as tab:
        await tab.expect("ready")
        answer = await tab.ask("Hello")
        assert (answer.status, answer.conversation_id) == ("complete", visitor.conversation_id)
        await tab.say(SLOW)
        asked = await tab.expect("accepted")
        await tab.expect("delta")
    assert (await visitor.begin()).json()["conversation_id"] == str(visitor.conversation_id)
    async with await visitor.open() as tab:
        ready = await tab.expect("ready")
        assert ready.last_seq == asked.seq
        said = [frame.content for frame in tab.of_type("message")]
        assert said == ["Hello", answer.text, SLOW]
        end = await tab.expect("response", reply_to=asked.message_id)
        assert end.text.startswith(tab.streamed(asked.message_id))
        assert end.text == "One. Two. Three. Four. Five. Six."


FORGED: dict[str, dict[str, object]] = {
    "another secret": {"key": "another-secret-of-thirty-two-characters"},
    "no signature": {"key": "", "alg": "none"},
    "expired": {"exp": datetime(2026, 1, 1, tzinfo=UTC)},
    "for longer than an hour": {"exp": datetime(2200, 1, 1, tzinfo=UTC)},
    "for another door": {"aud": str(uuid4())},
    "without an end": {"exp": None},
    "without an id of its own": {"jti": None},
    "of nobody": {"sub": ""},
}


async def test_forged_and_expired_proofs_and_visitors_unsigned_are_refused_and_nothing_is_stored(
    stack: Stack, http: httpx.AsyncClient, acme: World, superuser: psycopg.Connection
) -> None:
    door = await open_door(acme, mode="required", identity_secret=SECRET)
    visitor = Visitor(stack, http, door)
    for how, changes in FORGED.items():
        given = {"subject": "ana"} | ({"subject": changes["sub"]} if "sub" in changes else {})
        rest = {name: value for name, value in changes.items() if name != "sub"}
        refused = await visitor.begin(identity=signed(door, **given, **rest))  # type: ignore[arg-type]
        assert refused.status_code == 401, (how, refused.text)
    own = Ed25519PrivateKey.generate()
    public = own.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    as_secret = signed(door, "ana", key="x" * 32, alg="HS256")
    assert (await visitor.begin(identity=as_secret)).status_code == 401
    unsigned = await visitor.begin()
    assert (unsigned.status_code, unsigned.json()["code"]) == (403, "identity_required")
    foreign = await http.post(
        f"/c/{door}/session", json={}, headers={"Origin": "https://elsewhere.example"}
    )
    assert (foreign.status_code, foreign.json()["code"]) == (403, "origin_refused")
    assert rows(superuser, "SELECT 1 FROM contacts WHERE tenant_id = %s", acme.id) == []
    assert rows(superuser, "SELECT 1 FROM visitor_sessions WHERE tenant_id = %s", acme.id) == []
    by_key = await open_door(acme, mode="required", identity_key=public.decode())
    let_in = Visitor(stack, http, by_key)
    taken = signed(by_key, "ana", key=own, alg="EdDSA")
    assert (await let_in.begin(identity=taken)).status_code == 200
    mixed = signed(by_key, "ana", key=public.decode()[:64], alg="HS256")
    assert (await let_in.begin(identity=mixed)).status_code == 401


async def test_who_becomes_known_keeps_the_talk_and_who_becomes_another_sees_nothing_of_it(
    stack: Stack, http: httpx.AsyncClient, acme: World
) -> None:
    door = await open_door(acme, identity_secret=SECRET)
    browser = Visitor(stack, http, door)
    await browser.begin()
    async with await browser.open() as unknown:
        await unknown.expect("ready")
        await unknown.say(SLOW)
        asked = await unknown.expect("accepted")
        talk, token = browser.conversation_id, browser.token
        begun = await browser.begin(identity=signed(door, "ana", name="Ana"))
        assert (begun.json()["adopted"], browser.conversation_id) == (True, talk)
        assert await unknown.closed() == 4401, "the token of somebody unknown is over"
    assert browser.token != token
    async with await browser.open() as ana:
        end = await ana.expect("response", reply_to=asked.message_id)
        assert end.text == "One. Two. Three. Four. Five. Six.", "no reply is lost"
        proof_of_ana = signed(door, "ana")
        again = await browser.begin(identity=proof_of_ana)
        assert (again.json()["adopted"], browser.conversation_id) == (False, talk)
        await browser.begin(identity=signed(door, "ben"))
        assert browser.conversation_id != talk
        assert await ana.closed() == 4401
    async with await browser.open() as ben:
        assert (await ben.expect("ready")).last_seq == 0
        assert not ben.of_type("message")
        assert (await browser.call("DELETE", "session")).status_code == 204
        assert await ben.closed() == 4401
    refused = await browser.begin(identity=proof_of_ana)
    assert refused.json()["code"] == "identity_refused", "it ended with its visit"
    elsewhere = Visitor(stack, http, door)
    await elsewhere.begin(identity=signed(door, "ana"))
    assert elsewhere.conversation_id == talk


async def test_a_person_is_asked_for_an_answer_rated_a_link_followed_and_the_talk_deleted(
    stack: Stack, http: httpx.AsyncClient, acme: World, superuser: psycopg.Connection
) -> None:
    door = await open_door(acme, consent="We keep what you write.")
    visitor = Visitor(stack, http, door)
    without = await visitor.begin()
    assert (without.status_code, without.json()["code"]) == (409, "consent_required")
    assert rows(superuser, "SELECT 1 FROM contacts WHERE tenant_id = %s", acme.id) == []
    page = (await http.get(f"/c/{door}")).text
    version = page.partition('"version":"')[2].partition('"')[0]
    assert (await visitor.begin(agreed_to=version)).status_code == 200
    async with await visitor.open() as tab:
        await tab.expect("ready")
        answer = await tab.ask("Hello")
        asked = {"reach_at": "ana@example.com", "language": "es-MX"}
        assert (await visitor.call("POST", "person", json=asked)).status_code == 204
        told = await tab.expect("message", role="assistant")
        assert told.author.kind == "system"
        assert told.content.endswith("contactar en ana@example.com.")
        assert (await tab.ask("And now?")).status == "complete", "the employee goes on"
        rated = await visitor.call("PUT", f"ratings/{answer.message_id}", json={"good": False})
        assert rated.status_code == 204
        foreign = await visitor.call("PUT", f"ratings/{uuid4()}", json={"good": True})
        assert foreign.status_code == 404
        (item,) = rows(superuser, "SELECT * FROM attention_items WHERE tenant_id = %s", acme.id)
        assert (item["kind"], item["conversation_id"]) == (
            "asked_for_person",
            visitor.conversation_id,
        )
        assert item["details"] == {"reach_at": "ana@example.com"}
        link = (await visitor.call("POST", "link")).json()["url"]
        other = Visitor(stack, http, door, token=link.partition("#")[2])
        assert (await other.begin()).json()["conversation_id"] == str(visitor.conversation_id)
        assert (await visitor.call("DELETE", "conversation")).status_code == 204
        assert await tab.closed() == 4401
    assert (await other.call("POST", "link")).status_code == 401
    (kept,) = rows(superuser, "SELECT * FROM visitor_consents WHERE tenant_id = %s", acme.id)
    assert (kept["text"], kept["version"]) == ("We keep what you write.", version)
    for table in ("channel_messages", "message_ratings"):
        assert rows(superuser, f"SELECT 1 FROM {table} WHERE tenant_id = %s", acme.id) == []


async def test_what_failed_is_told_in_a_customers_words_and_is_an_item_for_the_business(
    stack: Stack, http: httpx.AsyncClient, acme: World, superuser: psycopg.Connection
) -> None:
    visitor = Visitor(stack, http, await open_door(acme))
    await visitor.begin()
    async with await visitor.open() as tab:
        await tab.expect("ready")
        await tab.say("[[model: fail=400]]")
        error = await tab.expect("error")
        end = await tab.expect("response", status="failed")
        assert (error.message, end.text) == (APOLOGY, APOLOGY)
    (item,) = rows(superuser, "SELECT * FROM attention_items WHERE tenant_id = %s", acme.id)
    assert (item["kind"], item["conversation_id"]) == ("answer_failed", visitor.conversation_id)
    assert item["details"]["code"] == end.error_code


async def test_whom_nobody_answers_is_told_so_and_waits_for_the_business(
    stack: Stack, http: httpx.AsyncClient, acme: World, superuser: psycopg.Connection
) -> None:
    visitor = Visitor(stack, http, await open_door(acme))
    await visitor.begin()
    superuser.execute(
        "UPDATE agents SET status = 'paused', paused_notice = 'Back at nine.' WHERE id = %s",
        (acme.agent_id,),
    )
    async with await visitor.open() as tab:
        await tab.expect("ready")
        await tab.say("Hello?")
        refused = await tab.expect("error", code="agent_paused")
        assert refused.notice == "Back at nine."
    (item,) = rows(superuser, "SELECT * FROM attention_items WHERE tenant_id = %s", acme.id)
    assert (item["kind"], item["conversation_id"]) == ("employee_paused", visitor.conversation_id)
    assert "Back at nine." in (await http.get(f"/c/{visitor.door}")).text


async def test_the_page_may_be_framed_by_its_own_sites_alone_and_says_who_is_there(
    stack: Stack, http: httpx.AsyncClient, acme: World, globex: World
) -> None:
    door = await open_door(
        acme, hosts="shop.example, http://127.0.0.1:9000", phone="+34 910 000 000"
    )
    page = await http.get(f"/c/{door}", headers={"Accept-Language": "pt-BR,en;q=0.5"})
    policy = page.headers["content-security-policy"]
    assert "frame-ancestors 'self' https://shop.example http://127.0.0.1:9000" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert '<html lang="pt">' in page.text
    assert "Telefone: +34 910 000 000" in page.text.partition("</noscript>")[0]
    assert "Ada" in page.text.partition("<title>")[2].partition("</title>")[0]
    assert (await http.get(f"/w/{door}.js")).headers["content-type"].startswith("text/javascript")
    for nobody in (uuid4(), "x"):
        assert (await http.get(f"/c/{nobody}")).status_code == 404
        assert (await http.get(f"/w/{nobody}.js")).status_code == 404
        assert (await http.post(f"/c/{nobody}/session", json={})).status_code == 404
    other = Visitor(stack, http, await open_door(globex))
    await other.begin()
    there = Visitor(stack, http, door, token=other.token)
    assert (await there.call("POST", "link")).status_code == 401


async def test_too_many_visits_and_messages_are_refused_by_address_visitor_and_door(
    database: object, settings_of_its_own: pytest.MonkeyPatch, api: httpx.AsyncClient, acme: World
) -> None:
    settings_of_its_own.setenv("KONSTRUCT_VISIT_LIMIT", "2/hour")
    get_settings.cache_clear()
    door = await open_door(acme)
    answers = [(await api.post(f"/c/{door}/session", json={})).status_code for _ in range(3)]
    assert answers == [200, 200, 429]
