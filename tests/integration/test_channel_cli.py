"""`konstruct channel`: an account is connected, looked at, mended and given up by commands."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import psycopg
import pytest
import structlog
from konstruct.doctor.channels import accounts
from orchestrator.jobs.runner import JobRunner
from orchestrator.scripted_channel import Account, Fault, ScriptedChannel
from shared.channels import connections
from shared.errors import ConfigError

from tests.support.cli import Ran, konstruct
from tests.support.jobs import doing_jobs
from tests.support.people import World
from tests.support.scripted import Line, scripted_platform, sending
from tests.support.servers import Database


@pytest.fixture
async def platform(
    database: Database, settings_of_its_own: pytest.MonkeyPatch
) -> AsyncIterator[ScriptedChannel]:
    async with scripted_platform(settings_of_its_own) as platform:
        yield platform


@pytest.fixture
async def jobs(
    platform: ScriptedChannel, settings_of_its_own: pytest.MonkeyPatch
) -> AsyncIterator[JobRunner]:
    # The worker's own words are no part of what a command prints.
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    async with doing_jobs(settings_of_its_own) as runner:
        yield runner
    structlog.reset_defaults()


async def channel(*arguments: object) -> Ran:
    """While the worker's loop turns."""
    return await asyncio.to_thread(konstruct, "channel", *arguments)


async def connected(account: Account, world: World, **changes: str) -> Ran:
    given = {"api_token": account.token, "signing_secret": account.webhooks.secret} | changes
    sets = [f"--set={name}={value}" for name, value in given.items()]
    return await channel(
        "connect", "scripted", "--tenant", world.slug, "--agent", "Ada", *sets, "--json"
    )


async def test_an_account_is_connected_checked_and_given_up(
    jobs: JobRunner, platform: ScriptedChannel, acme: World, superuser: psycopg.Connection
) -> None:
    account = platform.account("acme-shop")
    made = (await connected(account, acme)).json
    assert (made["type"], made["state"], made["external_key"]) == ("scripted", "live", "acme-shop")
    assert made["webhook_url"].endswith(f"/channels/scripted/{made['id']}")
    assert account.webhooks.url == made["webhook_url"], "the platform was told where to post"
    listed = (await channel("list", "--tenant", acme.slug, "--json")).json
    assert [each["id"] for each in listed] == [made["id"]]
    assert account.token not in str(listed)

    assert (await channel("check", made["id"], "--json")).json["state"] == "live"
    account.revoked = True
    failing = (await channel("check", made["id"], "--json")).json
    assert (failing["state"], failing["failing"]) == ("failing", "token_revoked")
    account.restore()
    assert (await channel("check", made["id"], "--json")).json["state"] == "live"

    assert (await channel("disconnect", made["id"], "--json")).json["state"] == "disconnected"
    assert account.webhooks.url is None
    assert secrets_kept(superuser) == [], "what proved it is deleted"
    again = (await connected(account, acme)).json
    assert again["id"] == made["id"], "the same account revives its connection"
    kept = [(UUID(made["id"]), field) for field in ("api_token", "signing_secret")]
    assert secrets_kept(superuser) == kept, "sealed anew, to its new place"
    assert (await channel("check", made["id"], "--json")).json["state"] == "live"


async def test_what_proves_an_account_is_deleted_though_its_platform_is_away(
    jobs: JobRunner,
    platform: ScriptedChannel,
    acme: World,
    superuser: psycopg.Connection,
    settings_of_its_own: pytest.MonkeyPatch,
) -> None:
    settings_of_its_own.setattr("orchestrator.jobs.runner.FIRST_PAUSE_S", 0.01)
    account = platform.account("acme-shop")
    made = (await connected(account, acme)).json
    settings_of_its_own.setenv("KONSTRUCT_SCRIPTED_API_URL", "http://127.0.0.1:1")
    assert "could not be reached" in (await channel("disconnect", made["id"])).sentence
    assert secrets_kept(superuser) == []


async def test_an_account_whose_secret_cannot_be_opened_is_failing_and_nothing_of_it_is_sent(
    jobs: JobRunner, platform: ScriptedChannel, acme: World, superuser: psycopg.Connection
) -> None:
    account = platform.account("acme-shop")
    made = (await connected(account, acme)).json
    superuser.execute("UPDATE secrets SET key_id = '00000000', sealed = 'k1.00000000.c2VhbGVk'")
    assert "cannot be read any more" in (await channel("check", made["id"])).sentence
    (shown,) = (await channel("list", "--json")).json
    assert (shown["state"], shown["failing"]) == ("failing", "secret_unreadable")
    ((details,),) = superuser.execute("SELECT details FROM attention_items")
    assert details["code"] == "secret_unreadable"
    assert "connect the account anew" in details["sentence"]
    assert (await channel("disconnect", made["id"])).code == 1
    assert secrets_kept(superuser) == []
    assert (await connected(account, acme)).json["id"] == made["id"]


