"""Any screen, any light, any language, with or without a mouse or eyes."""

import datetime as dt
import re
from typing import Any

import psycopg
import pytest
from playwright.async_api import expect

from tests.support import people
from tests.support.people import World
from tests.support.portal_page import PortalPage, Visit, asks_for

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
HELLO = {"en": "Say hello to Ada.", "es": "Saluda a Ada.", "pt": "Diga olá a Ada."}
STORAGE = {
    "forbidden": """for (const name of ["localStorage", "sessionStorage"]) {
      const get = () => { throw new DOMException("", "SecurityError"); };
      Object.defineProperty(window, name, { get });
    }""",
    "full": """Storage.prototype.setItem = () => {
      throw new DOMException("", "QuotaExceededError");
    };""",
}
NOT_ACCEPTED = {"es": "no aceptó esta conversación", "pt": "não aceitou esta conversa"}


async def test_dark_is_dark(visit: Visit, acme: World) -> None:
    brightness = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3)"
    for scheme, is_dark in (("light", False), ("dark", True)):
        page = await visit(color_scheme=scheme)
        await expect(page.log_in_form).to_be_visible()
        rgb = [int(part) for part in await page.page.evaluate(brightness)]
        assert (max(rgb) < 80) is is_dark, f"{scheme}: {rgb}"


async def test_on_a_phone_nothing_is_out_of_reach(visit: Visit, acme: World) -> None:
    page = await visit(acme.anna, **PHONE)
    await expect(page.employees).to_have_count(3)
    assert not await page.scrolls_sideways()
    await page.choose("Ada")
    long = "a" * 300 + " | " + "b " * 50
    table = "| " + " | ".join("abcdefghij") + " |\\n" + "|---" * 10 + "|\\n" + "| word" * 10 + " |"
    await page.say(f'[[model: text="{long}\\n\\n```\\n{long}\\n```\\n\\n{table}\\n\\nthe end"]] go')
    await expect(page.answers.last).to_contain_text("the end")
    assert not await page.scrolls_sideways()

    await page.page.get_by_role("link", name="All your employees").tap()
    await page.button("More").tap()
    menu = page.dialog
    assert await page.violations() == []
    await menu.get_by_role("button", name="Account").tap()
    await expect(page.page.get_by_role("menuitem", name="Log out")).to_be_in_viewport()
    assert not await page.scrolls_sideways()
    await page.page.keyboard.press("Escape")
    await menu.get_by_role("link", name="Employees").tap()
    await expect(page.page.get_by_role("heading", level=1)).to_have_text("Employees")
    await expect(menu).to_be_hidden()
    await page.menu.get_by_role("link", name="Chat").tap()
    await page.choose("Bob")
    await expect(page.page.get_by_role("heading", level=1)).to_have_text("Bob")


async def test_whoever_wants_no_motion_sees_none(visit: Visit, acme: World) -> None:
    page = await visit(acme.anna, reduced_motion="reduce")
    await page.choose("Ada")
    await page.say("[[model: delay=3]] slowly")
    await expect(
        page.articles.or_(page.page.get_by_text("Ada is working on it"))
    ).not_to_have_count(0)
    await expect(page.page.get_by_text("Ada is working on it")).to_be_attached()
    moving = """document.getAnimations().filter((each) => {
      const { duration, iterations } = each.effect.getComputedTiming();
      return duration > 1 || iterations > 1;
    }).length"""
    assert await page.page.evaluate(moving) == 0
    await expect(page.answers).to_have_count(1)


@pytest.mark.parametrize("language", ["es", "pt"])
async def test_the_page_speaks_the_browsers_language_of_failures_too(
    visit: Visit, acme: World, language: str
) -> None:
    page = await visit(
        acme.anna, locale=f"{language}-BR", path=f"/b/{acme.slug}/chat/{acme.agent_id}"
    )
    await expect(page.page.get_by_text(HELLO[language])).to_be_visible()
    assert await page.page.evaluate("document.documentElement.lang") == language
    await page.page.get_by_role("textbox").fill("[[model: fail=400]]")
    await page.page.get_by_role("textbox").press("Enter")
    await expect(page.articles.get_by_text(NOT_ACCEPTED[language])).to_be_visible()


