"""Running a business on the page: who works there, who belongs to it, and who may not touch it."""

import re
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import httpx
from playwright.async_api import expect

from tests.support import people
from tests.support.people import Person, World
from tests.support.portal_page import Visit, asks_for


async def test_an_employee_is_hired_talked_to_changed_and_paused(visit: Visit, acme: World) -> None:
    page = await visit(acme.admin)
    await page.go_to("Employees")
    await page.page.get_by_role("link", name="Hire", exact=True).click()
    await page.page.get_by_role("link", name="Start from scratch").click()
    await page.page.get_by_label("Name").fill("Cleo")
    await page.page.get_by_label("Job").fill("Bookkeeper")
    await page.page.get_by_label("Instructions").fill("Count twice.")
    await page.button("Hire").click()
    await expect(page.page.get_by_text("Cleo works here now.")).to_be_visible()

    await page.choose("Cleo")
    await page.say(asks_for(5))
    await page.expect_whole(5)

    await page.go_to("Employees")
    await page.page.get_by_role("link", name="Edit Cleo").click()
    await page.page.get_by_label("Name").fill("Cleopatra")
    await page.button("Publish").click()
    await expect(page.notices).to_contain_text("Cleopatra works by version 2")
    await page.go_to("Employees")
    await expect(page.rows("Employees")).to_contain_text("Cleopatra")

    await page.button("Pause Cleopatra").click()
    await page.dialog.get_by_label("What people should see meanwhile").fill("Back on Monday.")
    await page.dialog.get_by_role("button", name="Pause", exact=True).click()
    row = page.rows("Employees").get_by_role("listitem").filter(has_text="Cleopatra")
    await expect(row).to_contain_text("Paused")
    await page.choose("Cleopatra")
    await page.say("are you there?")
    await expect(page.own.last).to_contain_text("This employee is paused")
    await expect(page.page.get_by_text("Back on Monday.")).to_have_count(2)


async def test_an_employee_is_dismissed_after_a_question_and_taken_back(
    visit: Visit, acme: World
) -> None:
    await acme.say(await acme.conversation(acme.anna), "remember me")
    anna = await visit(acme.anna, path=f"/b/{acme.slug}/chat/{acme.agent_id}")
    await expect(anna.composer).to_be_visible()
    page = await visit(acme.admin, path=f"/b/{acme.slug}/employees")
    await page.button("Dismiss Ada").click()
    await expect(page.dialog).to_contain_text("What was said stays readable")
    assert await page.violations() == []
    await page.dialog.get_by_role("button", name="Dismiss").click()
    await expect(page.notices).to_contain_text("Ada does not work here any more.")
    await expect(page.rows("Employees").get_by_role("listitem")).to_have_count(2)
    await expect(anna.page.get_by_text("You can still read what was said.")).to_be_visible()
    await expect(anna.own.last).to_contain_text("remember me")
    await expect(anna.composer).to_have_count(0)
    await expect(anna.employees.filter(has_text="Ada")).to_contain_text("Dismissed")
    await page.button("Take Ada back").click()
    await expect(page.rows("Employees").get_by_role("listitem")).to_have_count(3)
    await expect(anna.composer).to_be_visible()


