"""The first run: files are read, an employee is drafted from them, hired, tried, taught."""

import re

from playwright.async_api import expect

from tests.e2e.test_knowledge import DROP
from tests.support.people import World
from tests.support.portal_page import Visit

FILE = """# Sunny bikes

## Opening hours

We are open from Monday to Friday, from nine to six.

## Repair prices

A repair costs 45 euros and takes half an hour.

## Do you lend bikes?

Yes, for 20 euros a day.
"""


async def test_from_a_dropped_file_to_an_employee_who_says_what_it_does_not_know(
    visit: Visit, acme: World
) -> None:
    page = await visit(acme.admin, path=f"/b/{acme.slug}/set-up")
    here = page.page
    await expect(here.get_by_label("Or the address of a web page")).to_be_visible()
    await here.evaluate(DROP, {"bikes.md": FILE})
    await expect(here.get_by_role("heading", name="1 of 1 read")).to_be_visible(timeout=30_000)
    await here.get_by_role("link", name="Continue").click()

    questions = here.get_by_label("Questions to try")
    await expect(questions).to_have_value(re.compile("^What about opening hours"))
    await here.get_by_label("Name").fill("Lucy of Acme")
    assert await page.violations() == []
    await page.button("Hire and try").click()

    await expect(here.get_by_text("of 10 answered with a source")).to_be_visible()
    found = page.rows("With a source")
    await expect(found).to_contain_text("A repair costs 45 euros")
    unknown = "How do I get an appointment?"
    await page.button(f"Answer: {unknown}").click()
    await here.get_by_label(unknown).fill("Call 555 0100 for an appointment.")
    await page.button("Teach").click()
    await expect(found).to_contain_text("Call 555 0100", timeout=30_000)
    assert await page.violations() == []
