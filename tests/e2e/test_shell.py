"""Finding one's way: addresses, the rail, the command menu and keys, notices, and what is news."""

import re

import httpx
from playwright.async_api import expect

from tests.support import people
from tests.support.people import World
from tests.support.portal_page import PortalPage, Visit, asks_for


async def test_addresses_of_before_lead_to_the_business_in_view(visit: Visit, acme: World) -> None:
    page = await visit(acme.admin)
    business = f"/b/{acme.slug}"
    for before, now in (
        ("/", "/home"),
        (f"/employees/{acme.agent_id}", f"/chat/{acme.agent_id}"),
        ("/team/employees/new", "/employees/new"),
        ("/team/people", "/people"),
        (business, "/home"),
    ):
        await page.open(before)
        await expect(page.page).to_have_url(page.device.home + business + now)


async def test_two_tabs_each_keep_to_the_business_of_their_address(
    visit: Visit, acme: World, globex: World
) -> None:
    await people.join(globex.id, acme.anna.id)
    page = await visit(acme.anna, path=f"/b/{globex.slug}/home")
    await expect(page.menu.get_by_text("Globex", exact=True)).to_be_visible()
    other = await page.another_tab()
    await other.open(f"/b/{acme.slug}/home")
    await expect(other.menu.get_by_text("Acme", exact=True)).to_be_visible()
    await page.choose("Ada")
    await page.say(asks_for(3))
    await page.expect_whole(3)
    await page.page.reload()
    await expect(page.menu.get_by_text("Globex", exact=True)).to_be_visible()


async def test_a_business_of_others_is_told_apart_from_none_in_no_word(
    visit: Visit, acme: World, globex: World
) -> None:
    page = await visit(acme.anna)
    for slug in (globex.slug, "nobody-s"):
        await page.open(f"/b/{slug}/people")
        await expect(page.page.get_by_role("heading", level=1)).to_have_text(
            "You do not belong to this business."
        )
    assert await page.violations() == []
    await page.page.get_by_role("link", name="Acme").click()
    await expect(page.employees).to_have_count(3)


async def test_the_command_menu_leads_anywhere_by_keyboard(visit: Visit, acme: World) -> None:
    page = await visit(acme.admin, path=f"/b/{acme.slug}/home")
    await expect(page.employees).to_have_count(3)
    keys = page.page.keyboard
    await keys.press("Control+k")
    field = page.dialog.get_by_role("combobox", name="Search or do something")
    await expect(field).to_be_focused()
    assert await page.violations() == []
    await keys.type("peop")
    await expect(page.dialog.get_by_role("option")).to_have_count(1)
    await keys.press("Enter")
    await expect(page.page.get_by_role("heading", level=1)).to_have_text("People")
    await expect(page.dialog).to_have_count(0)
    await keys.press("Control+k")
    await keys.type("no such thing")
    await expect(page.dialog).to_contain_text("Nothing is called that.")
    await keys.press("Escape")
    await expect(page.dialog).to_have_count(0)


async def test_keys_lead_to_places_and_are_told(visit: Visit, acme: World) -> None:
    page = await visit(acme.admin, path=f"/b/{acme.slug}/home")
    await expect(page.employees).to_have_count(3)
    keys = page.page.keyboard
    await keys.press("g")
    await keys.press("e")
    await expect(page.page.get_by_role("heading", level=1)).to_have_text("Employees")
    await keys.press("?")
    await expect(page.dialog).to_contain_text("Go to Employees")
    assert await page.violations() == []
    await keys.press("Escape")
    await expect(page.dialog).to_have_count(0)
    for key, name in (
        ("j", "Chat with Ada"),
        ("j", "Chat with Bob"),
        ("Tab", "Edit Bob"),
        ("ArrowDown", "Edit Paula"),
        ("j", "Edit Paula"),
        ("k", "Edit Bob"),
        ("Home", "Edit Ada"),
    ):
        await keys.press(key)
        await expect(page.page.get_by_role("link", name=name)).to_be_focused()
    await page.choose("Ada")
    await page.composer.press("g")
    await page.composer.press("h")
    await page.composer.press("?")
    await expect(page.composer).to_have_value("gh?")


async def test_a_narrow_rail_stays_narrow_and_says_its_words(visit: Visit, acme: World) -> None:
    page = await visit(acme.admin, path=f"/b/{acme.slug}/home")
    wide = await page.menu.bounding_box()
    await page.button("Make the menu narrow").click()
    await page.page.reload()
    await expect(page.button("Make the menu wide")).to_be_visible()
    narrow = await page.menu.bounding_box()
    assert wide
    assert narrow
    assert (wide["width"], narrow["width"]) == (240, 64)
    await page.go_to("People")
    assert await page.violations() == []


async def test_a_pause_is_taken_back_at_the_notice(visit: Visit, acme: World) -> None:
    page = await visit(acme.admin, path=f"/b/{acme.slug}/employees")
    await page.button("Pause Ada").click()
    await page.dialog.get_by_role("button", name="Pause", exact=True).click()
    await expect(page.notices).to_contain_text("Ada is paused.")
    assert await page.violations() == []
    await page.notices.get_by_role("button", name="Undo").click()
    await expect(page.button("Pause Ada")).to_be_visible()
    await expect(page.notices).to_contain_text("It is as it was.")


async def test_what_others_do_shows_at_once_and_unread_is_counted(
    visit: Visit, acme: World
) -> None:
    page = await visit(acme.anna)
    await page.choose("Ada")
    await page.say(asks_for(3))
    await page.expect_whole(3)
    await page.menu.get_by_role("link", name="Home").click()
    await expect(page.employees).to_have_count(3)
    async with httpx.AsyncClient(base_url=page.device.home) as portal:
        hired = await portal.post(
            "/api/portal/agents",
            json={"tenant_id": str(acme.id), "name": "Cleo"},
            headers=acme.admin.headers,
        )
    assert hired.status_code == 201
    await expect(page.employees).to_have_count(4, timeout=5_000)

    elsewhere = await page.another_tab()
    await elsewhere.choose("Ada")
    await elsewhere.say(asks_for(60, rate=20))
    await elsewhere.menu.get_by_role("link", name="Home").click()
    await expect(page.menu.get_by_role("link", name="Chat")).to_contain_text("1 New messages")
    await expect(page.page).to_have_title(re.compile(r"^\(1\) Home"))


async def test_region_and_colours_are_chosen_and_kept(visit: Visit, acme: World) -> None:
    page = await visit(acme.anna, path="/me", color_scheme="light")
    await choose(page, "Region", "United States")
    await expect(page.page.get_by_text(re.compile("3:30 PM"))).to_be_visible()
    await choose(page, "Region", "Germany")
    await expect(page.page.get_by_text(re.compile("15:30"))).to_be_visible()
    await choose(page, "Colours", "Dark")
    await page.page.reload()
    await expect(page.page.get_by_text(re.compile("15:30"))).to_be_visible()
    ground = await page.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert max(int(part) for part in re.findall(r"\d+", ground)[:3]) < 80


async def choose(page: PortalPage, label: str, name: str) -> None:
    await page.page.get_by_role("combobox", name=label).click()
    await page.page.get_by_role("option", name=name, exact=True).click()
