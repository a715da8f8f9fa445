"""Shows a conversation in a terminal: answers on standard output, all else on standard error.

Promises: an answer that starts over begins on a fresh line. On a screen an answer begins with the
agent's name, its Markdown is made readable, and nothing in it can control the terminal. A pipe gets
what the model wrote.
"""

import asyncio
import contextlib
import os
import sys
import threading
from collections.abc import AsyncIterator, Sequence
from typing import TextIO

from konstruct.chat.markdown import Markdown
from konstruct.portal import Message
from konstruct.screen import harmless, harmless_on, one_line

COMMANDS = {
    "/stop": "stops the answer",
    "/retry": "has one that failed answered again",
    "/reset": "empties the conversation",
    "/help": "shows this",
    "/quit": "ends; so does Ctrl-D",
}
HELP = "\n".join(
    (
        *(f"  {name:7} {does}" for name, does in COMMANDS.items()),
        "Everything else you write is said.",
    )
)
ENDINGS = {
    "length": "(The answer was cut at its limit of length. Say “go on” for the rest.)",
    "broken_off": "(The answer broke off here.)",
}
_CLEAR_LINE = "\r\x1b[K"


class Terminal:
    """Where a conversation is shown."""

    def __init__(
        self, out: TextIO | None = None, err: TextIO | None = None, *, agent: str = ""
    ) -> None:
        self._out = out or sys.stdout
        self._err = err or sys.stderr
        self._agent = one_line(agent)
        self._markdown = Markdown()
        self._mid_line = False
        self._line_left = False
        self._typing = False
        self._said_last = ""
        self._reason: str | None = None

    def say(self, sentence: str) -> None:
        """Show a sentence to the person."""
        self.leave_line()
        self._err.write(f"{harmless(sentence)}\n")
        self._err.flush()
        self._said_last = sentence

    def say_once(self, sentence: str) -> None:
        """Show it, unless it was the last one shown."""
        if sentence != self._said_last:
            self.say(sentence)

    def typing(self) -> None:
        if self._err.isatty() and not self._mid_line:
            self._err.write(f"{_CLEAR_LINE}typing…")
            self._err.flush()
            self._typing = True

    def prompt(self) -> None:
        if self._err.isatty() and sys.stdin.isatty():
            self.leave_line()
            self._err.write("> ")
            self._err.flush()

    def speak(self, text: str, *, afresh: bool = False, ends: bool = False) -> None:
        """Show a part of an answer."""
        self._clear_typing()
        self._line_left = False
        if afresh and self._mid_line:
            self._out.write(f"{self._readable('', ends=True)}\n")
            self._mid_line = False
        if text and not self._mid_line and self._agent and self._out.isatty():
            self._out.write(f"{self._agent}: ")
        self._out.write(self._readable(harmless_on(self._out, text), ends=ends))
        self._mid_line = not ends
        if ends:
            self._out.write("\n")
        self._out.flush()

    def _readable(self, text: str, *, ends: bool) -> str:
        """What can be shown of the answer by now, with a screen's colours."""
        if not _has_colours(self._out):
            return text
        shown = self._markdown.feed(text)
        if ends:
            shown += self._markdown.end()
            self._markdown = Markdown()
        return shown

    def show_history(self, messages: Sequence[Message]) -> None:
        for message in messages:
            if message.status == "merged":
                continue
            who = "you" if message.role == "user" else self._agent
            how = "" if message.status == "complete" else f" [{message.status}]"
            self._err.write(f"{who}{how}: {self._as_said(message)}\n")
            self._err.flush()
            if message.finish in ENDINGS:
                self.say(ENDINGS[message.finish])

    def _as_said(self, message: Message) -> str:
        text = harmless(message.content)
        if message.role == "user" or not _has_colours(self._err):
            return text
        markdown = Markdown()
        return markdown.feed(text) + markdown.end()

    def why_it_failed(self, sentence: str) -> None:
        """Show why an answer failed; in mid-answer, only after the answer's end."""
        if self._mid_line:
            self._reason = sentence
        else:
            self.say(sentence)

    def say_why_it_failed(self) -> None:
        """Show the reason that was kept until the answer's end, if any."""
        reason, self._reason = self._reason, None
        if reason is not None:
            self.say(reason)

    def forget_reason(self) -> None:
        self._reason = None

    def leave_line(self) -> None:
        """Begin a new line on standard error, which may be the same screen or file as standard
        output. Standard output gets none, because a program may read it."""
        self._clear_typing()
        if self._mid_line and not self._line_left:
            self._err.write("\n")
            self._err.flush()
            self._line_left = True

    def _clear_typing(self) -> None:
        if self._typing:
            self._err.write(_CLEAR_LINE)
            self._err.flush()
            self._typing = False


async def typed_lines() -> AsyncIterator[str]:
    """The lines the person types, until standard input ends.

    A daemon thread reads them: anything else would keep the program alive while it waits for a key.
    """
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[bytes | None] = asyncio.Queue()
    descriptor = sys.stdin.fileno()

    def read() -> None:
        rest = b""
        # Not through sys.stdin: a waiting thread would hold its lock, and break the program's exit.
        with contextlib.suppress(RuntimeError, OSError):  # the loop is closed already
            while piece := os.read(descriptor, 65536):
                *whole, rest = (rest + piece).split(b"\n")
                for line in whole:
                    loop.call_soon_threadsafe(lines.put_nowait, line)
            for end in (rest, None) if rest else (None,):
                loop.call_soon_threadsafe(lines.put_nowait, end)

    threading.Thread(target=read, name="typed-lines", daemon=True).start()
    while (line := await lines.get()) is not None:
        yield line.decode(sys.stdin.encoding, errors="replace").rstrip("\r")


def _has_colours(stream: TextIO) -> bool:
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