async def test_a_person_is_invited_by_link_joins_changes_role_and_is_removed(
    visit: Visit, acme: World
) -> None:
    email = f"zoe.{uuid4().hex[:8]}@example.com"
    admin = await visit(acme.admin)
    await admin.go_to("People")
    await admin.button("Invite").click()
    await admin.dialog.get_by_label("E-mail").fill(email)
    await admin.button("Create invitation").click()
    link = urlsplit(await admin.dialog.get_by_label("Invitation link").input_value())
    await expect(admin.dialog).to_contain_text(
        f"on this computer alone: it points to {link.netloc}"
    )
    await admin.button("Done").click()

    zoe = await visit(path=f"{link.path}#{link.fragment}")
    await expect(zoe.page.get_by_role("heading", name="Join Acme")).to_be_visible()
    await zoe.page.get_by_label("Your name").fill("Zoe")
    await zoe.page.get_by_label("Password").fill("a good long password")
    await zoe.button("Create account").click()
    await zoe.choose("Ada")
    await expect(zoe.menu.get_by_role("link", name="People")).to_have_count(0)
    assert link.fragment not in zoe.page.url
    used = await visit(path=f"{link.path}#{link.fragment}")
    await expect(used.page.get_by_role("alert")).to_contain_text("does not work")

    await admin.page.reload()
    await admin.button("Operator, role of Zoe").click()
    await admin.page.get_by_role("menuitemradio", name=re.compile("^Admin")).click()
    await expect(admin.dialog).to_contain_text("Make Zoe an admin?")
    await admin.button("Cancel").click()
    await expect(admin.button("Operator, role of Zoe")).to_be_focused()
    await expect(zoe.menu.get_by_role("link", name="People")).to_have_count(0)
    await admin.button("Operator, role of Zoe").click()
    await admin.page.get_by_role("menuitemradio", name=re.compile("^Admin")).click()
    await admin.button("Make admin").click()
    await expect(admin.page.get_by_text("Zoe is now: Admin.")).to_be_visible()
    await expect(admin.button("Admin, role of Zoe")).to_be_focused()
    await expect(zoe.menu.get_by_role("link", name="People")).to_be_visible()
    await expect(zoe.page.get_by_text("You are now an admin of Acme.")).to_be_visible()

    await admin.button("Remove Zoe").click()
    await admin.dialog.get_by_role("button", name="Remove", exact=True).click()
    await expect(admin.page.get_by_text("Zoe no longer belongs to Acme.")).to_be_visible()
    await expect(admin.button("Remove Zoe")).to_have_count(0)
    await expect(admin.rows("People").locator(":focus")).to_have_count(1)
    await expect(zoe.employees).to_have_count(0)
    await expect(zoe.composer).to_be_hidden()


async def test_an_invitation_is_revoked_after_a_question_and_the_page_says_so(
    visit: Visit, acme: World
) -> None:
    page = await visit(acme.admin, path=f"/b/{acme.slug}/people")
    await page.button("Invite").click()
    await page.dialog.get_by_label("E-mail").fill("lena@example.com")
    await page.button("Create invitation").click()
    await page.button("Done").click()
    await expect(page.button("Invite")).to_be_focused()
    await page.button("Revoke the invitation of lena@example.com").click()
    await page.button("Cancel").click()
    await expect(page.button("Revoke the invitation of lena@example.com")).to_be_focused()
    await page.button("Revoke the invitation of lena@example.com").click()
    await page.dialog.get_by_role("button", name="Revoke", exact=True).click()
    await expect(page.page.get_by_text("lena@example.com no longer works.")).to_be_visible()
    await expect(page.page.get_by_text("No invitation is open.")).to_be_visible()
    await expect(page.page.get_by_role("heading", level=1)).to_be_focused()


async def test_new_rights_open_the_page_one_looks_at(visit: Visit, acme: World) -> None:
    anna = await visit(acme.anna, path=f"/b/{acme.slug}/people")
    await expect(anna.page.get_by_text("An admin of Acme can open it.")).to_be_visible()
    async with httpx.AsyncClient(base_url=anna.device.home) as portal:
        changed = await portal.patch(
            f"/api/portal/people/{acme.anna.id}",
            json={"tenant_id": str(acme.id), "role": "customer_admin"},
            headers=acme.admin.headers,
        )
    assert changed.status_code == 200
    await expect(anna.rows("People")).to_be_visible()
    await expect(anna.page.get_by_text("You are now an admin of Acme.")).to_be_visible()


