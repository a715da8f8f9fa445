"""The socket of news: each person hears which lists to look up again, and nobody of another's."""

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import psycopg
import pytest
from shared.channels import connections

from tests.support import people
from tests.support.chat_client import ChatClient
from tests.support.people import Person, World
from tests.support.stack import Stack

API = "/api/portal"


@pytest.fixture
async def portal(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=stack.gateways[0].url + API) as portal:
        yield portal


async def listening(stack: Stack, person: Person, tenant: World | None = None) -> ChatClient:
    """On the other gateway than REST is asked at."""
    url = f"ws{stack.gateways[1].url.removeprefix('http')}/chat/news"
    client = await ChatClient.open(url)
    await client.send(person.auth_frame(tenant.id if tenant else None))
    await client.expect("listening")
    return client


async def hire(portal: httpx.AsyncClient, world: World, name: str) -> None:
    """News for everybody of the business, so that whoever hears it has heard what came before."""
    hired = await portal.post(
        "/agents", json={"tenant_id": str(world.id), "name": name}, headers=world.admin.headers
    )
    assert hired.status_code == 201


async def heard(client: ChatClient) -> set[str]:
    await client.expect("changed", what="agents")
    return {frame["what"] for frame in client.told if frame["type"] == "changed"}


async def test_a_list_that_changes_is_named_to_those_who_may_see_it(
    stack: Stack, portal: httpx.AsyncClient, acme: World, globex: World
) -> None:
    async with (
        await listening(stack, acme.admin) as admin,
        await listening(stack, acme.anna) as anna,
        await listening(stack, globex.admin) as stranger,
    ):
        invited = await portal.post(
            "/invitations",
            json={
                "tenant_id": str(acme.id),
                "email": "zoe@example.com",
                "role": "customer_operator",
            },
            headers=acme.admin.headers,
        )
        assert invited.status_code == 201
        await hire(portal, acme, "Cleo")
        assert await heard(anna) == {"agents"}, "an operator sees no invitations"
        assert await heard(admin) == {"agents", "invitations"}
        assert not any(frame["type"] == "changed" for frame in stranger.told)
        await hire(portal, globex, "Gustav")
        assert await heard(stranger) == {"agents"}


async def test_what_is_said_to_one_is_news_to_nobody_else_but_the_platforms_admin(
    stack: Stack, portal: httpx.AsyncClient, acme: World, globex: World
) -> None:
    conversation_id = await acme.conversation(acme.anna)
    async with (
        await listening(stack, acme.anna) as anna,
        await listening(stack, acme.ben) as ben,
        await listening(stack, acme.admin) as admin,
        await listening(stack, globex.anna) as stranger,
        await listening(stack, await people.make_platform_admin(), acme) as root,
        await stack.gateways[0].connect(acme.anna, conversation_id) as chat,
    ):
        await chat.ask("hello", status="complete")
        await anna.expect("changed", what="conversations")
        await root.expect("changed", what="conversations")
        await hire(portal, acme, "Cleo")
        await hire(portal, globex, "Gustav")
        for other in (ben, admin, stranger):
            assert await heard(other) == {"agents"}
        assert not any("hello" in str(frame) for frame in (*anna.told, *root.told))


async def test_who_names_anothers_business_hears_nothing_of_it(
    stack: Stack, acme: World, globex: World
) -> None:
    url = f"ws{stack.gateways[0].url.removeprefix('http')}/chat/news"
    async with await ChatClient.open(url) as client:
        await client.send(acme.anna.auth_frame() | {"tenantId": str(globex.id)})
        await client.expect("error", code="not_authenticated")


async def test_a_change_of_rights_ends_the_socket_at_once(
    stack: Stack, portal: httpx.AsyncClient, acme: World
) -> None:
    async with await listening(stack, acme.anna) as anna:
        changed = await portal.patch(
            f"/people/{acme.anna.id}",
            json={"tenant_id": str(acme.id), "role": "customer_admin"},
            headers=acme.admin.headers,
        )
        assert changed.status_code == 200
        await anna.expect("error", code="role_changed", within_s=5)


async def test_the_platforms_admin_hears_the_business_they_look_at(
    stack: Stack, portal: httpx.AsyncClient, acme: World, globex: World
) -> None:
    root = await people.make_platform_admin()
    async with await listening(stack, root, acme) as client:
        for world in (globex, acme):
            renamed = await portal.patch(
                f"/tenants/{world.id}", json={"name": f"{world.name} AG"}, headers=root.headers
            )
            assert renamed.status_code == 200
        await client.expect("changed", what="tenants")


async def test_nothing_is_said_on_it(stack: Stack, acme: World) -> None:
    async with await listening(stack, acme.anna) as client:
        await client.say("hello")
        await client.expect("error", code="nothing_said_here")


async def test_an_account_that_stops_working_is_news_to_its_business(
    stack: Stack, acme: World, globex: World, superuser: psycopg.Connection
) -> None:
    connection_id = uuid4()
    superuser.execute(
        "INSERT INTO channel_connections (id, tenant_id, agent_id, channel_type, external_key,"
        " state) VALUES (%s, %s, %s, 'telegram', %s, 'live')",
        (connection_id, acme.id, acme.agent_id, uuid4().hex),
    )
    async with (
        await listening(stack, acme.anna) as anna,
        await listening(stack, globex.anna) as stranger,
    ):
        await connections.is_failing(acme.id, connection_id, "token_revoked")
        await anna.expect("changed", what="channels")
        await connections.is_well(globex.id, uuid4())
        await stranger.expect("changed", what="channels")
        told = [frame["what"] for frame in stranger.told if frame["type"] == "changed"]
        assert told == ["channels"], "of its own, and once"