async def test_a_chosen_language_stays(visit: Visit, acme: World) -> None:
    page = await visit(acme.anna, path=f"/b/{acme.slug}/chat/{acme.agent_id}")
    await expect(page.page.get_by_text(HELLO["en"])).to_be_visible()
    await page.account_menu.click()
    await page.page.get_by_role("menuitemradio", name="Español").click()
    await expect(page.page.get_by_text(HELLO["es"])).to_be_visible()
    await page.page.reload()
    await expect(page.page.get_by_text(HELLO["es"])).to_be_visible()


async def test_everything_is_done_by_keyboard_alone(visit: Visit, acme: World) -> None:
    eva = await people.make_person(f"eva.{acme.slug}", acme.id, password="a good long password")
    page = await visit()
    keys = page.page.keyboard
    await expect(page.page.get_by_label("E-mail")).to_be_focused()
    await keys.type(eva.email)
    await keys.press("Tab")
    await keys.type("a good long password")
    await keys.press("Enter")
    await expect(page.employees).to_have_count(3)
    await tab_to(page, "Ada")
    await keys.press("Enter")
    await expect(page.composer).to_be_focused()
    await keys.insert_text(asks_for(400, rate=10))
    await keys.press("Enter")
    await page.expect_begun()
    await tab_to(page, "Stop the answer")
    await keys.press("Enter")
    await expect(page.answers.last).to_contain_text("Stopped")
    await expect(page.composer).to_be_focused()
    await page.page.get_by_role("button", name="Start over").focus()
    await keys.press("Enter")
    await expect(page.page.get_by_role("menuitem", name="Start over")).to_be_focused()
    await keys.press("Escape")
    await expect(page.page.get_by_role("button", name="Start over")).to_be_focused()
    await keys.press("ArrowDown")
    await expect(page.page.get_by_role("menuitem", name="Start over")).to_be_focused()
    await keys.press("Enter")
    await expect(page.dialog).to_be_visible()
    await keys.press("Escape")
    await expect(page.page.get_by_role("button", name="Start over")).to_be_focused()
    await keys.press("Enter")
    await expect(page.page.get_by_role("menuitem", name="Start over")).to_be_focused()
    await keys.press("Enter")
    await tab_to(page, "Delete and start over")
    await keys.press("Enter")
    await expect(page.page.get_by_text(HELLO["en"])).to_be_visible()
    await expect(page.composer).to_be_focused()


async def tab_to(page: PortalPage, name: str) -> None:
    """Press Tab until what carries this name has the focus, and is seen to have it."""
    for _ in range(30):
        await page.page.keyboard.press("Tab")
        focus: dict[str, Any] = await page.page.evaluate(
            """(() => {
              const { ariaLabel, innerText } = document.activeElement;
              const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
              return { name: ariaLabel || innerText, outline: `${outlineStyle} ${outlineWidth}` };
            })()"""
        )
        if re.search(rf"\b{re.escape(name)}\b", focus["name"]):
            assert focus["outline"] == "solid 2px", "the focus is seen"
            return
    raise AssertionError(f"Tab never came to {name}")


async def test_forced_colours_hide_nothing(visit: Visit, acme: World) -> None:
    page = await visit(acme.admin, forced_colors="active", path=f"/b/{acme.slug}/people")
    await expect(page.rows("People")).to_be_visible()
    edge = "(el, at) => parseFloat(getComputedStyle(el, at).borderInlineStartWidth)"
    chosen = page.menu.get_by_role("link", name="People", exact=True)
    other = page.menu.get_by_role("link", name="Employees", exact=True)
    assert await chosen.evaluate(edge, "::before") > 0
    assert await other.evaluate(edge, "::before") == 0
    marks = page.page.locator("[aria-hidden]", has_text=re.compile("^.$"))
    for mark in await marks.all():
        assert await mark.evaluate(edge) > 0, "an edge shows where it is"
    assert await page.violations(colours=False) == []
    await page.choose("Ada")
    open_row = page.employees.filter(has_text="Ada")
    assert await open_row.evaluate(edge, "::before") > 0


