"""Secrets in the database: written by all, read by who holds the ring, sealed anew in place."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any, LiteralString
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql
from shared.config import get_settings
from shared.db import TenantSession
from shared.errors import ConfigError, Unavailable
from shared.keyrings import PrivateKey, new_key
from shared.secrets import rotation, sealing
from shared.secrets.envelope import SecretUnreadable
from shared.secrets.opening import opened, require_rings
from shared.secrets.sealing import Plain
from shared.secrets.verifying import require_verify_ring, verifying

from tests.support.cli import Ran, konstruct
from tests.support.people import World
from tests.support.servers import Database

TABLE = "channel_connections"


def rings(
    settings: pytest.MonkeyPatch, ring: Sequence[PrivateKey], verify: Sequence[PrivateKey] = ()
) -> None:
    """This process has these rings from now on."""
    settings.setenv("KONSTRUCT_SECRETS_KEYS", ",".join(key.written() for key in ring))
    settings.setenv("KONSTRUCT_SECRETS_SEAL_TO", ",".join(str(key.public) for key in ring))
    if verify:
        settings.setenv("KONSTRUCT_VERIFY_KEYS", ",".join(key.written() for key in verify))
    get_settings.cache_clear()


async def keep(world: World, row_id: UUID, **values: Plain) -> None:
    async with TenantSession(world.id) as session, session.transaction():
        await sealing.keep(session, tenant_id=world.id, table=TABLE, row_id=row_id, values=values)


async def test_workers_open_what_gateways_can_only_store(
    acme: World, superuser: psycopg.Connection, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    row_id = uuid4()
    await keep(
        acme,
        row_id,
        api_token=Plain("send", "token-1"),
        signing_secret=Plain("verify", "secret-1"),
        verify_token=Plain("compare", "compared-1"),
    )
    assert await opened(table=TABLE, row_id=row_id) == {
        "api_token": "token-1",
        "signing_secret": "secret-1",
    }
    settings_of_its_own.delenv("KONSTRUCT_SECRETS_KEYS")  # as in a gateway
    get_settings.cache_clear()
    assert await verifying(table=TABLE, row_id=row_id) == {
        "signing_secret": "secret-1",
        "verify_token": sealing.digest("compared-1"),
    }
    await keep(acme, row_id, api_token=Plain("send", "token-2"))
    with pytest.raises(ConfigError, match="KONSTRUCT_SECRETS_KEYS is not set"):
        await opened(table=TABLE, row_id=row_id)
    stored = superuser.execute("SELECT string_agg(s::text, ' ') FROM secrets s").fetchone()
    assert stored
    for value in ("token-1", "token-2", "secret-1", "compared-1"):
        assert value not in stored[0]


async def test_a_value_is_replaced_and_forgotten_by_its_field(acme: World) -> None:
    row_id, other_row = uuid4(), uuid4()
    await keep(acme, row_id, a=Plain("send", "1"), b=Plain("send", "2"))
    await keep(acme, other_row, a=Plain("send", "3"))
    await keep(acme, row_id, a=Plain("send", "4"))
    assert await opened(table=TABLE, row_id=row_id) == {"a": "4", "b": "2"}
    async with TenantSession(acme.id) as session, session.transaction():
        await sealing.forget(session, table=TABLE, row_id=row_id, fields=["b"])
    assert await opened(table=TABLE, row_id=row_id) == {"a": "4"}
    async with TenantSession(acme.id) as session, session.transaction():
        await sealing.forget(session, table=TABLE, row_id=row_id)
    assert await opened(table=TABLE, row_id=row_id) == {}
    assert await opened(table=TABLE, row_id=other_row) == {"a": "3"}


READS: list[LiteralString] = [
    "SELECT sealed FROM secrets",
    "SELECT * FROM secrets",
    "SELECT field FROM secrets WHERE sealed LIKE 'k1%'",
    "UPDATE secrets SET field = field RETURNING sealed",
    "UPDATE secrets SET field = sealed",
    "DELETE FROM secrets RETURNING *",
    "INSERT INTO secrets (tenant_id, owner_table, owner_id, field, purpose, key_id, sealed)"
    " SELECT tenant_id, owner_table, owner_id, field, purpose, key_id, 'x' FROM secrets"
    " ON CONFLICT (owner_table, owner_id, field) DO UPDATE SET sealed = excluded.sealed",
    "COPY secrets (sealed) TO STDOUT",
]


@pytest.mark.parametrize("query", READS)
async def test_the_applications_role_reads_no_sealed_value_in_any_way(
    acme: World, database: Database, query: LiteralString
) -> None:
    await keep(acme, uuid4(), api_token=Plain("send", "token-1"))
    with psycopg.connect(database.app_url) as app:
        app.execute("SELECT set_config('app.current_tenant', %s, false)", (str(acme.id),))
        app.commit()
        assert app.execute("SELECT count(key_id) FROM secrets").fetchone() == (1,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(query)


async def test_a_sealed_value_copied_into_another_tenants_row_does_not_open(
    acme: World, globex: World, superuser: psycopg.Connection
) -> None:
    ours, theirs = uuid4(), uuid4()
    await keep(acme, ours, api_token=Plain("send", "token of acme"))
    await keep(globex, theirs, api_token=Plain("send", "token of globex"))
    superuser.execute(
        "UPDATE secrets SET sealed = its.sealed FROM secrets AS its"
        " WHERE secrets.owner_id = %s AND its.owner_id = %s",
        (theirs, ours),
    )
    with pytest.raises(SecretUnreadable):
        await opened(table=TABLE, row_id=theirs)
    assert await opened(table=TABLE, row_id=ours) == {"api_token": "token of acme"}


async def test_without_a_key_to_seal_to_nothing_is_kept_and_the_setting_is_named(
    acme: World, superuser: psycopg.Connection, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    for name in ("SECRETS_KEYS", "SECRETS_SEAL_TO", "VERIFY_KEYS"):
        settings_of_its_own.delenv(f"KONSTRUCT_{name}")
    get_settings.cache_clear()
    with pytest.raises(Unavailable, match="KONSTRUCT_SECRETS_SEAL_TO is not set"):
        await keep(acme, uuid4(), api_token=Plain("send", "token-1"))
    with pytest.raises(Unavailable, match="KONSTRUCT_VERIFY_KEYS is not set"):
        await keep(acme, uuid4(), signing_secret=Plain("verify", "secret-1"))
    assert superuser.execute("SELECT count(*) FROM secrets").fetchone() == (0,)


# ── The canary ─────────────────────────────────────────────────────────────────────────────────


async def test_a_worker_with_another_ring_is_refused_at_its_start(
    database: Database, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    right, wrong, verify = new_key(), new_key(), new_key()
    rings(settings_of_its_own, [right], [verify])
    await require_rings()
    await require_rings()
    rings(settings_of_its_own, [new_key(), right], [verify])
    await require_rings()

    rings(settings_of_its_own, [wrong], [verify])
    with pytest.raises(ConfigError) as raised:
        await require_rings()
    for words in ("KONSTRUCT_SECRETS_KEYS", right.id, wrong.id, "Put that key back"):
        assert words in raised.value.message

    rings(settings_of_its_own, [right], [wrong])
    with pytest.raises(ConfigError, match="KONSTRUCT_VERIFY_KEYS does not open"):
        await require_rings()
    with pytest.raises(ConfigError, match="KONSTRUCT_VERIFY_KEYS does not open"):
        await require_verify_ring()
    rings(settings_of_its_own, [wrong], [verify])
    await require_verify_ring()


async def test_a_worker_without_a_ring_is_refused(
    database: Database, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    settings_of_its_own.delenv("KONSTRUCT_SECRETS_KEYS")
    refused = await ran("worker")
    assert refused.code == 1
    assert "KONSTRUCT_SECRETS_KEYS is not set" in refused.sentence


# ── Sealing anew ───────────────────────────────────────────────────────────────────────────────


def everything_but(superuser: psycopg.Connection, *left_out: str) -> dict[str, Any]:
    tables = superuser.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
    ).fetchall()
    found = {}
    for (table,) in tables:
        query = sql.SQL("SELECT to_jsonb(t) FROM {} AS t ORDER BY t::text")
        rows = [row for (row,) in superuser.execute(query.format(sql.Identifier(table)))]
        if table == "secrets":
            rows = sorted(
                ({k: v for k, v in row.items() if k not in left_out} for row in rows),
                key=lambda row: str(row["id"]),
            )
        found[table] = rows
    return found


async def test_everything_is_sealed_anew_in_place_and_nothing_else_changes(
    acme: World,
    globex: World,
    superuser: psycopg.Connection,
    settings_of_its_own: pytest.MonkeyPatch,
) -> None:
    old, new, verify_old, verify_new = (new_key() for _ in range(4))
    rings(settings_of_its_own, [old], [verify_old])
    await require_rings()
    places = {}
    for number in range(250):
        world, row_id = (acme, globex)[number % 2], uuid4()
        places[row_id] = {"api_token": f"token {number}", "signing_secret": f"secret {number}"}
        await keep(
            world,
            row_id,
            api_token=Plain("send", f"token {number}"),
            signing_secret=Plain("verify", f"secret {number}"),
            verify_token=Plain("compare", f"compared {number}"),
        )
    before = everything_but(superuser, "key_id", "sealed")
    rings(settings_of_its_own, [new, old], [verify_new, verify_old])

    first = [progress.resealed async for progress in _first_batch()]
    assert first == [rotation.BATCH], "broken off after one batch"
    done = (await ran("secrets", "rotate", "--json")).json
    assert done["resealed"] == 502 - rotation.BATCH
    assert done["looked_at"] == 502
    assert (await ran("secrets", "rotate", "--json")).json["resealed"] == 0

    assert everything_but(superuser, "key_id", "sealed") == before
    rings(settings_of_its_own, [new], [verify_new])
    await require_rings()
    for row_id, values in places.items():
        assert await opened(table=TABLE, row_id=row_id) == values
    assert {key: count for _, key, count in await rotation.counts()} == {
        new.id: 251,
        verify_new.id: 251,
    }


async def _first_batch() -> Any:
    async for progress in rotation.rotate():
        yield progress
        return


async def test_what_does_not_open_is_counted_and_left_as_it_is(
    acme: World, superuser: psycopg.Connection, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    lost, ring = new_key(), new_key()
    rings(settings_of_its_own, [lost])
    row_id = uuid4()
    await keep(acme, row_id, api_token=Plain("send", "token-1"))
    rings(settings_of_its_own, [ring])
    await keep(acme, uuid4(), api_token=Plain("send", "token-2"))
    before = everything_but(superuser)
    done = await ran("secrets", "rotate", "--json")
    assert done.code == 1
    assert json.loads(done.out)["unreadable"] == {lost.id: 1}
    assert everything_but(superuser) == before
    look = await looked()
    assert look["ok"] is False
    assert f"1 to {lost.id}" in look["message"]
    assert "KONSTRUCT_SECRETS_KEYS" in look["message"]


async def test_doctor_counts_by_key_where_it_cannot_open(
    acme: World, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    ring = new_key()
    rings(settings_of_its_own, [ring])
    await keep(acme, uuid4(), api_token=Plain("send", "token-1"))
    settings_of_its_own.delenv("KONSTRUCT_SECRETS_KEYS")
    look = await looked()
    assert look["ok"] is True
    assert f"1 to {ring.id} (send)" in look["message"]


async def ran(*arguments: object) -> Ran:
    return await asyncio.to_thread(konstruct, *arguments)


async def looked() -> dict[str, Any]:
    """What doctor says of secrets."""
    checks = json.loads((await ran("doctor", "--json")).out)
    return next(each for each in checks if each["name"] == "secrets")
