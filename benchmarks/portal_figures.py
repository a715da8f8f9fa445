"""How light and quick the web page is, in a real browser on the real stack: `make portal-figures`.

Everything runs on this machine, and a busy machine shows in the times, so their budgets are wide
enough for two crowded cores that draw without a graphics card; sizes, shifts and jumps are the
page's own, and their budgets tight. A figure over its budget is marked and makes the command fail.
"""

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import UUID

from gateway.portal import portal_dir
from konstruct.devstack.errors import DevstackError
from konstruct.devstack.progress import Progress
from playwright.sync_api import Browser, BrowserContext, Error, Page, Request

from benchmarks.browser import Portal, in_the_database, log_in, running_browser, running_portal
from benchmarks.failure import BenchmarkFailed
from benchmarks.figures import median, p95
from tests.support.doors import open_door
from tests.support.long_talk import store_talk
from tests.support.people import make_person, make_world

STEPS = 8
PASSWORD = "figures of the portal"
LOADS = 5
COLOURS_OF_CODE = "/assets/highlighted-code"
HEADLESS = b"base-ui"
"""In each script that has a part of Base UI, which is loaded with what needs it."""
KEYS = 120
BETWEEN_KEYS_MS = 40
WHEEL_PX, WHEEL_TURNS, BETWEEN_TURNS_MS = 150, 200, 30
PROBES = (Path(__file__).parent / "portal_probes.js").read_text()
ANSWER = (
    "Here is what I found.\\n\\n## Returns\\n\\n- nine lamps\\n- two chairs, of which one came "
    "back with a leg missing\\n\\n"
    "```python\\nfor lamp in returned:\\n    print(lamp.reason)\\n```\\n\\n"
    "| Day | Returns |\\n|---|---|\\n| Monday | 3 |\\n| Tuesday | 8 |\\n\\nOn the whole the week "
    "was like the one before, and nothing has to be done but to write to the carrier about the "
    "open parcels. "
)
STREAMED = f'[[model: text="{ANSWER * 3}" pieces=240 rate=60]] How were the returns?'


@dataclass(frozen=True)
class Figure:
    """One number, and the most it may be."""

    name: str
    value: float
    unit: str
    budget: float

    @property
    def over(self) -> bool:
        return self.value > self.budget


@dataclass(frozen=True)
class Talks:
    """Somebody with a conversation just begun and a very long one."""

    email: str
    short: str
    """Paths of the page."""
    long: str


def measure(browser: Browser, portal: Portal, messages: int, progress: Progress) -> list[Figure]:
    with progress.step(f"A person, and a conversation of {messages:,} messages"):
        talks = _set_up(portal, messages)
    with progress.step("First loads"):
        figures = _first_loads(browser, portal, talks)
    with progress.step("A door, as a customer opens it"):
        figures += _door(browser, portal)
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.add_init_script(PROBES)
    page = context.new_page()
    log_in(page, portal.url, talks.email, PASSWORD)
    with progress.step("Typing, with nothing said yet"):
        _open(page, portal.url + talks.short)
        figures += _typing(page, "empty thread")
    with progress.step("An answer that streams"):
        figures += _streaming(page)
    with progress.step(f"Scrolling through {messages:,} messages"):
        _open(page, portal.url + talks.long)
        figures += _scrolling(page, messages)
    with progress.step(f"Typing, with {messages:,} messages loaded"):
        figures += _memory(context, page)
        figures += _typing(page, f"{messages:,} messages")
    context.close()
    return figures


def _set_up(portal: Portal, messages: int) -> Talks:
    async def make() -> tuple[str, str, UUID, UUID, UUID]:
        world = await make_world("figures")
        person = await make_person("reader", world.id, password=PASSWORD)
        conversation_id = await world.conversation(person, world.other_agent_id)
        return world.slug, person.email, world.agent_id, world.other_agent_id, conversation_id

    slug, email, short, long, conversation_id = in_the_database(make)
    store_talk(portal.database.superuser_conninfo, conversation_id, messages)
    return Talks(email, f"/b/{slug}/chat/{short}", f"/b/{slug}/chat/{long}")


