"""What holds for every page: three languages, 320 pixels, the keyboard alone, light, dark and
forced colours.

A new page is one row of `PAGES`.
"""

from typing import NamedTuple

import pytest
from playwright.async_api import expect

from tests.support.people import Person, World
from tests.support.portal_page import PortalPage, Visit


class At(NamedTuple):
    path: str
    """`{business}` is the short name of the one looked at, `{agent}` its Ada's id."""
    platform: bool
    """Whether it is for the platform's own people, else for a business's admins."""
    titles: dict[str, str]


PAGES = (
    At("/b/{business}/home", False, {"en": "Home", "es": "Inicio", "pt": "Início"}),
    At(
        "/b/{business}/employees",
        False,
        {"en": "Employees", "es": "Empleados", "pt": "Funcionários"},
    ),
    At(
        "/b/{business}/employees/new",
        False,
        {
            "en": "Hire an employee",
            "es": "Contratar a un empleado",
            "pt": "Contratar um funcionário",
        },
    ),
    At(
        "/b/{business}/knowledge/sources",
        False,
        {"en": "Knowledge", "es": "Conocimiento", "pt": "Conhecimento"},
    ),
    At(
        "/b/{business}/knowledge/answers",
        False,
        {"en": "Answers", "es": "Respuestas", "pt": "Respostas"},
    ),
    At("/b/{business}/knowledge/gaps", False, {"en": "Gaps", "es": "Lagunas", "pt": "Lacunas"}),
    At(
        "/b/{business}/employees/new/receptionist",
        False,
        {
            "en": "Hire: Receptionist",
            "es": "Contratar: Recepcionista",
            "pt": "Contratar: Rececionista",
        },
    ),
    *(
        At(f"/b/{{business}}/employees/{{agent}}/{part}", False, {"en": "Ada", "es": "Ada"})
        for part in ("profile", "instructions", "knowledge", "channels", "hours", "versions")
    ),
    *(
        At(
            f"/b/{{business}}/set-up/{step}",
            False,
            {"en": "Set up", "es": "Puesta en marcha", "pt": "Primeiros passos"},
        )
        for step in ("teach", "employee", "try")
    ),
    At("/b/{business}/channels", False, {"en": "Channels", "es": "Canales", "pt": "Canais"}),
    At(
        "/b/{business}/channels/new/telegram",
        False,
        {"en": "Connect Telegram", "es": "Conectar Telegram", "pt": "Ligar Telegram"},
    ),
    At(
        "/b/{business}/channels/new/slack",
        False,
        {"en": "Connect Slack", "es": "Conectar Slack", "pt": "Ligar Slack"},
    ),
    At("/b/{business}/people", False, {"en": "People", "es": "Personas", "pt": "Pessoas"}),
    At(
        "/b/{business}/conversations",
        True,
        {"en": "Conversations", "es": "Conversaciones", "pt": "Conversas"},
    ),
    At(
        "/b/{business}/settings",
        False,
        {"en": "Settings", "es": "Ajustes", "pt": "Definições"},
    ),
    At(
        "/forgot",
        False,
        {
            "en": "A forgotten password",
            "es": "Contraseña olvidada",
            "pt": "Palavra-passe esquecida",
        },
    ),
    At(
        "/b/{business}/settings/models",
        False,
        {"en": "Models", "es": "Modelos", "pt": "Modelos"},
    ),
    At("/me", False, {"en": "Your account", "es": "Tu cuenta", "pt": "A sua conta"}),
    At("/platform/businesses", True, {"en": "Businesses", "es": "Empresas", "pt": "Empresas"}),
)
SMALL = {"width": 320, "height": 640}
BEGIN = """(main) => {
  window.controls = [...main.querySelectorAll("a[href], button, input, textarea, select, summary")]
    .filter((each) => !each.disabled && each.checkVisibility())
    .filter((each) => !each.closest("[aria-hidden=true]"));
  main.tabIndex = -1;
  main.focus();
  return window.controls.length;
}"""
REACHED = """() => {
  const focused = document.activeElement;
  window.controls = window.controls.filter((each) => each !== focused);
  const { outlineStyle, outlineWidth } = getComputedStyle(focused);
  return `${outlineStyle} ${outlineWidth}`;
}"""
NOT_REACHED = "window.controls.map((each) => each.outerHTML)"
PAINTED = """() => {
  window.painted = [...document.querySelectorAll("body *")].filter((each) =>
    each.checkVisibility() && each.offsetWidth > 0 && each.offsetHeight > 0 &&
    each.childElementCount === 0 && each.textContent.trim() === "" &&
    !each.matches("input, textarea, select, img") &&
    getComputedStyle(each).backgroundColor !== "rgba(0, 0, 0, 0)");
}"""
"""What is told by its ground alone, before colours are forced."""
NOT_SEEN = """() => {
  const style = (each) => getComputedStyle(each);
  const edge = (each) => parseFloat(style(each).borderInlineStartWidth);
  const marks = [...document.querySelectorAll("[aria-hidden]")]
    .filter((each) => each.checkVisibility() && /^.$/u.test(each.textContent));
  const outlined = (each) => style(each).outlineStyle !== "none";
  const entries = [...document.querySelectorAll("nav a")]
    .filter((each) => each.checkVisibility() && each !== document.activeElement);
  return [
    ...window.painted.filter((each) => !edge(each) && style(each).forcedColorAdjust !== "none"),
    ...marks.filter((each) => !edge(each)),
    ...entries.filter((each) => outlined(each) !== (each.ariaCurrent === "page")),
  ].map((each) => each.outerHTML);
}"""


@pytest.mark.parametrize("at", PAGES, ids=[at.path for at in PAGES])
async def test_a_page_is_for_everyone(
    visit: Visit, acme: World, platform_admin: Person, at: At
) -> None:
    page = await visit(platform_admin if at.platform else acme.admin, viewport=SMALL)
    for language, title in at.titles.items():
        await page.page.evaluate(
            "(tag) => localStorage.setItem('konstruct.language', tag)", language
        )
        await page.open(at.path.format(business=acme.slug, agent=acme.agent_id))
        await expect(
            page.page.get_by_role("heading", level=1, name=title, exact=True)
        ).to_be_visible()
        await page.be_loaded()
        assert not await page.scrolls_sideways(), language
    await every_control_is_reached_by_tab(page)
    assert await page.violations() == []
    await page.page.evaluate(PAINTED)
    await page.page.emulate_media(forced_colors="active")
    assert await page.page.evaluate(NOT_SEEN) == [], "with forced colours"


async def every_control_is_reached_by_tab(page: PortalPage) -> None:
    """Each is, and is seen to have the focus."""
    outlines = set()
    for _ in range(await page.page.get_by_role("main").evaluate(BEGIN)):
        await page.page.keyboard.press("Tab")
        outlines.add(await page.page.evaluate(REACHED))
    assert await page.page.evaluate(NOT_REACHED) == []
    assert outlines <= {"solid 2px"}
