"""What a customer sees of a business's chat: on the business's own website, and on its page."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, Frame, Locator, Page, expect

from tests.support.browser import Device
from tests.support.doors import SECRET, open_door, signed
from tests.support.people import World
from tests.support.portal_page import PortalPage, Visit
from tests.support.stack import Stack
from tests.support.waiting import eventually

SLOW = '[[model: text="One. Two. Three. Four. Five. Six." pieces=12 rate=4]] please'


@pytest_asyncio.fixture(loop_scope="session")
async def customer(browser: Browser, stack: Stack) -> AsyncIterator[Device]:
    async with Device.of(browser, stack.gateways[0].url) as device:
        yield device
        assert not device.faults, device.faults


@dataclass
class Site:
    """A page of another origin, whose policy allows our script and frame and nothing else."""

    origin: str
    home: str
    door: UUID | None = None

    async def page(self, _: web.Request) -> web.Response:
        script = f'<script async src="{self.home}/w/{self.door}.js"></script>'
        return web.Response(
            content_type="text/html",
            headers={
                "Content-Security-Policy": "default-src 'none';"
                f" script-src {self.home}; frame-src {self.home}"
            },
            text=f'<!doctype html><html lang="en"><title>Site</title><h1>Site</h1>{script}</html>',
        )


@asynccontextmanager
async def serving(home: str) -> AsyncIterator[Site]:
    site, app = Site("", home), web.Application()
    app.router.add_get("/", site.page)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    site.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield site
    finally:
        await runner.cleanup()


async def visited(customer: Device, site: Site) -> Page:
    page = await customer.tab()
    await page.goto(site.origin)
    return page


async def open_chat(page: Page) -> Frame:
    """By keyboard alone: the button is the first thing there is to go to."""
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await eventually(lambda: frames_of_ours(page), "the chat is opened")
    (chat,) = frames_of_ours(page)
    await expect(chat.get_by_role("textbox")).to_be_focused()
    return chat


def frames_of_ours(page: Page) -> list[Frame]:
    return [frame for frame in page.frames if "/c/" in frame.url]


async def say(chat: Frame, text: str) -> None:
    await chat.get_by_role("textbox").fill(text)
    await chat.page.keyboard.press("Enter")


def answer(chat: Frame, text: str) -> Locator:
    return chat.locator(".theirs", has_text=text)


async def test_two_sites_have_a_chat_each_that_outlives_a_reload_and_knows_who_is_there(
    customer: Device, acme: World
) -> None:
    async with serving(customer.home) as shop, serving(customer.home) as clinic:
        shop.door = await open_door(acme, hosts=shop.origin)
        clinic.door = await open_door(acme, hosts=clinic.origin, identity_secret=SECRET)
        await shops_talk_outlives_a_reload(customer, shop)
        await clinics_visitor_becomes_somebody_else(customer, clinic)


async def shops_talk_outlives_a_reload(customer: Device, shop: Site) -> None:
    page = await visited(customer, shop)
    chat = await open_chat(page)
    await say(chat, SLOW)
    await expect(answer(chat, "One. Two.")).to_be_visible()
    await page.reload()
    chat = await open_chat(page)
    await expect(answer(chat, "One. Two. Three. Four. Five. Six.")).to_be_visible()
    await expect(chat.get_by_text("please")).to_have_count(1)
    await page.keyboard.press("Escape")
    await expect(chat.get_by_role("textbox")).not_to_be_visible()
    assert await page.evaluate("document.activeElement.tagName") == "DIV", "the button has focus"


async def clinics_visitor_becomes_somebody_else(customer: Device, clinic: Site) -> None:
    other = await visited(customer, clinic)
    chat = await open_chat(other)
    await expect(chat.get_by_text("please")).to_have_count(0)
    await say(chat, "before I log in")
    await expect(answer(chat, "echo: before I log in")).to_be_visible()
    await other.evaluate("(jwt) => konstruct.identify(jwt)", signed(clinic.door, "ana", name="Ana"))
    await expect(chat.get_by_text("Your conversation goes on")).to_be_visible()
    await say(chat, "now I am Ana")
    await expect(answer(chat, "echo: now I am Ana")).to_be_visible()
    await other.evaluate("(jwt) => konstruct.identify(jwt)", signed(clinic.door, "ben"))
    await expect(chat.get_by_text("Ana")).to_have_count(0)
    await say(chat, "I am Ben")
    await expect(answer(chat, "echo: I am Ben")).to_be_visible()
    await other.evaluate("konstruct.logout()")
    await expect(chat.get_by_text("I am Ben")).to_have_count(0)
    kept = await other.evaluate("Object.keys(localStorage)")
    assert kept == [], "the site's storage knows nobody any more"


async def test_the_page_of_a_door_is_for_everyone(visit: Visit, acme: World, stack: Stack) -> None:
    door = await open_door(
        acme, phone="+34 910 000 000", consent="We keep what you write.", hours="9 to 18"
    )
    seen: PortalPage = await visit(
        path=f"/c/{door}", locale="es-ES", viewport={"width": 320, "height": 640}
    )
    page = seen.page
    await page.get_by_role("textbox").fill("Hola")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("checkbox")).to_be_focused()
    await page.keyboard.press("Space")
    await page.get_by_role("button", name="Enviar").click()
    said = page.get_by_role("listitem").filter(has_text="echo: Hola")
    await expect(said).to_be_visible()
    await said.get_by_role("button", name="No es útil").click()
    await expect(page.get_by_text("Gracias.")).to_be_visible()
    assert await seen.violations() == []
    await page.get_by_role("button", name="Hablar con una persona").click()
    await expect(page.get_by_role("dialog").get_by_text("+34 910 000 000")).to_be_visible()
    assert await seen.violations() == []
    await page.get_by_role("textbox", name=re.compile("contactarle")).fill("ana@example.com")
    await page.get_by_role("button", name="Avisar al equipo").click()
    await expect(
        page.get_by_role("listitem").filter(has_text="contactar en ana@example.com.")
    ).to_be_visible()
    await expect(page.get_by_role("button", name="Hablar con una persona")).to_be_focused()
    await page.evaluate("document.documentElement.dir = 'rtl'")
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width <= 320, "nothing goes out of a small screen, in whatever direction"
    await page.reload()
    await expect(said).to_be_visible()
    await page.get_by_text("⋯").click()
    await page.get_by_role("button", name="Borrar esta conversación").click()
    await page.get_by_role("dialog").get_by_role("button", name="Borrar").click()
    await expect(said).to_have_count(0)