def _first_loads(browser: Browser, portal: Portal, talks: Talks) -> list[Figure]:
    """Each in a browser that has nothing cached; the second with somebody logged in."""
    visitor = browser.new_context()
    log_in(visitor.new_page(), portal.url, talks.email, PASSWORD)
    logged_in = visitor.storage_state()
    visitor.close()
    figures = []
    for name, path, state_at_first in (("log-in", "/", None), ("chat", talks.long, logged_in)):
        state, sizes, paints, headless = state_at_first, [], [], []
        for _ in range(LOADS):
            context = browser.new_context(storage_state=state)
            context.add_init_script(PROBES)
            size, paint, of_base_ui = _load(context, portal.url + path)
            sizes.append(size)
            paints.append(paint)
            headless.append(of_base_ui)
            if state is not None:
                state = context.storage_state()  # each visit renews the log-in
            context.close()
        figures += [
            Figure(f"script of the first load, {name}", max(sizes) / 1000, "kB", 200),
            Figure(f"first contentful paint, {name}", median(paints), "ms", 1500),
            Figure(f"scripts with Base UI in the first load, {name}", max(headless), "", 0),
        ]
    figures.append(Figure("script of Base UI, all of it", _headless_bytes() / 1000, "kB", 117))
    return figures


def _door(browser: Browser, portal: Portal) -> list[Figure]:
    """What a customer's browser loads: the script on the business's site, and the page at the first
    click, all of it. Both go over the line in gzip or as they are, which is more than in Brotli."""

    async def make() -> UUID:
        return await open_door(await make_world("door"))

    door = in_the_database(make)
    context = browser.new_context()
    page = context.new_page()
    finished: list[Request] = []
    page.on("requestfinished", lambda request: finished.append(request))  # noqa: PLW0108
    page.goto(f"{portal.url}/c/{door}", wait_until="networkidle")
    of_page = sum(request.sizes()["responseBodySize"] for request in finished)
    finished.clear()
    page.goto(f"{portal.url}/w/{door}.js")
    of_loader = finished[0].sizes()["responseBodySize"]
    context.close()
    return [
        Figure("script on a business's website", of_loader / 1000, "kB", 6),
        Figure("page of a door, all of it", of_page / 1000, "kB", 60),
    ]


def _headless_bytes() -> int:
    """Of all scripts of the build that have a part of it, as they go over the line."""
    scripts = (portal_dir() / "assets").glob("*.js")
    of_base_ui = [file for file in scripts if HEADLESS in file.read_bytes()]
    return sum(file.with_name(f"{file.name}.gz").stat().st_size for file in of_base_ui)


def _load(context: BrowserContext, url: str) -> tuple[int, float, int]:
    """Bytes of script as they came over the line, when something was first seen, and how many
    scripts had a part of Base UI.

    Not counted are the colours of code, which come after a text that has code in it.
    """
    page = context.new_page()
    finished: list[Request] = []
    page.on("requestfinished", lambda request: finished.append(request))  # noqa: PLW0108
    page.goto(url, wait_until="networkidle")
    paint: float = page.wait_for_function(
        "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
    ).json_value()
    scripts = [
        request
        for request in finished
        if request.resource_type == "script" and COLOURS_OF_CODE not in request.url
    ]
    responses = [response for request in scripts if (response := request.response())]
    headless = sum(HEADLESS in response.body() for response in responses)
    return sum(request.sizes()["responseBodySize"] for request in scripts), paint, headless


