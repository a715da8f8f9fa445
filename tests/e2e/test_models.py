"""An admin has a model of the business's own answer, from a pasted address to the answer."""

import re

from orchestrator.scripted_model import Script, ScriptedModel
from playwright.async_api import expect

from tests.support.people import World
from tests.support.portal_page import Visit

KEY = "key-of-a-business-1234abcd"


async def test_from_a_pasted_key_to_an_answer_and_to_what_is_wrong_with_it(
    visit: Visit, acme: World
) -> None:
    page = await visit(acme.admin, path=f"/b/{acme.slug}/settings")
    here = page.page
    await here.get_by_role("link", name="Choose models").click()
    field = here.get_by_label("A key, or the address of a model server")
    await field.fill("sk-" + "0a" * 16)
    await expect(here.get_by_text("Several providers have keys like this.")).to_be_visible()
    await field.fill("sk-ant-api03-" + "a1B2" * 6)
    await expect(here.get_by_text("This is a key of Anthropic.")).to_be_visible()
    await field.fill("hello")
    await page.button("Add and try").click()
    await expect(here.get_by_text("We do not know whose key looks like this.")).to_be_visible()
    await expect(field).to_be_focused()

    async with ScriptedModel(Script(text="With a key of our own."), api_key=KEY) as model:
        await field.fill(model.base_url)
        await here.get_by_label("The server's key").fill(KEY)
        await here.keyboard.press("Enter")
        name = model.base_url.removeprefix("http://").removesuffix("/v1")
        await expect(here.get_by_text(f"{name} works. The model is scripted.")).to_be_visible()
        row = here.get_by_role("list", name="Your models").get_by_role("listitem")
        await expect(row).to_contain_text("•••• abcd")
        await expect(row).to_contain_text("answers")
        assert KEY not in await here.content()
        assert await page.violations() == []

        await page.button(f"Change {name}").click()
        await expect(page.dialog.get_by_label("Name")).to_have_value(name)
        assert await page.violations() == []
        await page.dialog.get_by_label("Name").fill("Our machine")
        await here.keyboard.press("Enter")
        await expect(row).to_contain_text("Our machine")

        await page.open(f"/b/{acme.slug}/chat/{acme.agent_id}")
        await page.say("Hello")
        await expect(page.answers.last).to_contain_text("With a key of our own.")

    await page.open(f"/b/{acme.slug}/settings/models")
    await page.button("Try Our machine").click()
    await expect(row.get_by_role("status")).to_contain_text("Nobody answers as a model at")
    await page.button("Remove Our machine").click()
    await page.dialog.get_by_role("button", name="Remove").click()
    await expect(
        here.get_by_text(re.compile("Konstruct's own model answers for every employee"))
    ).to_be_visible()
