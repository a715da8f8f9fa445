"""A marker is entrusted to the running product, used in every way, and looked for everywhere.

Logs of all processes, traces, every command that reaches Valkey (the broker's among them), every
row of every table, what commands print and the API answers.
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import httpx
import psycopg
import pytest
import redis
from konstruct.devstack.ports import LOOPBACK, free_port
from orchestrator.scripted_channel import Account, Fault, ScriptedChannel
from orchestrator.scripted_model import Script, ScriptedModel
from psycopg import sql
from shared.channels.connections import account
from shared.config import get_settings
from shared.errors import BadRequest
from shared.llm_keys.in_use import key_in_use

from tests.support.cli import Ran, konstruct
from tests.support.otlp import Receiver
from tests.support.people import World
from tests.support.servers import Servers
from tests.support.stack import Stack
from tests.support.waiting import eventually

OWN_DB = 3
TOKEN, SECRET = "marker-of-the-token-7a1f", "marker-of-the-secret-9c2e"
WRONG = "marker-of-a-wrong-token-4b6d"
MODEL_KEY = "marker-of-the-key-to-a-model-3c8d"
MARKERS = ("marker-of-", "bWFya2VyLW9m")
"""As it is, and as base64 has it."""


class Overheard:
    """Every command that Valkey gets, from now on."""

    def __init__(self, url: str) -> None:
        self.said: list[str] = []
        # Without a time-out: after one, the line is another that monitors nothing.
        self._valkey = redis.Redis.from_url(url)
        self._over = threading.Event()
        self._listening = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> "Overheard":
        self._listening.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        with suppress(redis.ConnectionError):
            self._valkey.ping()  # the last that is heard
        self._listening.join(5)
        self._valkey.close()

    def _listen(self) -> None:
        with self._valkey.monitor() as monitor:
            while not self._over.is_set():
                try:
                    self.said.append(str(monitor.next_command()))
                except redis.ConnectionError:
                    return  # the server stops before us if the test has failed


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def shared_stack(
    servers: Servers, receiver: Receiver, port: int, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """What `stack` is in this module: everything is logged and traced."""
    database = servers.create_database()
    with Stack(
        tmp_path_factory.mktemp("entrusted"),
        servers.environment(database, valkey_db=OWN_DB),
        database=database,
        gateway_count=1,
        settings={
            "KONSTRUCT_DEVELOPMENT_CHANNELS": "true",
            "KONSTRUCT_SCRIPTED_API_URL": f"http://{LOOPBACK}:{port}",
            "KONSTRUCT_LOG_LEVEL": "DEBUG",
            "KONSTRUCT_EGRESS_ALLOW": "127.0.0.0/8",
            "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url,
        },
        for_gateways={"KONSTRUCT_SECRETS_KEYS": ""},
    ) as stack:
        yield stack


async def test_what_is_entrusted_to_us_shows_nowhere(
    stack: Stack,
    acme: World,
    superuser: psycopg.Connection,
    receiver: Receiver,
    servers: Servers,
    port: int,
    settings_of_its_own: pytest.MonkeyPatch,
) -> None:
    for name, value in stack.environment.items():
        settings_of_its_own.setenv(name, value)
    get_settings.cache_clear()
    with Overheard(servers.redis_url(OWN_DB)) as overheard:
        async with ScriptedChannel(port=port) as platform:
            made = platform.account("acme-shop")
            made.token, made.webhooks.secret = TOKEN, SECRET
            printed, connection_id = await _use_it(made, acme, stack)
            opened = await account(acme.id, connection_id)
            assert opened.credentials["api_token"] == TOKEN, "it is kept, and the test looks for it"
            reprs = [repr(opened), str(opened)]
            more, key_id = await _use_a_key_to_a_model(made, acme)
            printed += more
            key = await key_in_use(acme.id, key_id)
            assert key.secret == MODEL_KEY, "it is kept, too"
            reprs += [repr(key), str(key)]
            answers = await _ask_the_api(stack, acme, connection_id)
            disconnected = await asyncio.to_thread(
                konstruct, "channel", "disconnect", connection_id
            )
        await eventually(
            lambda: any(span.name == "worker.run" for span in receiver.spans()), "traces came"
        )
    places = {
        "logs": "\n".join(process.log_text() for process in stack.processes),
        "what processes print": "\n".join(
            path.read_text() for process in stack.processes if (path := _output(process.output))
        ),
        "traces": "\n".join(map(str, receiver.spans())),
        "Valkey and the broker": "\n".join(overheard.said),
        "commands": "\n".join([*printed, disconnected.out, disconnected.err]),
        "the API": "\n".join(answers),
        "repr": "\n".join(reprs),
        **_tables(superuser),
    }
    assert len(places["logs"]) > 10_000
    assert sum("PUBLISH" in said for said in overheard.said) > 10
    found = [name for name, text in places.items() if any(marker in text for marker in MARKERS)]
    assert found == []


async def _use_it(account: Account, acme: World, stack: Stack) -> tuple[list[str], UUID]:
    """Connect, wrongly and rightly, hear, answer, fail, check; what commands print."""
    shown = []

    async def channel(*arguments: object) -> str:
        ran = await asyncio.to_thread(konstruct, "channel", *arguments)
        shown.extend([ran.out, ran.err])
        return ran.out

    of_acme = ("connect", "scripted", "--tenant", acme.slug, "--agent", "Ada")
    secret = f"--set=signing_secret={SECRET}"
    await channel(*of_acme, f"--set=api_token={WRONG}", secret)
    await channel(*of_acme, f"--set=nonsense={TOKEN}", secret)
    await channel(*of_acme, f"--set=api_token={TOKEN}", secret, "--json")
    ran = await asyncio.to_thread(konstruct, "channel", "list", "--json")
    shown.append(ran.out)
    connection_id = next(each["id"] for each in ran.json if each["state"] == "live")
    account.webhooks.url = f"{stack.gateways[0].url}/channels/scripted/{connection_id}"
    account.say("mia", "hello")
    await eventually(lambda: account.texts("person-mia") != [], "an answer came", within_s=30)
    account.faults.add(Fault("error"))
    account.say("mia", "once more")
    await eventually(lambda: len(account.texts("person-mia")) > 1, "another came", within_s=30)
    account.revoke()
    await channel("check", connection_id)
    account.restore()
    await channel("check", connection_id, "--json")
    await channel("deliveries", "--json")
    return shown, UUID(connection_id)


async def _use_a_key_to_a_model(account: Account, acme: World) -> tuple[list[str], UUID]:
    """Have it answer, then be refused by a server that repeats what it was sent; what commands
    print."""
    shown = []

    async def key(*arguments: object, typed: str = "") -> Ran:
        ran = await asyncio.to_thread(konstruct, "key", *arguments, typed=typed)
        shown.extend([ran.out, ran.err])
        return ran

    async with ScriptedModel(Script(text="With a key."), api_key=MODEL_KEY) as model:
        here = ("add", "--tenant", acme.slug, "--address", model.base_url, "--json")
        added = (await key(*here, typed=f"{MODEL_KEY}\n")).json
        account.say("mia", "and now")
        said = account.texts
        await eventually(lambda: "With a key." in said("person-mia"), "it answered", within_s=30)
    async with ScriptedModel(api_key="another") as refusing:
        here = ("add", "--tenant", acme.slug, "--address", refusing.base_url)
        here += ("--model", "scripted", "--employee", "Ada")
        assert (await key(*here, typed=f"{MODEL_KEY}\n")).code == 1
        account.say("mia", "and then")
        heard = refusing.records.authorizations
        await eventually(lambda: len(heard) > 1, "it was asked for an answer, too", within_s=30)
    await key("list", "--tenant", acme.slug, "--json")
    await key("test", added["id"])
    return shown, UUID(added["id"])


async def _ask_the_api(stack: Stack, acme: World, connection_id: UUID) -> list[str]:
    """Whatever mentions connections, and a forged request."""
    async with httpx.AsyncClient(base_url=stack.gateways[0].url) as http:
        answers = [
            await http.get(path, headers=acme.admin.headers)
            for path in (
                "/api/portal/me",
                f"/api/portal/agents?tenant_id={acme.id}",
                f"/api/portal/tenants/{acme.id}/llm-keys",
                "/readyz",
            )
        ]
        forged = await http.post(f"/channels/scripted/{connection_id}", content=b"{}")
    assert forged.status_code == 401
    return [answer.text + str(answer.headers) for answer in (*answers, forged)]


def _output(path: Path) -> Path | None:
    return path if path.exists() else None


def _tables(superuser: psycopg.Connection) -> dict[str, str]:
    """Each table's rows as text, that of secrets among them: what is sealed does not show."""
    tables = superuser.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind IN ('r', 'p')"
    ).fetchall()
    found = {}
    for (table,) in tables:
        query = sql.SQL("SELECT coalesce(string_agg(t::text, ' '), '') FROM {} AS t")
        row = superuser.execute(query.format(sql.Identifier(table))).fetchone()
        assert row
        found[f"table {table}"] = row[0]
    return found


def test_a_form_that_is_wrong_repeats_nothing_of_it() -> None:
    from shared.channels import forms

    with pytest.raises(BadRequest) as raised:
        forms.fill("scripted", {"api_token": TOKEN, "keys": f"{SECRET}", "x": "y"})
    assert "marker" not in raised.value.message
