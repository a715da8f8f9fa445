"""An admin connects a channel from an open page to an answered message, and mends what is wrong."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest_asyncio
from orchestrator.scripted_slack import ScriptedSlack, people
from orchestrator.scripted_telegram import ScriptedTelegram
from playwright.async_api import Locator, expect

from tests.support.people import World
from tests.support.portal_page import PortalPage, Visit
from tests.support.stack import Stack

HEARD_WITHIN_MS = 20_000
OF_A_CUSTOMER = "5001"


@dataclass
class Acts:
    """Clicks and filled fields, counted."""

    done: list[str] = field(default_factory=list)

    async def click(self, what: Locator) -> None:
        self.done.append(f"click {what}")
        await what.click()

    async def fill(self, what: Locator, text: str) -> None:
        self.done.append(f"fill {what}")
        await what.fill(text)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def telegram(shared_stack: Stack) -> AsyncIterator[ScriptedTelegram]:
    """Where the stack looks for Telegram."""
    port = urlsplit(shared_stack.settings["KONSTRUCT_TELEGRAM_API_URL"]).port
    async with ScriptedTelegram(port=port or 0) as platform:
        yield platform


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def slack(shared_stack: Stack) -> AsyncIterator[ScriptedSlack]:
    """Where the stack looks for Slack."""
    port = urlsplit(shared_stack.settings["KONSTRUCT_SLACK_API_URL"]).port
    async with ScriptedSlack(port=port or 0) as platform:
        yield platform


async def connected(page: PortalPage, token: str, acts: Acts) -> None:
    here = page.page
    await acts.click(page.menu.get_by_role("link", name="Channels", exact=True))
    await acts.click(here.get_by_role("link", name="Connect Telegram"))
    await acts.fill(here.get_by_label("Bot token"), token)
    await acts.click(page.button("Connect"))


async def test_from_the_open_page_to_an_answered_message_in_telegram(
    visit: Visit, acme: World, telegram: ScriptedTelegram
) -> None:
    bot = telegram.bot("acme_ada_bot", first_name="Ada of Acme")
    page = await visit(acme.admin, path=f"/b/{acme.slug}/home")
    acts = Acts()
    await connected(page, bot.token, acts)
    await expect(page.page.get_by_role("heading", level=1, name="Ada of Acme")).to_be_visible()
    await expect(page.page.get_by_text("Waiting for your message")).to_be_visible()
    await expect(page.page.get_by_role("link", name="t.me/acme_ada_bot")).to_be_visible()
    bot.say(OF_A_CUSTOMER, '[[model: text="We open at nine."]] When do you open?')
    acts.done.append("write to the bot")
    await expect(page.page.get_by_text("Answered at")).to_be_visible(timeout=HEARD_WITHIN_MS)
    assert "We open at nine." in bot.texts(OF_A_CUSTOMER)
    assert len(acts.done) <= 12, acts.done
    assert bot.token not in await page.page.content()


async def test_from_the_open_page_to_an_answered_message_in_slack(
    visit: Visit, acme: World, slack: ScriptedSlack
) -> None:
    """Over a socket: Slack cannot reach this machine."""
    workspace = slack.workspace("acme", socket_mode=True)
    page = await visit(acme.admin, path=f"/b/{acme.slug}/home")
    here, acts = page.page, Acts()
    await acts.click(page.menu.get_by_role("link", name="Channels", exact=True))
    await acts.click(here.get_by_role("link", name="Connect Slack"))
    create = here.get_by_role("link", name="Create the Slack app")
    await expect(create).to_have_attribute("href", re.compile("^https://api.slack.com/apps"))
    acts.done.append("create the app, allow it, copy two tokens: five clicks at Slack")
    await acts.fill(here.get_by_label("Bot token"), workspace.installation.token)
    await acts.fill(here.get_by_label("App-Level Token"), workspace.installation.app.app_token)
    await acts.click(page.button("Connect"))
    await expect(here.get_by_text("Waiting for your message")).to_be_visible(
        timeout=HEARD_WITHIN_MS
    )
    people.say(workspace, "mia", '[[model: text="We open at nine."]] When do you open?')
    acts.done.append("write to it")
    await expect(here.get_by_text("Answered at")).to_be_visible(timeout=HEARD_WITHIN_MS)
    channel = workspace.direct(workspace.person("mia"))
    assert any("We open at nine." in text for text in workspace.texts(channel.id))
    assert len(acts.done) + 4 <= 20, acts.done


async def test_a_wrong_token_is_told_at_once_and_what_was_typed_stays(
    visit: Visit, acme: World, telegram: ScriptedTelegram
) -> None:
    page = await visit(acme.admin, path=f"/b/{acme.slug}/home")
    await connected(page, "123456789:AAEnot-a-token-of-anybody", Acts())
    await expect(page.page.get_by_role("alert").filter(has_text="token")).to_be_visible(
        timeout=HEARD_WITHIN_MS
    )
    await expect(page.page.get_by_label("Bot token")).to_have_value(re.compile("123456789:AAE"))


async def test_a_revoked_token_is_replaced_where_it_shows_and_disconnecting_asks_first(
    visit: Visit, acme: World, telegram: ScriptedTelegram
) -> None:
    bot = telegram.bot("acme_max_bot", first_name="Max of Acme")
    page = await visit(acme.admin, path=f"/b/{acme.slug}/home")
    await connected(page, bot.token, Acts())
    await expect(page.page.get_by_role("heading", level=1, name="Max of Acme")).to_be_visible(
        timeout=HEARD_WITHIN_MS
    )
    bot.revoke()
    await page.button("Check now").click()
    await expect(page.page.get_by_text("Needs you")).to_be_visible(timeout=HEARD_WITHIN_MS)
    await expect(page.page.get_by_text("@BotFather")).to_be_visible()
    await page.page.get_by_label("Bot token").fill("123456789:AAEnot-a-token-of-anybody")
    await page.button("Replace them").click()
    await expect(page.page.get_by_role("alert").filter(has_text="token")).to_be_in_viewport(
        timeout=HEARD_WITHIN_MS
    )
    bot.token, bot.revoked = f"{bot.id}:AAEthe-next-token-of-this-bot", False
    await page.page.get_by_label("Bot token").fill(bot.token)
    await page.button("Replace them").click()
    await expect(page.notices).to_contain_text("It works again.", timeout=HEARD_WITHIN_MS)
    await expect(page.page.get_by_text("Works", exact=True)).to_be_visible()
    await expect(page.page.get_by_label("Bot token")).to_have_count(0)
    await page.button("Disconnect").click()
    await expect(page.dialog).to_contain_text("Conversations stay")
    await page.dialog.get_by_role("button", name="Disconnect").click()
    await expect(page.page.get_by_role("heading", level=1, name="Channels")).to_be_visible(
        timeout=HEARD_WITHIN_MS
    )
    await expect(page.page.get_by_text("Max of Acme")).to_have_count(0)
