"""Whatever a document does, reading it ends in its deadline, in a process that can do no harm."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter

import psutil
import pytest
from orchestrator.knowledge.chunking import chunks_of
from orchestrator.knowledge.parse import parse
from orchestrator.knowledge.parsed import ParseFailed
from orchestrator.knowledge.parsing import limits

from tests.support.documents import Said, docx, pages_of, paragraph, pdf, zipped
from tests.support.waiting import eventually

PROSE = (
    "We are open from nine to five, and on Saturday by appointment, which is made by telephone. "
)
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
NEVER_ENDS = ("a" + "\u0316\u0301" * 1_000_000).encode()
"""Marks that normalising has to sort: minutes of work in 4 MB of plain text."""


def children() -> list[psutil.Process]:
    return [
        child
        for child in psutil.Process().children(recursive=True)
        if "orchestrator.knowledge.parsing" in child.cmdline()
    ]


async def test_twenty_pages_are_read_and_cut_in_well_under_three_seconds(
    figures: Counter[str],
) -> None:
    content = pdf(pages_of(PROSE * 900)[:20], title="Handbook")
    began = time.perf_counter()
    parsed = await parse(content, "handbook.pdf", "application/pdf")
    chunks = chunks_of(parsed)
    figures["20-page PDF read and chunked, s"] = round(time.perf_counter() - began, 2)
    assert parsed.pages == 20
    assert parsed.title == "Handbook"
    assert parsed.language == "en"
    assert len(chunks) > 40
    assert not children()


BOMB = zipped({"word/document.xml": bytes(110 * 1024 * 1024)})
ENTITIES = (
    '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]><w>&j;</w>"
)
CASES = {
    "document bomb, zipped": (BOMB, "too_big"),
    "document bomb, of entities": (zipped({"word/document.xml": ENTITIES}), "broken"),
    "200-page scan": (pdf([None] * 200), "scanned_without_text"),
    "password": (pdf([[Said(PROSE)]], locked=True), "password"),
    "broken zip": (docx(paragraph(PROSE * 50))[:-100], "broken"),
    "wrong type": (b"\x89PNG\r\n\x1a\n" + bytes(1000), "wrong_type"),
    "50 MB": (b"%PDF-1.7\n" + bytes(50 * 1024 * 1024), "too_big"),
    "empty": (b"", "empty"),
}


@pytest.mark.parametrize("case", CASES)
async def test_what_cannot_be_read_says_why_within_seconds(
    case: str, figures: Counter[str]
) -> None:
    content, code = CASES[case]
    began = time.perf_counter()
    with pytest.raises(ParseFailed) as refused:
        await parse(content, "innocent.docx", DOCX)
    seconds = time.perf_counter() - began
    figures[f"{case}: refused as {code}, s"] = round(seconds, 2)
    assert refused.value.code == code
    assert seconds < limits.DEADLINE_S
    assert not children()


async def test_a_child_is_killed_at_its_deadline(figures: Counter[str]) -> None:
    began = time.perf_counter()
    with pytest.raises(ParseFailed) as refused:
        await parse(NEVER_ENDS, "notes.txt", "text/plain", deadline_s=1.0)
    figures["never-ending text: too_slow at 1 s, s"] = round(time.perf_counter() - began, 2)
    assert refused.value.code == "too_slow"
    assert not children()


async def test_a_child_is_killed_when_its_job_is_cancelled() -> None:
    parsing = asyncio.create_task(parse(NEVER_ENDS, "notes.txt", "text/plain"))
    await eventually(children, "a child reads")
    parsing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await parsing
    assert not children()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it ends at its deadline")
def test_a_child_ends_with_a_worker_that_was_killed_outright() -> None:
    script = (
        "import asyncio; from orchestrator.knowledge.parse import parse;"
        f"asyncio.run(parse({NEVER_ENDS[:3]!r} + {NEVER_ENDS[3:5]!r} * 2_000_000, 'a.txt', ''))"
    )
    worker = subprocess.Popen([sys.executable, "-c", script])
    try:
        found: list[psutil.Process] = []
        while not found:
            found = psutil.Process(worker.pid).children()
            time.sleep(0.01)
        worker.kill()
        gone, _ = psutil.wait_procs(found, timeout=10)
        assert gone == found
    finally:
        worker.kill()
        worker.wait()


CONFINED = """
import json, os, socket, sys
from orchestrator.knowledge.parsing import limits
limits.bind_this_process(os.getppid())
limits.open_nothing_more()
said = {"environment": sorted(os.environ)}
def tried(name, act):
    try:
        act()
        said[name] = "done"
    except (OSError, MemoryError) as error:
        said[name] = type(error).__name__
tried("connection", lambda: socket.socket())
tried("file", lambda: open("/etc/passwd"))
tried("memory", lambda: bytearray(400 * 1024 * 1024))
sys.stdout.write(json.dumps(said))
"""


def test_a_child_has_no_network_no_files_no_environment_and_little_memory() -> None:
    ended = subprocess.run(
        [sys.executable, "-I", "-c", CONFINED], env={}, capture_output=True, check=True
    )
    said = json.loads(ended.stdout)
    assert said.pop("environment") in ([], ["LC_CTYPE"])
    assert said == {"connection": "OSError", "file": "OSError", "memory": "MemoryError"}


async def test_a_child_without_memory_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the system's hand too: it is killed, and nobody waits."""
    parsing = asyncio.create_task(parse(NEVER_ENDS, "notes.txt", "text/plain"))
    await eventually(children, "a child reads")
    os.kill(children()[0].pid, signal.SIGKILL)
    with pytest.raises(ParseFailed) as refused:
        await parsing
    assert refused.value.code == "too_much_memory"


async def test_others_wait_for_a_place_and_all_are_read() -> None:
    read = await asyncio.gather(*(parse(PROSE.encode(), f"{n}.txt", "") for n in range(5)))
    assert {parsed.title for parsed in read} == set("01234")
