"""An admin drops files and sees the first answer with its source; a member types an answer."""

import re
from uuid import uuid4

from playwright.async_api import Locator, expect

from tests.support import people
from tests.support.knowledge import learn
from tests.support.people import World
from tests.support.portal_page import PortalPage, Visit

FILES = {
    "prices.md": "# Prices\n\nWhat you pay to us: a check-up costs 45 euros with all in it.",
    "hours.md": "# Hours\n\nWe are open from Monday to Friday, from nine to six.",
    "returns.csv": "What,Days\nWhat you have from us can be given back within,30\n",
}
PASSWORD = "correct horse battery"
LEARNED_WITHIN_MS = 30_000
DROP = """(files) => {
  const carried = new DataTransfer();
  for (const [name, text] of Object.entries(files)) carried.items.add(new File([text], name));
  const zone = document.querySelector('[role="group"][aria-label="Drop files here"]');
  for (const type of ["dragover", "drop"]) {
    const how = { bubbles: true, cancelable: true, dataTransfer: carried };
    zone.dispatchEvent(new DragEvent(type, how));
  }
}"""


class Acts:
    """What a person does, counted."""

    def __init__(self, page: PortalPage) -> None:
        self.page, self.done = page.page, 0

    async def fill(self, what: Locator, text: str) -> None:
        self.done += 1
        await what.fill(text)

    async def click(self, what: Locator) -> None:
        self.done += 1
        await what.click()

    async def drop(self, files: dict[str, str]) -> None:
        self.done += 1
        await self.page.get_by_role("group", name="Drop files here").wait_for()
        await self.page.evaluate(DROP, files)


async def test_from_the_log_in_over_three_dropped_files_to_an_answer_opened_at_its_sentence(
    visit: Visit, acme: World
) -> None:
    eva = await people.make_person(
        f"eva.{uuid4().hex[:8]}", acme.id, role="customer_admin", password=PASSWORD
    )
    page = await visit()
    here, acts = page.page, Acts(page)
    await acts.fill(here.get_by_label("E-mail"), eva.email)
    await acts.fill(here.get_by_label("Password"), PASSWORD)
    await acts.click(page.button("Log in"))
    await acts.click(page.menu.get_by_role("link", name="Knowledge"))
    await acts.drop(FILES)
    sources = page.rows("Sources").get_by_role("listitem")
    await expect(sources).to_have_count(3)
    await expect(sources.filter(has_text="Known")).to_have_count(3, timeout=LEARNED_WITHIN_MS)
    question = "What does a check-up cost?"  # the scripted model says again what it was given
    await acts.fill(here.get_by_label("Ask something that a customer would"), question)
    await acts.click(page.button("Ask"))
    cited = here.get_by_role("list", name="Sources of this answer").get_by_role("link").first
    await expect(cited).to_have_text("prices.md", timeout=LEARNED_WITHIN_MS)
    await acts.click(cited)
    passage = here.get_by_role("mark")
    await expect(passage).to_contain_text("a check-up costs 45 euros")
    await expect(passage).to_be_in_viewport()
    await expect(passage).to_be_focused()
    assert acts.done <= 10
    assert await page.violations() == []

    await page.button("Correct the text").click()
    await here.get_by_role("textbox", name="The text").fill("A check-up costs 50 euros.")
    await page.button("Save").click()
    await expect(here.get_by_text("A check-up costs 50 euros.")).to_be_visible()
    await expect(here.get_by_text("Corrected by hand")).to_be_visible()


async def test_a_file_that_cannot_be_read_says_what_helps_and_is_removed_after_asking(
    visit: Visit, acme: World
) -> None:
    page = await visit(acme.admin, path=f"/b/{acme.slug}/knowledge/sources")
    here, acts = page.page, Acts(page)
    await acts.drop({"broken.pdf": "%PDF-1.7 and nothing else"})
    row = page.rows("Sources").get_by_role("listitem")
    await expect(row).to_contain_text("Could not be read", timeout=LEARNED_WITHIN_MS)
    await expect(row).to_contain_text("The file is damaged")
    await row.get_by_role("link", name="broken.pdf").click()
    await page.button("Remove").click()
    await expect(page.dialog).to_contain_text("Answers that were given stay")
    await page.dialog.get_by_role("button", name="Remove").click()
    await expect(
        here.get_by_text("Your employees know nothing of your business yet")
    ).to_be_visible()


async def test_a_member_types_an_answer_and_gives_no_files(visit: Visit, acme: World) -> None:
    page = await visit(acme.anna, path=f"/b/{acme.slug}/knowledge/sources")
    here = page.page
    await expect(here.get_by_text("Nothing has been given to read yet.")).to_be_visible()
    await expect(here.get_by_role("group", name="Drop files here")).to_have_count(0)
    await here.get_by_role("link", name="Answers", exact=True).click()
    await here.get_by_label("The question").fill("Do you take Sanitas?")
    await here.get_by_label("The answer").fill("Yes, Sanitas Dental 21.")
    await page.button("Teach it").click()
    row = page.rows("Answers").get_by_role("listitem")
    await expect(row).to_contain_text(
        re.compile("Do you take Sanitas.*Known"), timeout=LEARNED_WITHIN_MS
    )


async def test_what_no_source_answered_is_answered_where_it_stands_and_tried_at_once(
    visit: Visit, acme: World
) -> None:
    await learn(acme.id, "hours.txt", "We are open from nine to six.", acme.agent_id)
    page = await visit(acme.anna)
    await page.choose("Ada")
    question = '[[model: text="Yes, we take Sanitas [1]."]] Do you accept Sanitas insurance?'
    await page.say(question)
    await expect(page.answers.last).to_contain_text("I do not know this")
    await page.open(f"/b/{acme.slug}/knowledge/gaps")
    here = page.page
    gap = page.rows("Gaps").get_by_role("listitem")
    await expect(gap).to_contain_text("Do you accept Sanitas insurance?")
    await expect(gap).to_contain_text("asked once")
    await gap.get_by_role("button", name="Answer now").click()
    await here.get_by_label("The answer").fill("Yes, we accept Sanitas insurance of every kind.")
    await page.button("Teach it").click()
    await expect(here.get_by_text("Ada knows it now:")).to_be_visible(timeout=LEARNED_WITHIN_MS)
    await expect(here.get_by_text("Yes, we take Sanitas")).to_be_visible()
    await expect(gap).to_have_count(0)