def _open(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_role("textbox").wait_for()
    page.wait_for_function("() => document.activeElement?.tagName === 'TEXTAREA'")


def _typing(page: Page, name: str) -> list[Figure]:
    page.get_by_role("textbox").focus()
    page.evaluate("probes.keys.begin()")
    for number in range(KEYS):
        page.keyboard.press(" " if number % 6 == 5 else "abcdefghij"[number % 10])
        page.wait_for_timeout(BETWEEN_KEYS_MS)
    times: list[float] = page.evaluate("probes.keys.end()")
    if len(times) < KEYS * 0.9:
        raise BenchmarkFailed(f"Of {KEYS} keys, {len(times)} were seen.")
    page.get_by_role("textbox").fill("")
    return [
        Figure(f"keystroke to shown text, {name}, median", median(times), "ms", 50),
        Figure(f"keystroke to shown text, {name}, p95", p95(times), "ms", 120),
    ]


def _streaming(page: Page) -> list[Figure]:
    page.get_by_role("textbox").fill(STREAMED)
    page.evaluate("probes.shifts.begin()")
    page.evaluate("probes.frames.begin()")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Copy answer").last.wait_for()
    frames = page.evaluate("probes.frames.end()")
    shift: float = page.evaluate("probes.shifts.end()")
    return [
        Figure("layout shift while an answer streams", shift, "", 0.02),
        Figure("long tasks while an answer streams", frames["longTasksMs"], "ms", 1000),
    ]


def _scrolling(page: Page, messages: int) -> list[Figure]:
    """The wheel turns up from the end while older pages come in; then all is loaded; then down."""
    page.get_by_role("listitem").last.wait_for()
    page.evaluate("probes.frames.begin()")
    seen = [_turn_the_wheel(page, -WHEEL_PX)]
    frames = [page.evaluate("probes.frames.end()")]
    moved_by_older: float = page.evaluate("probes.loadAll()")
    first = page.locator("li[aria-posinset='1']")
    if first.get_attribute("aria-setsize") != str(messages):
        raise BenchmarkFailed(f"The top was reached with {first.get_attribute('aria-setsize')}.")
    page.evaluate("probes.frames.begin()")
    seen.append(_turn_the_wheel(page, WHEEL_PX))
    frames.append(page.evaluate("probes.frames.end()"))

    def worst(of: list[dict[str, float]], name: str) -> float:
        return max(each[name] for each in of)

    return [
        Figure("furthest that older messages move what is read", moved_by_older, "px", 2),
        Figure("furthest a frame moves but by the wheel", worst(seen, "jumpPx"), "px", 2),
        Figure("frames with nothing to read while scrolling", worst(seen, "blankPercent"), "%", 5),
        Figure("frames dropped while scrolling", worst(frames, "droppedPercent"), "%", 30),
        Figure("longest frame while scrolling", worst(frames, "longestMs"), "ms", 400),
        Figure("long tasks while scrolling", worst(frames, "longTasksPercent"), "%", 30),
    ]


def _turn_the_wheel(page: Page, by_px: int) -> dict[str, float]:
    page.get_by_role("region", name="Conversation with").hover()
    page.evaluate("probes.wheel.begin()")
    for _ in range(WHEEL_TURNS):
        page.mouse.wheel(0, by_px)
        page.wait_for_timeout(BETWEEN_TURNS_MS)
    page.wait_for_timeout(500)
    seen: dict[str, float] = page.evaluate("probes.wheel.end()")
    if abs(seen["moved"]) < abs(WHEEL_TURNS * by_px) / 2:
        raise BenchmarkFailed(f"Of {seen['asked']:.0f} px the wheel moved {seen['moved']:.0f}.")
    return seen


def _memory(context: BrowserContext, page: Page) -> list[Figure]:
    devtools = context.new_cdp_session(page)
    devtools.send("HeapProfiler.collectGarbage")
    used = devtools.send("Runtime.getHeapUsage")["usedSize"]
    nodes = page.evaluate("document.querySelectorAll('*').length")
    return [
        Figure("JavaScript heap, everything loaded", used / 1e6, "MB", 80),
        Figure("elements on the page, everything loaded", nodes, "", 3000),
    ]


def as_text(figures: list[Figure]) -> str:
    width = max(len(figure.name) for figure in figures) + 2
    lines = []
    for figure in figures:
        budget = f"(budget {figure.budget:g})" + ("  OVER" if figure.over else "")
        lines.append(f"  {figure.name:<{width}}{figure.value:>9.1f} {figure.unit:<5} {budget}")
        if not figure.unit and figure.value < 1:
            lines[-1] = lines[-1].replace(f"{figure.value:>9.1f}", f"{figure.value:>9.4f}")
    return "\n".join(lines)


def main() -> int:
    options = _parser().parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    for name in [name for name in os.environ if name.startswith("KONSTRUCT_")]:
        del os.environ[name]  # the product as it comes, whatever this shell is set up for
    progress, began = Progress(STEPS), time.monotonic()
    try:
        with (
            tempfile.TemporaryDirectory(prefix="konstruct-figures-") as directory,
            running_portal(Path(directory), progress) as portal,
            running_browser() as browser,
        ):
            figures = measure(browser, portal, options.messages, progress)
    except (BenchmarkFailed, DevstackError, OSError, Error) as error:
        progress.say(f"The page could not be measured: {error}")
        return 1
    except KeyboardInterrupt:
        progress.say("Stopped before everything was measured.")
        return 130
    over = [figure.name for figure in figures if figure.over]
    if options.json:
        print(json.dumps([asdict(figure) | {"over": figure.over} for figure in figures], indent=2))
    else:
        print(as_text(figures))
    progress.say(f"\nTook {time.monotonic() - began:.0f} s.")
    if over:
        progress.say(f"Over budget: {', '.join(over)}.")
    return 1 if over else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.portal_figures", description=__doc__
    )
    parser.add_argument("--messages", type=int, default=10_000, help="in the long conversation")
    parser.add_argument("--json", action="store_true", help="print JSON, for scripts")
    return parser


if __name__ == "__main__":
    sys.exit(main())
