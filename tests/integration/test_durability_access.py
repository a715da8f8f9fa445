"""A live socket loses access when its person does, on every gateway, within a moment."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import httpx
import pytest
from shared.db import SystemSession
from shared.identity import users as members
from shared.identity.tokens import issue_access_token, verify_access_token
from shared.tenants import repository as tenants

from tests.support import people
from tests.support.chat_client import ChatClient
from tests.support.crowd import make_tabs
from tests.support.people import Person, World
from tests.support.sizes import sized
from tests.support.stack import Stack

PEOPLE = sized(3, full=5)
RACERS = sized(20, full=40)
Revoke = Callable[[Stack, World, Person], Awaitable[None]]


async def _log_out(stack: Stack, world: World, person: Person) -> None:
    async with httpx.AsyncClient(base_url=stack.gateways[0].url, timeout=30) as portal:
        response = await portal.post("/api/portal/auth/logout", headers=person.headers)
    assert response.status_code == 204


async def _remove(stack: Stack, world: World, person: Person) -> None:
    async with SystemSession("identity") as session, session.transaction():
        tenant = await tenants.tenant_by_slug(session, world.slug)
        assert tenant is not None
        await members.remove_member(session, email=person.email, tenant=tenant)


async def _promote(stack: Stack, world: World, person: Person) -> None:
    async with SystemSession("identity") as session, session.transaction():
        tenant = await tenants.tenant_by_slug(session, world.slug)
        assert tenant is not None
        await members.change_role(session, email=person.email, tenant=tenant, role="customer_admin")


REVOCATIONS = [
    pytest.param(_log_out, 4401, "logged_out", id="logged out"),
    pytest.param(_remove, 4403, "membership_ended", id="removed"),
    pytest.param(_promote, 4403, "role_changed", id="another role"),
]


@pytest.mark.parametrize(("revoke", "close_code", "error_code"), REVOCATIONS)
async def test_lost_access_closes_live_sockets_on_every_gateway(
    stack: Stack,
    acme: World,
    figures: Counter[str],
    request: pytest.FixtureRequest,
    revoke: Revoke,
    close_code: int,
    error_code: str,
) -> None:
    slowest = 0.0
    for tab in await make_tabs(acme, PEOPLE):
        async with AsyncExitStack() as opened:
            sockets = await _open_everywhere(stack, tab.person, tab.conversation_id, opened)
            await revoke(stack, acme, tab.person)
            revoked_at = time.monotonic()
            assert {await socket.closed() for socket in sockets} == {close_code}
            slowest = max(slowest, time.monotonic() - revoked_at)
            assert {socket.frames[-1].code for socket in sockets} == {error_code}
    how = request.node.callspec.id
    figures[f"access lost, {how}: seconds until both sockets closed"] = round(slowest, 3)


@pytest.mark.parametrize(("revoke", "close_code", "error_code"), REVOCATIONS)
async def test_no_socket_that_opens_while_access_is_lost_stays_open(
    stack: Stack, acme: World, revoke: Revoke, close_code: int, error_code: str
) -> None:
    """Opening and losing race each other in every order."""

    async def race(number: int, person: Person, url: str) -> None:
        async with await ChatClient.open(url) as socket:
            if number % 2:
                revoking = asyncio.create_task(revoke(stack, acme, person))
                await socket.send(person.auth_frame())
            else:
                await socket.send(person.auth_frame())
                revoking = asyncio.create_task(revoke(stack, acme, person))
            await revoking
            assert await socket.closed() == close_code
            assert socket.frames[-1].code == error_code

    async with asyncio.TaskGroup() as everyone:
        for number, tab in enumerate(await make_tabs(acme, RACERS)):
            url = stack.gateways[number // 2 % 2].socket_url(tab.conversation_id)
            everyone.create_task(race(number, tab.person, url))


async def test_a_socket_ends_with_its_token_unless_a_fresh_one_came(
    stack: Stack, acme: World, figures: Counter[str]
) -> None:
    person = await people.make_person(f"brief.{acme.slug}", acme.id, access_ttl_s=3)
    expires_at = verify_access_token(person.token).expires_at
    conversation_id = await acme.conversation(person)
    async with AsyncExitStack() as opened:
        here, there = await _open_everywhere(stack, person, conversation_id, opened)
        extended = await opened.enter_async_context(await stack.connect(person, conversation_id))
        await extended.send(person.auth_frame(token=_fresh_token(person)))
        for socket in (here, there):
            assert await socket.closed() == 4401
            assert socket.frames[-1].code == "token_expired"
        late = (datetime.now(UTC) - expires_at).total_seconds()
        figures["access lost, token expired: seconds late"] = round(late, 3)
        assert late > 0
        assert (await extended.ask("still me")).status == "complete"


async def test_nobody_else_can_take_a_socket_over(stack: Stack, acme: World) -> None:
    conversation_id = await acme.conversation(acme.anna)
    elsewhere = await people.log_in_again(acme.anna.id)
    async with await stack.connect(acme.anna, conversation_id) as socket:
        for other in (acme.ben, elsewhere):
            await socket.send(other.auth_frame())
            assert (await socket.expect("error")).code == "not_authenticated"
        await socket.send(acme.anna.auth_frame(token=acme.ben.token))
        assert (await socket.expect("error")).code == "not_authenticated"
        assert (await socket.ask("still me")).status == "complete"


async def _open_everywhere(
    stack: Stack, person: Person, conversation_id: object, opened: AsyncExitStack
) -> Sequence[ChatClient]:
    return [
        await opened.enter_async_context(await gateway.connect(person, conversation_id))
        for gateway in stack.gateways
    ]


def _fresh_token(person: Person) -> str:
    claims = verify_access_token(person.token)
    token, _ = issue_access_token(
        user_id=claims.user_id,
        role=claims.role,
        tenant_id=claims.tenant_id,
        session_id=claims.session_id,
        ttl_s=60,
    )
    return token
