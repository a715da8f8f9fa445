"""An employee's home: hired by a template, tried beside, drafted, published, taken back."""

import re

import httpx
from playwright.async_api import expect

from tests.support.people import World
from tests.support.portal_page import Visit

WIDE = {"width": 1440, "height": 900}


async def test_by_a_template_an_employee_is_hired_tried_changed_and_taken_back(
    visit: Visit, acme: World
) -> None:
    page = await visit(acme.admin, path=f"/b/{acme.slug}/employees/new", viewport=WIDE)
    await page.page.get_by_role("link", name="Receptionist").click()
    await expect(page.page.get_by_role("region", name="How they say hello")).to_contain_text("Acme")
    await page.page.get_by_label("Name").fill("Lucy of Acme")
    await page.button("Hire").click()
    await expect(page.page.get_by_text("Lucy of Acme works here now.")).to_be_visible()
    await page.page.get_by_role("link", name="Edit Lucy of Acme").click()

    # Her talk is beside the page; an opening question is asked with one click.
    beside = page.page.get_by_role("complementary", name="Try it with Lucy of Acme")
    await expect(beside).to_contain_text("I am the AI receptionist")
    await beside.get_by_role("button", name="When are you open?").click()
    await expect(beside.get_by_role("listitem")).not_to_have_count(0)

    # A draft changes nothing until it is published.
    parts = page.page.get_by_role("navigation", name="About Lucy of Acme")
    await parts.get_by_role("link", name="Instructions").click()
    await page.page.get_by_role("textbox", name="Instructions").fill("Answer in rhymes.")
    await page.button("Save as draft").click()
    await expect(page.page.get_by_text(re.compile("^Draft by"))).to_be_visible()
    await expect(page.page.get_by_text("answers by version 1")).to_be_visible()
    await page.button("Publish…").click()
    await expect(page.dialog).to_contain_text("Answer in rhymes.")
    await page.dialog.get_by_label("What is it for?").fill("For the party")
    await page.dialog.get_by_role("button", name="Publish", exact=True).click()
    await expect(page.page.get_by_text("Live, version 2")).to_be_visible()

    await parts.get_by_role("link", name="Versions").click()
    await expect(page.rows("Versions")).to_contain_text("For the party")
    await page.button("What differs from now in version 1").click()
    await expect(page.rows("Versions")).to_contain_text("Answer in rhymes.")
    await page.button("Back to this: version 1").click()
    await page.dialog.get_by_role("button", name="Back to this").click()
    await expect(page.page.get_by_text("Live, version 3")).to_be_visible()
    await expect(page.rows("Versions")).to_contain_text("Back to version 1")


async def test_who_edits_what_a_colleague_has_edited_keeps_the_text_and_sees_both(
    visit: Visit, acme: World
) -> None:
    page = await visit(acme.admin, path=f"/b/{acme.slug}/employees/{acme.agent_id}/profile")
    await page.page.get_by_label("Job").fill("Poet")
    async with httpx.AsyncClient(base_url=page.device.home) as portal:
        await portal.patch(
            f"/api/portal/agents/{acme.agent_id}",
            json={"tenant_id": str(acme.id), "role": "Clerk"},
            headers=acme.admin.headers,
        )
    await page.button("Publish").click()
    told = page.page.get_by_role("alert").filter(has_text="meanwhile")
    await expect(told).to_contain_text(acme.admin.display_name)
    await expect(told).to_contain_text("Clerk")
    await expect(page.page.get_by_label("Job")).to_have_value("Poet")
    assert await page.violations() == []
    await page.button("Publish").click()
    await expect(page.page.get_by_text("Live, version 3")).to_be_visible()
