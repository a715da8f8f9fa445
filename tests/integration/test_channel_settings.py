"""What a business has said in its name: worded over REST and by commands, said in the next
conversation; and the doors by which a colleague gets to help."""

import asyncio
from typing import Any

import httpx
import psycopg
import pytest
from shared.conversations.receive import receive

from tests.support.cli import konstruct
from tests.support.heard import connect, heard, messages, rows
from tests.support.people import Person, World
from tests.support.servers import Database


def path_of(world: World) -> str:
    return f"/api/portal/tenants/{world.id}/channel-settings"


async def change(api: httpx.AsyncClient, person: Person, world: World, **what: Any) -> Any:
    return await api.patch(path_of(world), json=what, headers=person.headers)


async def test_a_business_words_what_is_said_in_its_name(
    api: httpx.AsyncClient, acme: World, superuser: psycopg.Connection
) -> None:
    worded = {"en": "Soy {agent}, una máquina de {business}.", "pt": "Sou uma máquina."}
    changed = await change(api, acme.admin, acme, says_machine=True, wording={"machine": worded})
    assert changed.status_code == 200
    assert changed.json()["wording"] == {"machine": worded}
    back = await change(api, acme.admin, acme, wording={"machine": {"pt": None}})
    assert back.json()["wording"] == {"machine": {"en": worded["en"]}}
    received = await receive(acme.id, heard(await connect(acme), "hi"))
    assert [m["content"] for m in messages(superuser, received.conversation_id)] == [
        "hi",
        "Soy Ada, una máquina de Acme.",
    ]
    seen = await api.get(path_of(acme), headers=acme.anna.headers)
    assert seen.json() == back.json()
    assert seen.json()["defaults"]["paused"]["es"].startswith("{agent} no responde")


async def test_that_people_are_not_told_of_the_machine_needs_a_reason_and_is_recorded(
    api: httpx.AsyncClient, acme: World, platform_admin: Person, superuser: psycopg.Connection
) -> None:
    await change(api, acme.admin, acme, says_machine=True)
    refused = await change(api, acme.admin, acme, says_machine=False)
    assert (refused.status_code, refused.json()["code"]) == (400, "reason_required")
    off = await change(api, platform_admin, acme, says_machine=False, reason="Our terms say so.")
    assert off.json()["says_machine"] is False
    await change(api, acme.admin, acme, says_machine=False)
    told = rows(superuser, "SELECT * FROM audit_events WHERE tenant_id = %s ORDER BY at", acme.id)
    assert [(each["action"], each["actor_kind"], each["reason"]) for each in told] == [
        ("machine_notice.on", "member", None),
        ("machine_notice.off", "platform_admin", "Our terms say so."),
    ]
    assert told[1]["actor"] == str(platform_admin.id)


async def test_members_look_and_admins_change(
    api: httpx.AsyncClient, acme: World, globex: World
) -> None:
    assert (await change(api, acme.anna, acme, language="es")).status_code == 403
    assert (await change(api, globex.admin, acme, language="es")).status_code == 403
    assert (await api.get(path_of(acme), headers=globex.admin.headers)).status_code == 403
    assert (await change(api, acme.admin, acme, language="de")).status_code == 422
    assert (await change(api, acme.admin, acme, wording={"hello": {}})).status_code == 422


def test_commands_word_it_too(database: Database, acme: World) -> None:
    on = ("--tenant", acme.slug, "--json")
    worded = konstruct("wording", "set", "failed", "Lo miramos.", "--language", "es", *on).json
    own = [each["text"] for each in worded["sentences"] if each["from"] == "this tenant"]
    assert own == ["Lo miramos."]
    assert konstruct("wording", "language", "pt", *on).json["language"] == "pt"
    assert konstruct("wording", "machine", "--on", *on).json["says_machine"]
    assert konstruct("wording", "machine", "--off", *on).sentence.startswith("Say why people")
    assert not konstruct("wording", "machine", "--off", "--reason", "ours", *on).json[
        "says_machine"
    ]
    back = konstruct("wording", "set", "failed", "--default", "--language", "es", *on).json
    assert all(each["from"] == "the default" for each in back["sentences"])
    assert konstruct("wording", "set", "hello", "x", "--language", "es", *on).code == 1
    listed = konstruct("wording", "list", "--tenant", acme.slug)
    assert "opted_out" in listed.out


# ── doors ──────────────────────────────────────────────────────────────────────────────────────


async def test_a_member_shows_their_chat_and_a_colleague_takes_it(
    api: httpx.AsyncClient, acme: World
) -> None:
    conversation_id = await acme.conversation(acme.anna)
    path = f"/api/portal/tenants/{acme.id}/conversations/{conversation_id}"
    early = await api.post(f"{path}/take", headers=acme.ben.headers)
    assert (early.status_code, early.json()["code"]) == (403, "private")
    assert (await api.post(f"{path}/show", headers=acme.ben.headers)).status_code == 403
    shown = await api.post(f"{path}/show", headers=acme.anna.headers)
    assert (shown.status_code, shown.json()["handling"]) == (200, "waiting")
    taken = await api.post(f"{path}/take", headers=acme.ben.headers)
    assert taken.json()["holder_name"] == "Ben"


@pytest.mark.parametrize("helps", [True, False])
async def test_an_employee_goes_on_helping_if_its_admin_says_so(
    api: httpx.AsyncClient, acme: World, helps: bool
) -> None:
    body = {"tenant_id": str(acme.id), "helps_while_waiting": helps}
    changed = await api.patch(
        f"/api/portal/agents/{acme.agent_id}", json=body, headers=acme.admin.headers
    )
    assert changed.json()["helps_while_waiting"] is helps
    conversation_id = await acme.conversation(acme.anna)
    path = f"/api/portal/tenants/{acme.id}/conversations/{conversation_id}"
    await api.post(f"{path}/show", headers=acme.anna.headers)
    history = f"/api/portal/chat/conversations/{conversation_id}/messages"
    (notice,) = (await api.get(history, headers=acme.anna.headers)).json()
    assert ("goes on helping" in notice["content"]) is helps


async def test_commands_open_the_same_doors(
    database: Database, acme: World, superuser: psycopg.Connection
) -> None:
    named = ("--tenant", acme.slug, "--name", "Ada", "--json")
    helping = await asyncio.to_thread(konstruct, "agent", "change", *named, "--helps-while-waiting")
    assert helping.json["helps_while_waiting"] is True
    paused = await asyncio.to_thread(konstruct, "agent", "change", *named, "--status", "paused")
    assert paused.json["status"] == "paused"
    conversation_id = await acme.conversation(acme.anna)
    shown = await asyncio.to_thread(
        konstruct, "inbox", "show", conversation_id, "--as", acme.anna.email, "--json"
    )
    assert shown.json["handling"] == "waiting"
