"""What a platform tells us is stored once, for whom it is meant, and only if it is genuine."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import orjson
import psycopg
import pytest
from gateway.changed_accounts import ChangedAccounts
from gateway.realtime.published import Published
from orchestrator.scripted_channel import ScriptedChannel, sign
from shared.channels import connections, credentials
from shared.channels.known_accounts import known_accounts
from shared.db import TenantSession
from shared.redis_keys import account_changed_key
from shared.valkey.batch import get_batch
from shared.valkey.client import get_redis
from sqlalchemy.exc import OperationalError

from tests.support.people import World
from tests.support.scripted import Line, connect, scripted_platform
from tests.support.servers import Database


@pytest.fixture
async def platform(
    database: Database, settings_of_its_own: pytest.MonkeyPatch
) -> AsyncIterator[ScriptedChannel]:
    async with scripted_platform(settings_of_its_own) as platform:
        yield platform
    known_accounts.forget_all()


@dataclass
class Hook:
    """The gateway's route, as the account's platform calls it."""

    api: httpx.AsyncClient
    line: Line

    async def post(self, *events: dict[str, Any], **changes: Any) -> int:
        account = self.line.account
        body = orjson.dumps({"account": changes.get("account", account.name), "events": events})
        secret = changes.get("secret", account.webhooks.secret)
        headers = sign(secret, body, changes.get("at")) | changes.get("headers", {})
        path = changes.get("path", self.line.path)
        return (await self.api.post(path, content=body, headers=headers)).status_code

    def messages(self) -> list[tuple[str, str]]:
        """(text, state of its run) of what people wrote, in order."""
        return [
            (text, state)
            for text, state in self.line.rows(
                "SELECT content, run.state FROM messages AS message LEFT JOIN agent_runs AS run"
                " ON run.message_id = message.id::text WHERE message.tenant_id = %s"
                " AND message.author_kind = 'contact' ORDER BY conversation_id, seq"
            )
        ]


@pytest.fixture
async def hook(
    api: httpx.AsyncClient, platform: ScriptedChannel, acme: World, superuser: psycopg.Connection
) -> Hook:
    return Hook(api, await connect(acme, platform.account("acme"), superuser))


def said(text: str, **changes: Any) -> dict[str, Any]:
    return {
        "delivery": f"d-{uuid4()}",
        "type": "message",
        "id": f"m-{uuid4()}",
        "place": "mia",
        "kind": "direct",
        "thread": None,
        "author": {"id": "mia", "name": "Mia", "bot": False},
        "text": text,
        "at": datetime.now(UTC).isoformat(),
        "revision": "",
    } | changes


async def test_a_message_becomes_a_contact_a_conversation_and_a_run_that_waits_for_quiet(
    hook: Hook,
) -> None:
    assert await hook.post(said("hello", language="de")) == 200
    assert hook.messages() == [("hello", "pending")]
    ((channel, thread, payload, waits, merges, conversation, external_key, contact, language),) = (
        hook.line.rows(
            "SELECT run.channel, run.thread_id, run.payload, run.not_before > clock_timestamp(),"
            " run.may_merge, its.id::text, its.external_key, its.contact_id::text, its.language"
            " FROM agent_runs AS run JOIN conversations AS its ON its.id::text = run.thread_id"
            " WHERE run.tenant_id = %s"
        )
    )
    assert (channel, thread) == ("scripted", conversation)
    assert (external_key, language) == (contact, "de")
    assert waits
    assert merges
    assert payload["content"]["text"] == "", "what was said stays out of the run"
    assert payload["thread_id"] == payload["conversation_id"] == conversation
    assert payload["connection_id"] == str(hook.line.connection_id)
    ((name, address),) = hook.line.rows(
        "SELECT contact.display_name, its.external_id FROM contacts AS contact"
        " JOIN contact_addresses AS its ON its.contact_id = contact.id"
        " WHERE contact.tenant_id = %s"
    )
    assert (name, address) == ("Mia", "mia")


async def test_told_again_it_is_known_under_the_same_delivery_or_another(hook: Hook) -> None:
    first = said("once")
    again = first | {"delivery": "another"}
    assert await hook.post(first) == 200
    assert await hook.post(first) == 200
    assert await hook.post(again, first, again) == 200
    assert await asyncio.gather(*(hook.post(each) for each in (again, first) * 5)) == [200] * 10
    assert hook.messages() == [("once", "pending")]


async def test_two_first_messages_of_one_person_at_once_have_one_conversation(hook: Hook) -> None:
    events = [said(f"message {number}") for number in range(8)]
    assert await asyncio.gather(*(hook.post(event) for event in events)) == [200] * 8
    assert sorted(text for text, _ in hook.messages()) == [f"message {n}" for n in range(8)]
    for table in ("contacts", "contact_addresses", "conversations"):
        ((count,),) = hook.line.rows(f"SELECT count(*) FROM {table} WHERE tenant_id = %s")
        assert count == 1, table


async def test_a_burst_waits_together_for_quiet_but_not_for_ever(hook: Hook) -> None:
    await hook.post(said("one"))
    await hook.post(said("two"))
    times = hook.line.rows("SELECT DISTINCT not_before FROM agent_runs WHERE tenant_id = %s")
    assert len(times) == 1, "both wait for the quiet after the second"
    hook.line.rows(
        "UPDATE agent_runs SET created_at = created_at - interval '4.5 seconds'"
        " WHERE tenant_id = %s RETURNING id"
    )
    await hook.post(said("three"))
    ((waits_s,),) = hook.line.rows(
        "SELECT extract(epoch FROM max(not_before) - clock_timestamp())::float8"
        " FROM agent_runs WHERE tenant_id = %s"
    )
    assert waits_s < 0.6, "whoever has waited for five seconds waits no longer"


async def test_what_does_not_prove_its_platform_is_refused_and_stores_nothing(
    hook: Hook, platform: ScriptedChannel, globex: World
) -> None:
    theirs = await connect(globex, platform.account("globex"), hook.line.superuser)
    event = said("hello")
    assert await hook.post(event, secret="guessed") == 401
    assert await hook.post(event, headers={"X-Scripted-Signature": "v1=é"[:3]}) == 401
    assert await hook.post(event, at=time.time() - 301) == 401, "an old request, played again"
    assert await hook.post(event, at=time.time() + 301) == 401
    assert await hook.post(event, path=theirs.path) == 401, "another business's account"
    assert await hook.post(event, path=theirs.path, secret=theirs.account.webhooks.secret) == 401, (
        "a good signature of an account that the body does not speak of"
    )
    assert await hook.post(event, path=f"/channels/scripted/{uuid4()}") == 404
    assert await hook.post(event, path="/channels/scripted/guessed") == 404
    for line in (hook.line, theirs):
        assert line.rows("SELECT FROM inbound_events WHERE tenant_id = %s") == []


async def test_while_the_database_is_away_the_platform_is_told_to_come_again(
    hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = said("hello")
    await hook.post(said("the account is known", place="tom"))

    async def away(*_: Any, **__: Any) -> Any:
        raise OperationalError(None, None, Exception("away"))

    with monkeypatch.context() as broken:
        broken.setattr("shared.conversations.inbound_events.is_news", away)
        assert await hook.post(event) == 503
    assert await hook.post(event) == 200
    assert ("hello", "pending") in hook.messages()


async def test_what_came_before_its_predecessor_is_stored_all_the_same(hook: Hook) -> None:
    early, late = said("first"), said("second")
    await hook.post(late)
    await hook.post(early)
    assert [text for text, _ in hook.messages()] == ["second", "first"]


async def test_what_bots_say_and_what_is_nobodys_business_is_passed_over(hook: Hook) -> None:
    echo = said("our own words", author={"id": "bot-acme", "name": "", "bot": True})
    group = said("among themselves", kind="group", place="team")
    odd = {"type": "poll", "delivery": "d", "id": "p"}
    assert await hook.post(echo, group, said("   "), odd) == 200
    body = b"not json"
    headers = sign(hook.line.account.webhooks.secret, body)
    answer = await hook.api.post(hook.line.path, content=body, headers=headers)
    assert answer.status_code == 200
    assert hook.messages() == []


async def test_a_group_that_addresses_us_has_one_conversation_of_several_authors(
    hook: Hook,
) -> None:
    for who in ("mia", "tom"):
        author = {"id": who, "name": who.title(), "bot": False}
        await hook.post(said(f"@acme {who}", kind="group", place="team", author=author))
    rows = hook.line.rows(
        "SELECT DISTINCT its.id, its.external_key, its.contact_id, message.author_id"
        " FROM messages AS message JOIN conversations AS its ON its.id = message.conversation_id"
        " WHERE message.tenant_id = %s"
    )
    assert {row[:3] for row in rows} == {(rows[0][0], "team", None)}
    assert len({author for *_, author in rows}) == 2


async def test_what_a_group_says_to_each_other_is_stored_only_where_that_is_wished(
    hook: Hook, platform: ScriptedChannel, globex: World
) -> None:
    wishes = await connect(
        globex,
        platform.account("globex"),
        hook.line.superuser,
        options={"store_unaddressed": True},
    )
    event = said("among themselves", kind="group", place="team")
    for each in (hook, Hook(hook.api, wishes)):
        assert await each.post(event) == 200
    assert hook.messages() == []
    assert Hook(hook.api, wishes).messages() == [("among themselves", None)], "nobody answers it"


async def test_in_a_thread_that_we_are_in_we_are_addressed(hook: Hook) -> None:
    in_thread = {"kind": "group", "place": "team", "thread": "t1"}
    await hook.post(said("before us", **in_thread))
    await hook.post(said("@acme hello", **in_thread))
    await hook.post(said("and another thing", **in_thread))
    await hook.post(said("elsewhere", **in_thread | {"thread": "t2"}))
    await hook.post(said("outside of threads", **in_thread | {"thread": None}))
    assert [text for text, _ in hook.messages()] == ["@acme hello", "and another thing"]


async def test_what_comes_in_by_the_operators_app_finds_its_account(
    hook: Hook,
    platform: ScriptedChannel,
    globex: World,
    settings_of_its_own: pytest.MonkeyPatch,
) -> None:
    from shared.config import get_settings

    theirs = Hook(hook.api, await connect(globex, platform.account("globex"), hook.line.superuser))
    app = {"path": "/channels/scripted/events", "secret": "the-app-s-secret"}
    assert await hook.post(said("no such app here"), **app) == 404
    settings_of_its_own.setenv("KONSTRUCT_SCRIPTED_SIGNING_SECRET", "the-app-s-secret")
    get_settings.cache_clear()
    assert await hook.post(said("for acme"), **app) == 200
    assert await theirs.post(said("for globex"), **app) == 200
    assert await hook.post(said("for nobody here"), account="initech", **app) == 200
    own = {"path": app["path"]}
    assert await hook.post(said("by an account's own secret"), **own) == 401
    assert hook.messages() == [("for acme", "pending")]
    assert theirs.messages() == [("for globex", "pending")]
    body = orjson.dumps({"challenge": "say this"})
    for path, secret in ((app["path"], app["secret"]), (hook.line.path, None)):
        headers = sign(secret or hook.line.account.webhooks.secret, body)
        answer = await hook.api.post(path, content=body, headers=headers)
        assert (answer.status_code, answer.text) == (200, "say this")
    answer = await hook.api.post(app["path"], content=body, headers=sign("guessed", body))
    assert answer.status_code == 401


async def test_our_own_words_come_back_under_our_own_name(hook: Hook) -> None:
    for author in ("bot-acme", "acme"):
        ours = {"id": author, "name": "", "bot": False}
        assert await hook.post(said("our own words", author=ours)) == 200
    assert hook.messages() == []


@pytest.mark.parametrize("begun", [False, True])
async def test_an_edit_replaces_what_nobody_answers_yet_and_is_else_said_too(
    hook: Hook, begun: bool
) -> None:
    event = said("how much is it")
    await hook.post(event)
    if begun:
        hook.line.rows("UPDATE agent_runs SET state = 'running' WHERE tenant_id = %s RETURNING id")
    changed = event | {"type": "edit", "text": "how much are two", "revision": "r1"}
    await hook.post(changed | {"delivery": "e1"})
    await hook.post(changed | {"delivery": "e2"})
    if not begun:
        await hook.post(changed | {"delivery": "e3", "revision": "r2"})  # with unchanged text
    texts = hook.line.rows("SELECT content FROM messages WHERE tenant_id = %s ORDER BY seq")
    new = ("how much are two",)
    assert texts == ([("how much is it",), new] if begun else [new])
    assert hook.line.rows("SELECT edited FROM agent_runs WHERE tenant_id = %s") == [
        (0 if begun else 1,)
    ]


@pytest.mark.parametrize("begun", [False, True])
async def test_a_deleted_message_is_not_answered_if_nobody_answers_it_yet(
    hook: Hook, begun: bool
) -> None:
    event = said("forget it")
    await hook.post(event)
    if begun:
        hook.line.rows("UPDATE agent_runs SET state = 'running' WHERE tenant_id = %s RETURNING id")
    gone = event | {"type": "delete", "text": "", "revision": "deleted", "delivery": "g"}
    await hook.post(gone)
    assert hook.messages() == [("", "running" if begun else "cancelled")]


async def test_what_was_deleted_before_it_came_never_becomes_a_message(hook: Hook) -> None:
    event = said("forget it")
    await hook.post(event | {"type": "delete", "revision": "deleted", "delivery": "g"})
    await hook.post(event)
    assert hook.messages() == []


async def test_late_or_paused_it_is_stored_and_not_answered(
    hook: Hook, acme: World, platform: ScriptedChannel
) -> None:
    yesterday = (datetime.now(UTC) - timedelta(hours=25)).isoformat()
    await hook.post(said("yesterday's", at=yesterday))
    assert hook.messages() == [("yesterday's", None)]
    hook.line.rows("UPDATE agents SET status = 'paused' WHERE tenant_id = %s RETURNING id")
    await hook.post(said("while it is paused"))
    assert hook.messages() == [("yesterday's", None), ("while it is paused", None)]


async def test_without_development_channels_there_is_no_such_channel(
    hook: Hook, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    from shared.config import get_settings

    settings_of_its_own.setenv("KONSTRUCT_DEVELOPMENT_CHANNELS", "false")
    get_settings.cache_clear()
    assert await hook.post(said("hello")) == 404


async def test_a_revoked_token_is_said_of_the_account(hook: Hook) -> None:
    assert await hook.post({"type": "revoked", "delivery": "r", "id": "r"}) == 200
    assert hook.line.rows(
        "SELECT state, failing FROM channel_connections WHERE tenant_id = %s"
    ) == [("failing", "token_revoked")]


async def test_who_writes_without_end_is_taken_for_a_loop(
    hook: Hook, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    from shared.config import get_settings

    settings_of_its_own.setenv("KONSTRUCT_CONTACT_LIMIT", "3/hour")
    get_settings.cache_clear()
    for number in range(5):
        assert await hook.post(said(f"message {number}")) == 200
    assert len(hook.messages()) == 3


async def test_a_secret_that_was_changed_counts_at_once_and_all_gateways_are_told(
    hook: Hook, acme: World
) -> None:
    assert await hook.post(said("hello")) == 200
    async with get_redis().pubsub() as pubsub:
        await pubsub.subscribe(account_changed_key())
        async with TenantSession(acme.id) as session, session.transaction():
            connection = await connections.find(session, hook.line.connection_id)
            await credentials.keep(session, connection, {"signing_secret": "another"})
        await get_batch().empty(2.0)
        async with asyncio.timeout(5):
            while (heard := await pubsub.get_message(timeout=1.0)) is None or (
                heard["type"] != "message"
            ):
                continue
    assert await hook.post(said("still known by the old one")) == 200
    ChangedAccounts().deliver(Published.read(heard["data"]))
    assert await hook.post(said("forged by now")) == 401
    assert await hook.post(said("by the new one"), secret="another") == 200


async def test_an_empty_secret_is_none_and_proves_nothing(hook: Hook, acme: World) -> None:
    async with TenantSession(acme.id) as session, session.transaction():
        connection = await connections.find(session, hook.line.connection_id)
        await credentials.keep(session, connection, {"signing_secret": ""})
    assert hook.line.rows(
        "SELECT field FROM secrets WHERE tenant_id = %s AND owner_table = 'channel_connections'"
    ) == [("api_token",)]
    assert await hook.post(said("hello"), secret="") == 401


async def test_a_secret_that_cannot_be_opened_makes_the_platform_come_again(hook: Hook) -> None:
    hook.line.superuser.execute(
        "UPDATE secrets SET key_id = '00000000', sealed = 'k1.00000000.c2VhbGVk'"
    )
    assert await hook.post(said("hello")) == 503
    assert hook.messages() == []
