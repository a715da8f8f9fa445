"""Whether `up` opens a browser, and what others can see of it."""

import asyncio
import os
import stat
from pathlib import Path
from types import SimpleNamespace

import pytest
from konstruct.devstack import browser

from tests.support.waiting import eventually

URL = "http://127.0.0.1:8000/enter#s3cr3t&<"


class Terminal:
    def __init__(self, is_one: bool) -> None:
        self.isatty = lambda: is_one


@pytest.fixture
def desktop(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A Linux desktop with a program that opens browsers; somebody sits before it."""
    program = tmp_path / "bin" / "xdg-open"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\necho "$@" > "$0.asked"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(browser, "sys", a_system())
    return program


def a_system(*elsewhere: str) -> SimpleNamespace:
    """Linux, with a terminal but for the streams that go elsewhere."""
    streams = {name: Terminal(name not in elsewhere) for name in ("stdout", "stderr")}
    return SimpleNamespace(platform="linux", **streams)


@pytest.mark.parametrize(
    ("environment", "opens"),
    [
        ({"DISPLAY": ":0"}, True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, True),
        ({}, False),
        ({"DISPLAY": ":10", "SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}, False),
        ({"DISPLAY": ":10", "SSH_TTY": "/dev/pts/1"}, False),
    ],
)
def test_a_browser_is_opened_where_somebody_would_see_it(
    environment: dict[str, str], opens: bool, desktop: Path
) -> None:
    assert browser.opener(environment) == (str(desktop) if opens else None)


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_none_is_opened_when_output_goes_elsewhere(
    stream: str, desktop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser, "sys", a_system(stream))
    assert browser.opener({"DISPLAY": ":0"}) is None


def test_none_is_opened_without_a_program_for_it(
    desktop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert browser.opener({"DISPLAY": ":0"}) is None


async def test_the_link_is_on_no_command_line_and_in_a_file_for_us_alone(
    desktop: Path, tmp_path: Path
) -> None:
    page = tmp_path / "open.html"
    assert browser.open_by(str(desktop), URL, page)
    asked = Path(f"{desktop}.asked")
    await eventually(lambda: asked.exists() and asked.read_text().endswith("\n"), "asked to open")
    assert await asyncio.to_thread(asked.read_text) == f"{page.as_uri()}\n"
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert 'content="0; url=http://127.0.0.1:8000/enter#s3cr3t&amp;&lt;"' in page.read_text()


def test_a_program_that_cannot_be_run_is_no_error(tmp_path: Path) -> None:
    assert not browser.open_by(str(tmp_path / "none"), URL, tmp_path / "open.html")
