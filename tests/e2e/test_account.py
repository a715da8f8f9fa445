"""One's own account: another name or password, the log-ins that are open, a link to a new
password."""

from urllib.parse import urlsplit
from uuid import uuid4

from playwright.async_api import expect

from tests.support import people
from tests.support.people import World
from tests.support.portal_page import Visit

PASSWORD = "correct horse battery staple"
ANOTHER = "a longer horse than before"


async def test_a_password_is_changed_and_all_other_log_ins_end(visit: Visit, acme: World) -> None:
    eva = await people.make_person(f"eva.{uuid4().hex[:8]}", acme.id, password=PASSWORD)
    page, other = await visit(eva, path="/me"), await visit()
    await other.log_in(eva.email, PASSWORD)
    await expect(other.employees).to_have_count(3)
    await page.page.reload()
    await expect(page.rows("Where you are logged in").get_by_role("listitem")).to_have_count(2)

    await page.page.get_by_label("Password now").fill("a guess")
    await page.page.get_by_label("New password").fill(ANOTHER)
    await page.button("Change password").click()
    await expect(page.page.get_by_text("This is not your password now.")).to_be_visible()
    await expect(page.page.get_by_label("Password now")).to_be_focused()
    await page.page.get_by_label("Password now").fill(PASSWORD)
    await page.button("Change password").click()
    await expect(page.notices).to_contain_text("Your password is changed.")
    await expect(other.log_in_form).to_be_visible()
    await expect(page.rows("Where you are logged in").get_by_role("listitem")).to_have_count(1)
    await other.log_in(eva.email, ANOTHER)
    await expect(other.employees).to_have_count(3)


async def test_another_name_shows_at_once_where_others_read_it(visit: Visit, acme: World) -> None:
    page, admin = (
        await visit(acme.anna, path="/me"),
        await visit(acme.admin, path=f"/b/{acme.slug}/people"),
    )
    await expect(admin.rows("People").get_by_role("listitem")).to_have_count(3)
    await page.page.get_by_label("Name").fill("  ")
    await page.button("Change name").click()
    await expect(page.page.get_by_label("Name")).to_be_focused()
    await page.page.get_by_label("Name").fill("Anna Karenina")
    await page.button("Change name").click()
    await expect(page.notices).to_contain_text("Your name is changed.")
    await expect(page.account_menu).to_contain_text("Anna Karenina")
    await expect(admin.rows("People")).to_contain_text("Anna Karenina")


async def test_an_admins_link_leads_to_a_new_password_once(visit: Visit, acme: World) -> None:
    eva = await people.make_person(f"eva.{uuid4().hex[:8]}", acme.id, password=PASSWORD)
    admin = await visit(acme.admin, path=f"/b/{acme.slug}/people")
    await admin.button(f"New password for {eva.display_name}").click()
    await admin.button("Make the link").click()
    link = urlsplit(await admin.dialog.get_by_label("Link to a new password").input_value())
    assert await admin.violations() == []

    page = await visit(path=f"{link.path}#{link.fragment}")
    assert await page.violations() == []
    await page.page.get_by_label("Password").fill(ANOTHER)
    await page.button("Set password").click()
    await expect(page.page.get_by_text("Your password is set.")).to_be_visible()
    await page.page.get_by_role("link", name="Log in").click()
    await page.log_in(eva.email, ANOTHER)
    await expect(page.employees).to_have_count(3)

    again = await visit(path=f"{link.path}#{link.fragment}")
    await again.page.get_by_label("Password").fill(ANOTHER)
    await again.button("Set password").click()
    await expect(again.page.get_by_role("alert")).to_contain_text("has been used or is too old")
