"""Any screen, any light, any language, with or without a mouse or eyes."""

import re
from typing import Any

import pytest
from playwright.async_api import expect

from tests.support import people
from tests.support.people import World
from tests.support.portal_page import PortalPage, Visit, asks_for

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
HELLO = {"en": "Say hello to Ada.", "es": "Saluda a Ada.", "pt": "Diga olá a Ada."}
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

    await page.page.get_by_role("button", name="Show employees").tap()
    menu = page.dialog
    assert await page.violations() == []
    await menu.get_by_role("button", name="Account").tap()
    await expect(page.page.get_by_role("menuitem", name="Log out")).to_be_in_viewport()
    assert not await page.scrolls_sideways()
    await page.page.keyboard.press("Escape")
    await menu.get_by_role("link", name="Bob").tap()
    await expect(page.page.get_by_role("heading", level=1)).to_have_text("Bob")
    await expect(menu).to_be_hidden()


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
    page = await visit(acme.anna, locale=f"{language}-BR", path=f"/employees/{acme.agent_id}")
    await expect(page.page.get_by_text(HELLO[language])).to_be_visible()
    assert await page.page.evaluate("document.documentElement.lang") == language
    await page.page.get_by_role("textbox").fill("[[model: fail=400]]")
    await page.page.get_by_role("textbox").press("Enter")
    await expect(page.page.get_by_text(NOT_ACCEPTED[language])).to_be_visible()


async def test_a_chosen_language_stays(visit: Visit, acme: World) -> None:
    page = await visit(acme.anna, path=f"/employees/{acme.agent_id}")
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
    await page.page.get_by_role("button", name="Start over").focus()
    await keys.press("Enter")
    await expect(page.page.get_by_role("menuitem", name="Start over")).to_be_focused()
    await keys.press("Escape")
    await expect(page.page.get_by_role("button", name="Start over")).to_be_focused()
    await keys.press("ArrowDown")
    await expect(page.page.get_by_role("menuitem", name="Start over")).to_be_focused()
    await keys.press("Enter")
    await tab_to(page, "Delete and start over")
    await keys.press("Enter")
    await expect(page.page.get_by_text(HELLO["en"])).to_be_visible()


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
