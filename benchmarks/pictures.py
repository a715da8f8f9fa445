"""Pictures of the web page for the README, taken from the running product: `make pictures`."""

import signal
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from konstruct.devstack.errors import DevstackError
from konstruct.devstack.progress import Progress
from playwright.sync_api import Browser, Error, Page
from shared.agents import rules as hiring
from shared.conversations import repository as conversations
from shared.db import SystemSession, TenantSession
from shared.tenants import rules as tenants

from benchmarks.browser import (
    WITHIN_MS,
    Portal,
    in_the_database,
    log_in,
    running_browser,
    running_portal,
)
from benchmarks.failure import BenchmarkFailed
from tests.support.people import make_person
from tests.support.servers import ROOT

PICTURES = ROOT / "docs" / "pictures"
LARGEST_BYTES = 150_000
PASSWORD = "pictures of the portal"
DESKTOP = {"width": 1200, "height": 750}
PHONE = {"width": 360, "height": 740}
EMPLOYEES = (
    ("Ada", "Customer support"),
    ("Bruno", "Bookkeeping"),
    ("Chiara", "Marketing"),
)
TALK = (
    ("user", "How many lamps came back last week, and why?"),
    (
        "assistant",
        "Eleven, and nine of them were the same lamp:\n\n"
        "| Article | Returns | Reason |\n|---|---:|---|\n"
        "| Desk lamp *Orla* | 9 | the arm does not hold |\n"
        "| Floor lamp *Tove* | 2 | broken on the way |",
    ),
    ("user", "Then stop selling that delivery. What do we write to the nine?"),
    (
        "assistant",
        "I would write:\n\n"
        "> We are sorry that your Orla does not hold its place. A new one leaves today, at our "
        "cost; you need not send the old one back.\n\n"
        "**One thing is yours to decide:** do those who have not complained hear from us too?",
    ),
)


@dataclass(frozen=True)
class Scene:
    """Who looks, and where."""

    email: str
    talk: str
    """The path of its page."""


def take(browser: Browser, portal: Portal, progress: Progress) -> None:
    with progress.step("A business with its people, employees and a talk"):
        scene = in_the_database(_set_the_scene)
    PICTURES.mkdir(exist_ok=True)
    with progress.step("Pictures"):
        for scheme in ("light", "dark"):
            context = browser.new_context(viewport=DESKTOP, color_scheme=scheme)
            page = context.new_page()
            log_in(page, portal.url, scene.email, PASSWORD)
            _open_talk(page, portal.url + scene.talk)
            _picture(page, f"chat-{scheme}")
            if scheme == "light":
                page.get_by_role("link", name="Employees", exact=True).click()
                page.get_by_role("heading", name="Employees").wait_for()
                page.get_by_text("Bookkeeping").last.wait_for()
                _picture(page, "employees")
                page.get_by_role("link", name="People", exact=True).click()
                page.get_by_role("button", name="Invite").click()
                page.get_by_role("dialog").get_by_label("E-mail").fill("lena@example.com")
                _picture(page, "invite")
            context.close()
        context = browser.new_context(viewport=PHONE, device_scale_factor=2, has_touch=True)
        page = context.new_page()
        log_in(page, portal.url, scene.email, PASSWORD)
        _open_talk(page, portal.url + scene.talk)
        _picture(page, "chat-phone")
        context.close()


async def _set_the_scene() -> Scene:
    async with SystemSession("setup") as session, session.transaction():
        tenant = await tenants.create_tenant(session, name="Halden Lights")
    person = await make_person("nora", tenant.id, "customer_admin", password=PASSWORD)
    for colleague in ("jonas", "mira"):
        await make_person(colleague, tenant.id)
    async with TenantSession(tenant.id) as session, session.transaction():
        crew = [
            await hiring.hire(session, tenant.id, name=name, role=role) for name, role in EMPLOYEES
        ]
        conversation, _ = await conversations.create_conversation(
            session, tenant_id=tenant.id, agent_id=crew[0].id, user_id=person.id
        )
        asked = None
        for role, text in TALK:
            message = await conversations.add_message(
                session,
                tenant_id=tenant.id,
                conversation_id=conversation.id,
                role=role,
                content=text,
                reply_to=asked if role == "assistant" else None,
            )
            asked = message.id
    return Scene(person.email, f"/b/{tenant.slug}/chat/{crew[0].id}")


def _open_talk(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_role("table").wait_for()
    page.get_by_text("hear from us too").last.wait_for()
    page.mouse.move(0, 0)


def _picture(page: Page, name: str) -> None:
    page.evaluate("document.fonts.ready")
    page.wait_for_load_state("networkidle")
    path = PICTURES / f"{name}.png"
    page.screenshot(path=path, animations="disabled", caret="hide", timeout=WITHIN_MS)
    size = path.stat().st_size
    if size > LARGEST_BYTES:
        raise BenchmarkFailed(f"{path.name} has {size:,} bytes; it may have {LARGEST_BYTES:,}.")


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    progress = Progress(3)
    try:
        with (
            tempfile.TemporaryDirectory(prefix="konstruct-pictures-") as directory,
            running_portal(Path(directory), progress) as portal,
            running_browser() as browser,
        ):
            take(browser, portal, progress)
    except (BenchmarkFailed, DevstackError, OSError, Error) as error:
        progress.say(f"The pictures could not be taken: {error}")
        return 1
    progress.say(f"In {PICTURES.relative_to(ROOT)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