async def test_a_link_to_an_employee_of_ones_other_business_offers_to_switch(
    visit: Visit, acme: World, globex: World
) -> None:
    gustav = await people.make_agent(globex.id, "Gustav")
    await people.join(globex.id, acme.anna.id)
    page = await visit(acme.anna, path=f"/employees/{gustav}")
    await expect(page.page.get_by_text("This employee does not work in Acme.")).to_be_visible()
    await page.page.get_by_role("link", name="Switch to Globex").click()
    await expect(page.page.get_by_role("heading", level=1)).to_have_text("Gustav")
    await page.open(f"/employees/{uuid4()}")
    await expect(page.page.get_by_text("This employee does not work in Globex.")).to_be_visible()
    await expect(page.page.get_by_role("link", name=re.compile("Switch"))).to_have_count(0)


async def test_an_operator_is_shown_nothing_that_is_not_theirs(visit: Visit, acme: World) -> None:
    page = await visit(acme.anna)
    await page.go_to("Employees")
    await expect(page.page.get_by_role("link", name="Chat with Ada")).to_be_visible()
    await expect(page.page.get_by_role("link", name=re.compile("Hire|Edit"))).to_have_count(0)
    await expect(page.page.get_by_role("button", name=re.compile("Pause"))).to_have_count(0)
    await expect(page.menu.get_by_role("link", name="People")).to_have_count(0)
    theirs = ("people", "employees/new", "settings", "conversations")
    for path in (*(f"/b/{acme.slug}/{place}" for place in theirs), "/platform/businesses"):
        await page.open(path)
        await expect(
            page.page.get_by_text("This page is not for your role in this business.")
        ).to_be_visible()


async def test_who_belongs_to_two_businesses_goes_from_one_to_the_other(
    visit: Visit, acme: World, globex: World
) -> None:
    await people.make_agent(globex.id, "Gustav")
    await people.join(globex.id, acme.anna.id)
    page = await visit(acme.anna)
    await page.choose("Ada")
    await page.say(asks_for(3))
    await page.expect_whole(3)
    await page.button("Business: Acme").click()
    await page.page.get_by_role("menuitemradio", name=re.compile("^Globex")).click()
    await page.choose("Gustav")
    await page.say("hello")
    await expect(page.answers.last).to_contain_text("echo: hello (history: 0)")
    await page.button("Business: Globex").click()
    await page.page.get_by_role("menuitemradio", name=re.compile("^Acme")).click()
    await expect(page.employees.filter(has_text="Gustav")).to_have_count(0)
    await page.choose("Ada")
    await page.expect_whole(3)


async def test_the_platforms_admin_sets_up_a_business_and_reads_along(
    visit: Visit, acme: World, platform_admin: Person
) -> None:
    conversation_id = await acme.conversation(acme.anna)
    await acme.say(conversation_id, "is my parcel on its way?")
    page = await visit(platform_admin)
    await page.go_to("Businesses")
    await page.button("Create a business").click()
    name = f"New {uuid4().hex[:6]}"
    await page.dialog.get_by_label("Name", exact=True).fill(name)
    await page.dialog.get_by_role("button", name="Create", exact=True).click()
    await expect(page.page.get_by_text("Invite its first admin.")).to_be_visible()
    await page.go_to("Home")
    await expect(page.page.get_by_role("link", name="Hire your first employee")).to_be_visible()
    await page.go_to("Businesses")
    row = page.page.get_by_role("listitem").filter(has_text=acme.slug)
    await row.get_by_role("link", name="Open Acme").click()
    await page.go_to("Conversations")
    await expect(page.page.get_by_text("parcel")).to_have_count(0)
    await page.page.get_by_role("link", name=re.compile("Anna and Ada")).click()
    await page.button("Read the conversation").click()
    await expect(page.page.get_by_text("Give a reason.")).to_be_visible()
    await page.page.get_by_label("Reason").fill("ticket 17, für Zoë 日本")
    async with page.page.expect_request(lambda sent: "/messages?" in sent.url) as asked:
        await page.button("Read the conversation").click()
    reason = (await asked.value).headers["x-reason"]
    assert unquote(reason) == "ticket 17, für Zoë 日本"
    await expect(page.articles).to_contain_text(["is my parcel on its way?"])
    await expect(page.page.get_by_role("textbox")).to_have_count(0)
