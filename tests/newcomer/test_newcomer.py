"""The way of somebody who has just heard of Konstruct: clone, `make up`, a browser, an answer.

Everything is installed from nothing, so this takes minutes and is run by `make newcomer`, not by
`make test`. At the end it tells how many seconds each step took.
"""

import asyncio
import os
import queue
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from konstruct.devstack.ports import free_port
from playwright.async_api import expect

from tests.support.browser import Device, find_browser, start_browser
from tests.support.portal_page import PortalPage
from tests.support.servers import ROOT

READY_WITHIN_S = 900
ANSWERED_WITHIN_MS = 120_000
ENDS_WITHIN_S = 20
NO_BROWSER = "no Chromium on this machine: install it (Debian: apt-get install chromium)"
LOG_IN = re.compile(r"log in as +(\S+@\S+) +password +(\S+) +\(customer_operator\)")
STEP = re.compile(r"^(?:\[\d+/\d+\] )?(.+?) ?\.\.\.")


class MakeUp:
    """`make up` in a clone, each line of what it says kept with the second it came at."""

    def __init__(self, clone: Path, port: int, data_dir: Path) -> None:
        self.said: list[tuple[float, str]] = []
        self.began = time.monotonic()
        self._ready: queue.Queue[str | None] = queue.Queue()
        ours = ("KONSTRUCT_", "MAKE", "MFLAGS", "VIRTUAL_ENV", "PYTHON")
        self.process = subprocess.Popen(
            ["make", "up", f"ARGS=--port {port} --data-dir '{data_dir}'"],
            cwd=clone,
            env={name: value for name, value in os.environ.items() if not name.startswith(ours)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            bufsize=1,
            start_new_session=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append((time.monotonic(), line.rstrip()))
            if line.startswith("ready "):
                self._ready.put(line.split()[1])
        self._ready.put(None)

    def address(self) -> str:
        """Where it says that it is ready."""
        try:
            address = self._ready.get(timeout=READY_WITHIN_S)
        except queue.Empty:
            address = None
        assert address is not None, f"not ready:\n{self.text}"
        return address

    @property
    def text(self) -> str:
        return "\n".join(line for _, line in self.said)

    def steps(self) -> Iterator[tuple[str, float]]:
        """What it said it was doing, and the seconds until it said something else."""
        told_at = [(at, line, told) for at, line in self.said if (told := STEP.match(line))]
        ends = [at for at, *_ in told_at[1:]] + [self.said[-1][0]]
        for (at, line, told), until in zip(told_at, ends, strict=True):
            seconds = re.search(r"([\d.]+) s$", line)  # numbered steps tell their own, when done
            yield told[1], float(seconds[1]) if seconds else until - at

    def interrupt(self) -> int:
        """Ctrl-C: the terminal tells everything that runs in it; the exit code."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(ENDS_WITHIN_S)


def at_work_below(*directories: Path) -> list[psutil.Process]:
    """Processes whose working directory or program lies in one of these."""
    found = []
    for process in psutil.process_iter():
        try:
            places = [Path(process.cwd()), *map(Path, process.cmdline()[:1])]
        except (psutil.Error, OSError):
            continue
        if any(place.is_relative_to(each) for place in places for each in directories):
            found.append(process)
    return found


def warnings_in(logs: Path) -> Iterator[str]:
    """What any part had to complain about."""
    for log in sorted(logs.glob("*.log")):
        for line in log.read_text(errors="replace").splitlines():
            if '"level": "info"' not in line:
                yield f"{log.stem}: {line}"


@pytest.mark.newcomer
@pytest.mark.timeout(READY_WITHIN_S + 300)
async def test_from_a_fresh_clone_to_the_first_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    browser_path = find_browser()
    if browser_path is None:
        pytest.skip(NO_BROWSER)
    times: list[tuple[str, float]] = []
    clone, data_dir = tmp_path / "konstruct", tmp_path / "data"
    began = time.monotonic()

    def passed(what: str) -> None:
        times.append((what, time.monotonic() - began - sum(seconds for _, seconds in times)))

    command = ["git", "-c", "safe.directory=*", "clone", "-q", "--no-local", ROOT, clone]
    await asyncio.to_thread(subprocess.run, command, check=True, timeout=120)
    passed("git clone")
    up = MakeUp(clone, free_port(), data_dir)
    try:
        address = up.address()
        passed("make up, until it is ready")
        operator = LOG_IN.search(up.text)
        assert operator is not None, up.text
        async with (
            start_browser(browser_path) as browser,
            Device.of(browser, address) as device,
        ):
            passed("browser started")
            page = PortalPage(await device.tab(), device)
            await page.open()
            await expect(page.log_in_form).to_be_visible()
            passed("page loaded")
            await page.log_in(*operator.groups())
            await page.choose("Ada")
            await expect(page.practice).to_be_visible()
            passed("logged in, employee chosen")
            await page.say("What is the capital of France?")
            await expect(page.answers.last).to_contain_text(
                re.compile(r"Ada:\s*\w"), use_inner_text=True, timeout=ANSWERED_WITHIN_MS
            )
            passed("first streamed text")
            await expect(page.stop).to_be_hidden(timeout=ANSWERED_WITHIN_MS)
            await expect(page.answers.last.get_by_role("time")).to_be_visible()
            passed("whole answer")
            answer = await page.answers.last.inner_text()
            device.require_clean()
        code = up.interrupt()
        passed("Ctrl-C, until all has ended")
    except BaseException:
        print(up.text, *warnings_in(data_dir / "logs"), sep="\n")
        raise
    finally:
        if up.process.poll() is None:
            os.killpg(up.process.pid, signal.SIGTERM)
            up.process.wait(ENDS_WITHIN_S)

    with capsys.disabled():
        print(f"\n\n{answer!r}\n")
        for what, seconds in times:
            print(f"{seconds:8.1f} s  {what}")
            if what.startswith("make up"):
                for step, step_seconds in up.steps():
                    print(f"{step_seconds:12.1f} s  {step}")
        print(f"{time.monotonic() - began:8.1f} s  in all\n")
    # Of an interrupt make says 2 or 130, or ends by the signal itself.
    assert code in (0, 2, 130, -signal.SIGINT), up.text
    assert "Stopped." in up.text
    assert at_work_below(clone, data_dir) == []
