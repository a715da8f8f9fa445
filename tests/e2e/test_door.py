"""What a customer sees of a business's chat: on the business's own website, and on its page."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, Frame, Locator, Page, Route, expect

from tests.support.browser import Device
from tests.support.doors import SECRET, open_door, signed
from tests.support.people import World
from tests.support.portal_page import PortalPage, Visit
from tests.support.stack import Stack

SHOP, CLINIC = "http://127.0.0.1:9101", "http://127.0.0.1:9102"
SLOW = '[[model: text="One. Two. Three. Four. Five. Six." pieces=12 rate=4]] please'


@pytest_asyncio.fixture(loop_scope="session")
async def customer(browser: Browser, stack: Stack) -> AsyncIterator[Device]:
    async with Device.of(browser, stack.gateways[0].url) as device:
        yield device
        assert not device.faults, device.faults


async def stand(customer: Device, site: str, door: object) -> Page:
    """A page of another origin, whose policy allows our script and frame and nothing else."""
    home = customer.home

    policy = f"default-src 'none'; script-src {home}; frame-src {home}"
    script = f'<script async src="{home}/w/{door}.js"></script>'

    async def serve(route: Route) -> None:
        await route.fulfill(
            content_type="text/html",
            headers={"Content-Security-Policy": policy},
            body=f'<!doctype html><html lang="en"><title>Site</title><h1>Site</h1>{script}</html>',
        )

    await customer.context.route(f"{site}/*", serve)
    page = await customer.tab()
    await page.goto(f"{site}/")
    return page


async def open_chat(page: Page) -> Frame:
    """By keyboard alone: the button is the first thing there is to go to."""
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    async with asyncio.timeout(20):
        while not (found := [each for each in page.frames if "/c/" in each.url]):
            await page.wait_for_event("framenavigated")
    await expect(found[0].get_by_role("textbox")).to_be_focused()
    return found[0]


async def say(chat: Frame, text: str) -> None:
    await chat.get_by_role("textbox").fill(text)
    await chat.page.keyboard.press("Enter")


def answer(chat: Frame, text: str) -> Locator:
    return chat.locator(".theirs", has_text=text)


async def test_two_sites_have_a_chat_each_that_outlives_a_reload_and_knows_who_is_there(
    customer: Device, acme: World
) -> None:
    shop = await open_door(acme, hosts=SHOP)
    clinic = await open_door(acme, hosts=CLINIC, identity_secret=SECRET)
    page = await stand(customer, SHOP, shop)
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

    other = await stand(customer, CLINIC, clinic)
    chat = await open_chat(other)
    await expect(chat.get_by_text("please")).to_have_count(0)
    await say(chat, "before I log in")
    await expect(answer(chat, "echo: before I log in")).to_be_visible()
    await other.evaluate("(jwt) => konstruct.identify(jwt)", signed(clinic, "ana", name="Ana"))
    await expect(chat.get_by_text("Your conversation goes on")).to_be_visible()
    await say(chat, "now I am Ana")
    await expect(answer(chat, "echo: now I am Ana")).to_be_visible()
    await other.evaluate("(jwt) => konstruct.identify(jwt)", signed(clinic, "ben"))
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
