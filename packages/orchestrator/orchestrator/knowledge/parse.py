"""Reads a document in a child process of its own, which ends for certain: by itself, at its
deadline, or with the worker. The child gets the bytes and nothing else: no environment, no files,
no network."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final
from weakref import WeakKeyDictionary

from shared.log import get_logger

from orchestrator.knowledge.parsed import Parsed, ParseFailed, parsed_from
from orchestrator.knowledge.parsing import failures, limits
from orchestrator.knowledge.parsing.page_facts import PageFacts

log = get_logger(__name__)

AT_ONCE: Final = 2
"""Children of one worker; others wait for a place."""
MOST_ANSWERED: Final = 32 * 1024 * 1024
_CHILD: Final = ("-I", "-m", "orchestrator.knowledge.parsing")
_OF_TIME: Final = {-signal.SIGALRM, -signal.SIGXCPU}
_places: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


async def parse(
    content: bytes, name: str, mime: str, *, deadline_s: float = limits.DEADLINE_S
) -> Parsed:
    """The text of a document, with its blocks. What it is, its bytes say; `name` and `mime` tell
    kinds of text apart. Raises ParseFailed, within `deadline_s` once there is a place."""
    return await _parsed(await _answer(content, name, mime, deadline_s))


async def parse_page(
    content: bytes, name: str, mime: str, *, deadline_s: float = limits.DEADLINE_S
) -> tuple[Parsed, PageFacts]:
    """What is at an address of the web. A page without text is no failure: what it says beside may
    tell why. Raises ParseFailed."""
    answer = await _answer(content, name, mime, deadline_s)
    facts = PageFacts(**answer.get("facts", {}))
    if answer.get("code") == "empty" and "facts" in answer:
        return parsed_from("", ""), facts
    return await _parsed(answer), facts


async def _answer(content: bytes, name: str, mime: str, deadline_s: float) -> dict[str, Any]:
    if len(content) > limits.MOST_BYTES:
        raise failures.too_many_bytes(len(content))
    asked = {"name": name, "mime": mime, "parent": os.getpid()}
    async with _place():
        return await _asked_of_child(json.dumps(asked).encode() + b"\n", content, deadline_s)


async def _parsed(answer: dict[str, Any]) -> Parsed:
    if "code" in answer:
        log.info("document_not_read", code=answer["code"], error=answer.get("error"))
        raise ParseFailed(answer["code"], answer["sentence"])
    return await asyncio.to_thread(
        parsed_from,
        answer["text"],
        answer["title"],
        language=answer["language"],
        unread_pages=tuple(answer["unread_pages"]),
    )


async def _asked_of_child(head: bytes, content: bytes, deadline_s: float) -> dict[str, Any]:
    async with _child() as child:
        try:
            async with asyncio.timeout(deadline_s):
                await _give(child, head, content)
                answer = await _read(child)
                code = await child.wait()
        except TimeoutError:
            raise failures.too_slow() from None
    if code == 0 and answer:
        with suppress(ValueError):
            found: dict[str, Any] = json.loads(answer)
            return found
    log.warning("document_reader_ended", code=code, bytes=len(content))
    if code in _OF_TIME:
        raise failures.too_slow()
    if code == -signal.SIGKILL:  # the system had no memory left for it, or its time was up
        raise failures.too_much_memory()
    raise failures.broken()


@asynccontextmanager
async def _child() -> AsyncIterator[asyncio.subprocess.Process]:
    """However it is left, the process is gone afterwards."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *_CHILD,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={},
        start_new_session=True,  # a Ctrl-C at the terminal is the worker's, which then ends us
    )
    try:
        yield child
    finally:
        if child.returncode is None:
            with suppress(ProcessLookupError):
                child.kill()
            await asyncio.shield(child.wait())


async def _give(child: asyncio.subprocess.Process, head: bytes, content: bytes) -> None:
    assert child.stdin is not None
    with suppress(BrokenPipeError, ConnectionResetError):  # its exit code says why
        child.stdin.writelines((head, content))
        await child.stdin.drain()
        child.stdin.close()


async def _read(child: asyncio.subprocess.Process) -> bytes:
    assert child.stdout is not None
    answer = bytearray()
    while piece := await child.stdout.read(1024 * 1024):
        answer += piece
        if len(answer) > MOST_ANSWERED:
            raise failures.too_many_characters()
    return bytes(answer)


def _place() -> asyncio.Semaphore:
    return _places.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE))