async def test_an_account_that_fails_is_mended_by_connecting_it_with_new_credentials(
    jobs: JobRunner, platform: ScriptedChannel, acme: World, superuser: psycopg.Connection
) -> None:
    account = platform.account("acme-shop")
    made = (await connected(account, acme)).json
    account.revoked = True
    assert (await channel("check", made["id"], "--json")).json["state"] == "failing"
    account.restore()
    again = (await connected(account, acme)).json
    assert (again["id"], again["state"]) == (made["id"], "live")
    assert (await channel("check", made["id"], "--json")).json["state"] == "live"
    refused = await connected(account, acme)
    assert "connected already" in refused.sentence, "one that is well is not taken over"


def secrets_kept(superuser: psycopg.Connection) -> list[tuple[UUID, str]]:
    """(row, field) of what proves accounts."""
    rows = superuser.execute(
        "SELECT owner_id, field FROM secrets WHERE owner_table = 'channel_connections'"
        " ORDER BY owner_id, field"
    )
    return [(row_id, field) for row_id, field in rows]


async def test_an_account_that_another_business_has_cannot_be_claimed(
    jobs: JobRunner,
    platform: ScriptedChannel,
    acme: World,
    globex: World,
    superuser: psycopg.Connection,
) -> None:
    account = platform.account("acme-shop")
    await connected(account, acme)
    assert "connected already" in (await connected(account, globex)).sentence
    assert "connected already" in (await connected(account, acme)).sentence
    live = superuser.execute(
        "SELECT tenant_id FROM channel_connections WHERE state <> 'disconnected'"
    )
    assert live.fetchall() == [(acme.id,)]


async def test_wrong_credentials_are_refused_and_not_kept(
    jobs: JobRunner, platform: ScriptedChannel, acme: World, superuser: psycopg.Connection
) -> None:
    refused = await connected(platform.account("acme-shop"), acme, api_token="wrong")
    assert "this token is not good" in refused.sentence
    assert superuser.execute("SELECT config::text FROM channel_connections").fetchall() == [("{}",)]


async def test_a_dead_delivery_is_listed_and_sent_after_all(
    jobs: JobRunner, platform: ScriptedChannel, acme: World, superuser: psycopg.Connection
) -> None:
    account = platform.account("acme-shop")
    made = (await connected(account, acme)).json
    line = Line(made["id"], acme, superuser, account=account)
    mia = line.person("mia")
    account.faults.add(Fault("blocked"))
    line.answer(mia, "long " * 700)
    line.answer(mia, "next")
    async with sending():
        await line.until("dead", "dead", "sent")
        dead = (await channel("deliveries", "--state", "dead", "--json")).json
        assert {each["code"] for each in dead} == {"blocked", "after_a_dead_part"}
        assert {each["to"] for each in dead} == {"•••a"}
        assert "•••a" in (await channel("deliveries")).out
        said = await accounts()
        assert said.startswith("1 live, not sent or of unknown fate: 2 ")
        first = next(each for each in dead if each["n"] == 1)
        again = (await channel("replay", first["id"], "--json")).json
        assert again["parts"] == 2
        await line.until("sent", "sent", "sent")
    texts = account.texts("mia")
    assert texts[0] == "next"
    assert " ".join(texts[1:]).split() == ["long"] * 700
    assert "can be sent again" in (await channel("replay", first["id"])).sentence
    assert await accounts() == "1 live."
    await connections.is_failing(acme.id, UUID(made["id"]), "token_revoked")
    with pytest.raises(ConfigError, match=f"acme-shop of {acme.slug}: token_revoked") as said_so:
        await accounts()
    assert made["id"] in said_so.value.message


async def test_a_secret_comes_from_standard_input_and_stands_on_no_command_line(
    jobs: JobRunner, platform: ScriptedChannel, acme: World
) -> None:
    account = platform.account("acme-shop")
    asked = ("connect", "scripted", "--tenant", acme.slug, "--agent", "Ada", "--json")
    typed = f"{account.token}\n{account.webhooks.secret}\n"
    ran = await asyncio.to_thread(
        konstruct,
        "channel",
        *asked,
        "--set=api_token=-",
        "--set=signing_secret=-",
        typed=typed,
    )
    assert ran.json["state"] == "live"
    assert account.token not in ran.out + ran.err
    kinds = {each["type"]: each for each in (await channel("kinds", "--json")).json}
    assert kinds["scripted"]["form"]["properties"]["api_token"]["writeOnly"]
    assert "telegram: bot_token" in (await channel("kinds")).out


async def test_what_a_command_is_asked_wrongly_is_said_in_a_sentence(
    platform: ScriptedChannel, acme: World, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    of_acme = ("--tenant", acme.slug, "--agent", "Ada")
    assert "no channel 'fax'" in (await channel("connect", "fax", *of_acme)).sentence
    assert "cannot be connected yet" in (await channel("connect", "signal", *of_acme)).sentence
    nobody = await channel("connect", "scripted", "--tenant", acme.slug, "--agent", "Nobody")
    assert "no employee" in nobody.sentence
    assert (await channel("connect", "scripted", *of_acme, "--set", "token")).code == 2
    assert "no such connection" in (await channel("check", uuid4())).sentence.lower()
    assert "no such delivery" in (await channel("replay", uuid4())).sentence.lower()
    assert "no state 'late'" in (await channel("deliveries", "--state", "late")).sentence
    settings_of_its_own.setenv("KONSTRUCT_DEVELOPMENT_CHANNELS", "false")
    assert "is for development" in (await channel("connect", "scripted", *of_acme)).sentence
