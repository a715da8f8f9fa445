"""Every part in every state, as `/dev/kit` of the development server shows them: in light and in
dark, on a desk and at 320 pixels, closed and opened. Pictures are left in the test's directory, for
people to look at; nothing compares them.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from konstruct.devstack.ports import LOOPBACK, free_port
from playwright.async_api import Browser, expect
from shared.background import end

from tests.support.browser import Device
from tests.support.portal_page import PortalPage

PORTAL = Path(__file__).parents[2] / "portal"
VITE = PORTAL / "node_modules" / "vite" / "bin" / "vite.js"
WITHIN_S = 60


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def kit() -> AsyncIterator[str]:
    """The address of a development server."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node on this machine's PATH, and the kit is in no build")
    url = f"http://{LOOPBACK}:{(port := free_port())}"
    vite = await asyncio.create_subprocess_exec(
        *(node, str(VITE), "--host", LOOPBACK, "--port", str(port), "--strictPort"),
        cwd=PORTAL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert vite.stdout is not None
    reading = asyncio.create_task(vite.stdout.read())
    try:
        async with asyncio.timeout(WITHIN_S), httpx.AsyncClient() as asking:
            while not await _is_there(asking, url):  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.1)
        yield url
    finally:
        vite.terminate()
        await vite.wait()
        await end(reading)


async def _is_there(asking: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await asking.get(url)).status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.parametrize("width", [320, 1280])
async def test_every_part_is_for_everyone(
    browser: Browser, kit: str, width: int, tmp_path: Path
) -> None:
    async with Device.of(browser, kit, viewport={"width": width, "height": 900}) as device:
        page = PortalPage(await device.tab(), device)
        await page.open("/dev/kit")
        await expect(page.page.get_by_role("heading", name="Kit")).to_be_visible(timeout=90_000)
        found = await look(page, "closed", tmp_path)
        for name, role in (("Menu", "menu"), ("Day", "listbox"), ("Dialog", "dialog")):
            await page.page.get_by_role(
                "combobox" if name == "Day" else "button", name=name
            ).click()
            await expect(page.page.get_by_role(role).first).to_be_visible()  # type: ignore[arg-type]
            found += await look(page, name, tmp_path)
            await page.page.keyboard.press("Escape")
        await page.button("Notice").click()
        await expect(page.notices.get_by_role("button", name="Undo")).to_be_visible()
        found += await look(page, "notice", tmp_path)
        assert found == []
        await page.button("About").hover()
        await expect(page.page.get_by_text("What it is for")).to_be_visible()


async def look(page: PortalPage, name: str, directory: Path) -> list[str]:
    """What axe says in both schemes; a picture of each."""
    assert not await page.scrolls_sideways(), name
    found = [f"{name}: {each}" for each in await page.violations()]
    for scheme in ("light", "dark"):
        await page.page.emulate_media(color_scheme=scheme)
        await page.page.screenshot(path=directory / f"{name}-{scheme}.png", full_page=True)
    return found