async def test_employees_and_people_are_told_apart_at_a_glance(visit: Visit, acme: World) -> None:
    page = await visit(acme.admin, path=f"/b/{acme.slug}/people")
    radius = "(el) => parseFloat(getComputedStyle(el).borderStartStartRadius) / el.offsetWidth"
    person = page.rows("People").locator("[aria-hidden]", has_text=re.compile("^.$")).first
    assert await person.evaluate(radius) >= 0.5, "a circle"
    await expect(page.rows("People")).not_to_contain_text("AI")
    await page.go_to("Home")
    await expect(page.employees.first).to_contain_text("AI")
    employee = page.employees.first.locator("[aria-hidden]").first
    assert await employee.evaluate(radius) < 0.3, "a square with round corners"


async def test_the_first_tab_leads_past_the_employees_to_the_page(
    visit: Visit, acme: World
) -> None:
    page = await visit(acme.anna, path=f"/b/{acme.slug}/employees")
    await expect(page.rows("Employees").last).to_be_visible()
    await tab_to(page, "Skip to the page")
    await page.page.keyboard.press("Enter")
    await expect(page.page.get_by_role("main")).to_be_focused()
    await tab_to(page, "Chat with Ada")


async def test_days_and_dates_follow_the_clock_and_the_region(
    visit: Visit, acme: World, superuser: psycopg.Connection
) -> None:
    conversation_id = await acme.conversation(acme.anna)
    await acme.say(conversation_id, "early in the day")
    early = dt.datetime.now(dt.UTC).replace(hour=0, minute=4)
    superuser.execute(
        "UPDATE messages SET created_at = %s WHERE conversation_id = %s", (early, conversation_id)
    )
    page = await visit(acme.anna, locale="de-DE", timezone_id="UTC")
    await page.page.clock.install(time=early.replace(hour=23, minute=59, second=0))
    await page.open(f"/b/{acme.slug}/chat/{acme.agent_id}")
    await expect(page.page.get_by_text("Today", exact=True)).to_be_visible()
    stamp = page.own.last.get_by_role("time")
    await expect(stamp).to_have_text("00:04")
    await expect(stamp).to_have_attribute("title", re.compile(rf"^{early.day} \w+ \d+ at 00:04$"))
    await page.page.clock.run_for(120_000)
    await expect(page.page.get_by_text("Yesterday", exact=True)).to_be_visible()


async def test_names_keep_their_direction_and_are_not_cut(visit: Visit, acme: World) -> None:
    await people.make_agent(acme.id, "مريم (2)")
    endless = "Maximiliana" * 7
    long_id = await people.make_agent(acme.id, endless)
    page = await visit(acme.anna, **PHONE)
    name = page.employees.filter(has_text="مريم").locator("bdi").first
    assert await name.evaluate("(el) => getComputedStyle(el).direction") == "rtl"
    await page.open(f"/b/{acme.slug}/chat/{long_id}")
    greeting = page.page.get_by_role("heading", name=f"Say hello to {endless}.")
    await expect(greeting).to_be_visible()
    assert await greeting.evaluate("(el) => el.scrollWidth <= el.clientWidth")
    box = await greeting.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360


@pytest.mark.parametrize("fault", ["forbidden", "full"])
async def test_without_storage_everything_works_until_a_reload(
    visit: Visit, acme: World, fault: str
) -> None:
    page = await visit(acme.anna, path="/healthz")
    await page.page.add_init_script(STORAGE[fault])
    await page.open()
    await page.choose("Ada")
    await page.composer.fill("not yet finished")
    await page.choose("Bob")
    await page.choose("Ada")
    await expect(page.composer).to_have_value("not yet finished")
    await page.say(asks_for(3))
    await page.expect_whole(3)
    await page.account_menu.click()
    await page.page.get_by_role("menuitemradio", name="Español").click()
    await page.page.get_by_role("button", name="Cuenta").click()
    await page.page.get_by_role("menuitem", name="Cerrar sesión").click()
    await expect(page.page.get_by_role("heading", name="Iniciar sesión")).to_be_visible()
    await expect(page.page.get_by_role("alert")).to_be_empty()
