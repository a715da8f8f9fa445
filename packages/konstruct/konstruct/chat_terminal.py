"""A conversation in a terminal: the answers on standard output, everything else on standard error.

Promises: an answer that starts over does so on a fresh line; on a screen it begins with the
employee's name, its Markdown is made readable, and nothing in it can steer the terminal; a pipe
gets what the model wrote.
"""

import asyncio
import contextlib
import os
import sys
import threading
from collections.abc import AsyncIterator, Sequence
from typing import TextIO

from shared.errors import Conflict, Unavailable

from konstruct.chat_client import ChatClient
from konstruct.chat_events import (
    Accepted,
    Answered,
    ChatEvent,
    Connected,
    Emptied,
    Heard,
    Notice,
    Refused,
    Said,
    Typing,
    Waiting,
)
from konstruct.chat_markdown import Markdown
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
        self._typing = False
        self._said_last = ""

    def say(self, sentence: str) -> None:
        """For the person."""
        self._begin_line()
        self._err.write(f"{harmless(sentence)}\n")
        self._err.flush()
        self._said_last = sentence

    def say_once(self, sentence: str) -> None:
        """For the person, unless they have just been told so."""
        if sentence != self._said_last:
            self.say(sentence)

    def typing(self) -> None:
        if self._err.isatty() and not self._mid_line:
            self._err.write(f"{_CLEAR_LINE}typing…")
            self._err.flush()
            self._typing = True

    def prompt(self) -> None:
        if self._err.isatty() and sys.stdin.isatty():
            self._begin_line()
            self._err.write("> ")
            self._err.flush()

    def speak(self, text: str, *, afresh: bool = False, ends: bool = False) -> None:
        """Part of an answer."""
        self._clear_typing()
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
        """What can be shown of it by now, in a screen's colours."""
        if not _has_colours(self._out):
            return text
        shown = self._markdown.feed(text)
        if ends:
            shown += self._markdown.end()
            self._markdown = Markdown()
        return shown

    def show_history(self, messages: Sequence[Message]) -> None:
        for message in messages:
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

    def _begin_line(self) -> None:
        """A new line on the screen; standard output, which a program may read, gets none."""
        self._clear_typing()
        if self._mid_line and self._err.isatty():
            self._err.write("\n")

    def _clear_typing(self) -> None:
        if self._typing:
            self._err.write(_CLEAR_LINE)
            self._err.flush()
            self._typing = False


async def ask(chat: ChatClient, text: str, terminal: Terminal, *, timeout_s: float) -> bool:
    """Say one thing and show the answer; whether it is complete. Raises KonstructError."""
    asked = chat.send(text)
    message_id: str | None = None
    try:
        async with asyncio.timeout(timeout_s):
            async for event in chat.events():
                match event:
                    case Accepted(client_message_id=accepted) if accepted == asked:
                        message_id = event.message_id
                    case Refused(client_message_id=refused) if refused == asked:
                        terminal.say(event.message)
                        return False
                    case Said(reply_to=about) if about == message_id:
                        terminal.speak(event.text, afresh=event.afresh)
                    case Answered(reply_to=about) if about == message_id:
                        return _show_outcome(terminal, event)
                    case Emptied() if message_id is not None:
                        raise Conflict("The conversation was reset before the answer came.")
                    case Typing() | Waiting() | Notice():
                        _show_circumstances(terminal, event)
    except TimeoutError:
        raise Unavailable(
            f"No answer came within {timeout_s:.0f} seconds. "
            + ("It will be in the conversation." if message_id else "Nothing was sent.")
        ) from None
    raise AssertionError("events end with an error")


class Talk:
    """A conversation of many messages, with commands."""

    def __init__(self, chat: ChatClient, terminal: Terminal) -> None:
        self._chat = chat
        self._terminal = terminal
        self._unanswered: set[str] = set()
        self._settled = asyncio.Event()
        self._settled.set()
        self._last_failed: str | None = None

    def send(self, text: str) -> None:
        self._await(self._chat.send(text))

    def stop(self) -> None:
        self._chat.stop()

    def retry(self) -> bool:
        """Answer the last failed message again; whether there is one."""
        reply_to, self._last_failed = self._last_failed, None
        if reply_to is not None:
            self._await(reply_to)
            self._chat.retry(reply_to)
        return reply_to is not None

    async def settled(self) -> None:
        """Until nothing is unanswered."""
        await self._settled.wait()

    async def show(self) -> None:
        """Show what happens, for as long as it runs. Raises KonstructError."""
        async for event in self._chat.events():
            self._show(event)
            if self._settled.is_set() and not isinstance(event, Connected | Accepted):
                self._terminal.prompt()

    def _show(self, event: ChatEvent) -> None:
        match event:
            case Accepted():
                self._unanswered.discard(event.client_message_id)
                self._await(event.message_id)
            case Refused():
                self._terminal.say(event.message)
                self._answered(event.client_message_id)
            case Said():
                self._terminal.speak(event.text, afresh=event.afresh)
            case Answered():
                _show_outcome(self._terminal, event)
                self._last_failed = event.reply_to if event.status == "failed" else None
                self._answered(event.reply_to)
            case Heard():
                self._terminal.say(f"you, elsewhere: {event.text}")
            case Emptied():
                self._terminal.say("The conversation is empty now.")
                self._unanswered.clear()
                self._settled.set()
            case Typing() | Waiting() | Notice():
                _show_circumstances(self._terminal, event)

    def _await(self, message: str) -> None:
        self._unanswered.add(message)
        self._settled.clear()

    def _answered(self, message: str | None) -> None:
        self._unanswered.discard(message or "")
        if not self._unanswered:
            self._settled.set()


async def typed_lines() -> AsyncIterator[str]:
    """What the person types, line by line, until the end of standard input.

    Read by a daemon thread: nothing else lets a program leave while it waits for a key.
    """
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[bytes | None] = asyncio.Queue()
    descriptor = sys.stdin.fileno()

    def read() -> None:
        rest = b""
        # Not through sys.stdin: its lock, held by a thread that waits, breaks the program's end.
        with contextlib.suppress(RuntimeError, OSError):  # the loop is closed: nobody listens
            while piece := os.read(descriptor, 65536):
                *whole, rest = (rest + piece).split(b"\n")
                for line in whole:
                    loop.call_soon_threadsafe(lines.put_nowait, line)
            for end in (rest, None) if rest else (None,):
                loop.call_soon_threadsafe(lines.put_nowait, end)

    threading.Thread(target=read, name="typed-lines", daemon=True).start()
    while (line := await lines.get()) is not None:
        yield line.decode(sys.stdin.encoding, errors="replace").rstrip("\r")


def _show_outcome(terminal: Terminal, outcome: Answered) -> bool:
    if outcome.status == "failed" and outcome.finish != "broken_off":
        terminal.say_once(outcome.text or "The answer failed.")
        return False
    terminal.speak(outcome.rest, afresh=outcome.afresh, ends=True)
    if outcome.finish in ENDINGS:
        terminal.say(ENDINGS[outcome.finish])
    if outcome.status == "failed":
        return False
    if outcome.status == "stopped":
        terminal.say("(stopped)")
        return False
    return True


def _show_circumstances(terminal: Terminal, event: Typing | Waiting | Notice) -> None:
    match event:
        case Typing():
            terminal.typing()
        case Waiting():
            terminal.say(f"{event.why} Trying again in {event.seconds:.1f} s.")
        case Notice():
            terminal.say(event.message)


def _has_colours(stream: TextIO) -> bool:
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
