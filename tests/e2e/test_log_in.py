"""Who comes in, and what they are told when they may not."""

from uuid import uuid4

from playwright.async_api import Route, expect
from shared.identity import login_links

from tests.support import people
from tests.support.people import World
from tests.support.portal_page import Visit

PASSWORD = "correct horse battery staple"


async def test_a_person_logs_in_and_sees_their_employees(visit: Visit, acme: World) -> None:
    eva = await people.make_person(f"eva.{uuid4().hex[:8]}", acme.id, password=PASSWORD)
    page = await visit()
    await page.log_in(eva.email, PASSWORD)
    await expect(page.employees).to_contain_text(["Ada", "Bob", "Paula"])


async def test_a_wrong_password_is_told_in_a_sentence(visit: Visit, acme: World) -> None:
    page = await visit()
    await page.log_in(acme.anna.email, "a guess")
    await expect(page.page.get_by_role("alert")).to_have_text(
        "E-mail and password do not match. Check both and try again."
    )
    await expect(page.log_in_form).to_be_visible()


async def test_whoever_logs_out_is_out_after_a_reload_too(visit: Visit, acme: World) -> None:
    page = await visit(acme.anna)
    await page.log_out()
    await expect(page.log_in_form).to_be_visible()
    await page.page.reload()
    await expect(page.log_in_form).to_be_visible()


async def test_an_address_with_letters_of_its_own_is_taken_as_typed(
    visit: Visit, acme: World
) -> None:
    page = await visit()
    async with page.page.expect_request("**/auth/login") as sent:
        await page.log_in("mia@müller.example", "a guess")
    assert (await sent.value).post_data_json["email"] == "mia@müller.example"


async def test_a_page_at_an_address_that_is_not_known_says_so(visit: Visit, acme: World) -> None:
    async def from_elsewhere(route: Route) -> None:
        headers = {**route.request.headers, "origin": "https://elsewhere.example"}
        await route.fulfill(response=await route.fetch(headers=headers))

    page = await visit(acme.anna, path="/healthz")
    await page.page.route("**/auth/refresh", from_elsewhere)
    await page.open()
    told = page.page.get_by_role("alert")
    await expect(told).to_contain_text(f"does not know the address {page.device.home}")
    await page.page.unroute("**/auth/refresh")
    await page.button("Try again").click()
    await expect(page.employees).to_have_count(3)


async def test_the_link_that_up_opens_logs_in_once_and_is_out_of_the_address(
    visit: Visit, acme: World
) -> None:
    token = await login_links.make(acme.admin.id)
    page = await visit(path=f"/enter#{token}")
    await expect(page.employees).to_contain_text(["Ada"])
    assert token not in page.page.url

    other = await visit(path=f"/enter#{token}")
    await expect(other.page.get_by_role("alert")).to_have_text(
        "This log-in link has been used or is too old. Log in with e-mail and password."
    )
    assert token not in other.page.url
    await expect(other.log_in_form).to_be_visible()
