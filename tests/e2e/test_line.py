"""The page never lies about its line, and what was typed meanwhile arrives once."""

import asyncio

import httpx
import pytest
from playwright.async_api import expect

from tests.support.people import World
from tests.support.portal_page import PortalPage, Visit, asks_for, numbered
from tests.support.processes import Gateway
from tests.support.stack import Stack

RECONNECTING = "The connection was lost. Reconnecting…"
TOKEN_S = 4
WORDS = 60
OFFLINE = "You are offline. What you write is sent when you are back."


async def test_a_message_typed_offline_is_sent_once_when_the_line_is_back(
    visit: Visit, acme: World
) -> None:
    page = await talking(visit, acme)
    await page.device.context.set_offline(True)
    await expect(page.line).to_have_text(OFFLINE)
    await page.say(asks_for(5))
    await expect(page.articles.last).to_contain_text("Will be sent when the connection is back")
    await page.device.context.set_offline(False)
    await page.expect_whole(5, answers=2)
    await expect(page.line).to_be_empty()
    await page.page.reload()
    await page.expect_whole(5, answers=2)
    await expect(page.own).to_have_count(2)


async def test_a_message_typed_offline_survives_a_closed_tab(visit: Visit, acme: World) -> None:
    page = await talking(visit, acme)
    await page.device.context.set_offline(True)
    await expect(page.line).to_have_text(OFFLINE)
    await page.say(asks_for(5))
    address = page.page.url
    await page.page.close()
    await page.device.context.set_offline(False)
    again = PortalPage(await page.device.tab(), page.device)
    await again.page.goto(address)
    await again.expect_whole(5, answers=2)
    await expect(again.own).to_have_count(2)


async def test_a_gateway_that_dies_in_the_middle_of_an_answer_costs_no_word(
    visit: Visit, acme: World, mortal: Gateway
) -> None:
    page = await talking(visit, acme, gateway=mortal)
    await page.say(asks_for(60, rate=15))
    await expect(page.answers).to_have_count(2)
    await page.expect_begun()
    await asyncio.to_thread(mortal.kill)
    await expect(page.line).to_have_text(RECONNECTING)
    await page.say(asks_for(5))
    await asyncio.to_thread(mortal.start)
    await page.expect_whole(5, answers=3)
    assert await page.shown_words(1) == numbered(60).split()
    await expect(page.own).to_have_count(3)
    await expect(page.line).to_be_empty()


async def test_without_a_gateway_the_page_says_so(
    visit: Visit, acme: World, mortal: Gateway
) -> None:
    stranger, anna = await visit(gateway=mortal), await talking(visit, acme, gateway=mortal)
    await expect(stranger.log_in_form).to_be_visible()
    await asyncio.to_thread(mortal.kill)
    await stranger.log_in(acme.anna.email, "a password")
    await expect(stranger.page.get_by_role("alert")).to_have_text(
        "Konstruct cannot be reached. Check your connection and try again."
    )
    await expect(anna.line).to_have_text(RECONNECTING)


async def test_a_log_in_ended_elsewhere_ends_here(visit: Visit, acme: World, stack: Stack) -> None:
    page = await talking(visit, acme)
    async with httpx.AsyncClient(base_url=stack.gateways[1].url) as elsewhere:
        ended = await elsewhere.post("/api/portal/auth/logout", headers=acme.anna.headers)
    assert ended.status_code == 204
    await expect(page.log_in_form).to_be_visible()
    await expect(page.page.get_by_role("alert")).to_have_text(
        "You have been logged out. Log in again."
    )


async def test_a_removed_member_is_thrown_out(visit: Visit, acme: World, stack: Stack) -> None:
    page = await talking(visit, acme)
    async with httpx.AsyncClient(base_url=stack.gateways[1].url) as portal:
        removed = await portal.delete(
            f"/api/portal/people/{acme.anna.id}",
            params={"tenant_id": str(acme.id)},
            headers=acme.admin.headers,
        )
    assert removed.status_code == 204
    await expect(page.log_in_form).to_be_visible()
    await expect(page.page.get_by_role("alert")).to_have_text(
        "You do not belong to a business here. Ask an admin to invite you."
    )


async def test_a_token_that_ends_is_renewed_and_nobody_notices(
    visit: Visit, acme: World, shared_stack: Stack
) -> None:
    hasty = {**shared_stack.environment, "KONSTRUCT_ACCESS_TOKEN_TTL_S": f"{TOKEN_S}"}
    gateway = Gateway("hasty", shared_stack.directory, hasty)
    await asyncio.to_thread(gateway.start)
    try:
        page = await talking(visit, acme, gateway=gateway)
        await page.say(asks_for(WORDS, rate=10))
        await page.expect_whole(WORDS, answers=2)
        sockets = [url for url in page.device.requests if "/chat/ws/" in url]
        renewals = [url for url in page.device.requests if url.endswith("/auth/refresh")]
        assert len(sockets) == 1, "one line lived through it all"
        assert 3 <= len(renewals) < 20, "and was renewed in good time, not all the time"
    finally:
        await asyncio.to_thread(gateway.stop)


async def talking(visit: Visit, world: World, **options: object) -> PortalPage:
    """Anna in a conversation with Ada, who has answered her once."""
    page = await visit(world.anna, **options)
    await page.choose("Ada")
    await page.say(asks_for(3))
    await page.expect_whole(3)
    return page


@pytest.fixture(scope="module")
def _mortal(shared_stack: Stack) -> Gateway:
    return Gateway("mortal", shared_stack.directory, shared_stack.environment)


@pytest.fixture
def mortal(_mortal: Gateway, request: pytest.FixtureRequest) -> Gateway:
    """A gateway to be killed. It comes back for the next test."""
    if _mortal.pid is None:
        _mortal.start()
    return _mortal
