"""Sends what is said in a terminal and shows what happens: one question, or a whole talk."""

import asyncio
import contextlib
from collections.abc import Awaitable

from shared.errors import Conflict, Unavailable

from konstruct.chat.client import ChatClient
from konstruct.chat.events import (
    Accepted,
    Answered,
    ChatEvent,
    Connected,
    Emptied,
    Heard,
    Notice,
    Postponed,
    Refused,
    Said,
    Typing,
    Waiting,
)
from konstruct.chat.terminal import ENDINGS, Terminal

A_COLLEAGUE_HAS_IT = "A colleague has this conversation and will answer."
STILL_AT_IT = "silence"
"""Code of an error on an answer that has not failed."""
TOLD_OF_RESET_WITHIN_S = 2.0


async def ask(chat: ChatClient, text: str, terminal: Terminal, *, timeout_s: float) -> bool:
    """Ask one question and show the answer; whether it is complete. Raises KonstructError."""
    asked = chat.send(text)
    message_id: str | None = None
    try:
        async with asyncio.timeout(timeout_s):
            async for event in chat.events():
                match event:
                    case Accepted(client_message_id=accepted) if accepted == asked:
                        message_id = event.message_id
                        if event.handling:
                            terminal.say(A_COLLEAGUE_HAS_IT)
                            return False
                    case Refused(client_message_id=refused) if refused == asked:
                        terminal.say(event.message)
                        return False
                    case Said(reply_to=about) if about == message_id:
                        terminal.speak(event.text, afresh=event.afresh)
                    case Answered(reply_to=about) if about == message_id:
                        return _show_outcome(terminal, event)
                    case Emptied() if message_id is not None:
                        raise Conflict("The conversation was reset before the answer came.")
                    case Typing() | Waiting() | Notice() | Postponed():
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
        self._incomplete: set[str | None] = set()
        self._emptied = asyncio.Event()
        self._postponed = self._was_told_to_wait = False

    @property
    def all_complete(self) -> bool:
        """Whether every message was answered well, at the latest after a retry."""
        return not self._incomplete

    def send(self, text: str) -> None:
        self._await(self._chat.send(text))

    def stop(self) -> None:
        self._chat.stop()

    def retry(self) -> bool:
        """Retry the last failed message; False if there is none."""
        reply_to, self._last_failed = self._last_failed, None
        if reply_to is not None:
            self._await(reply_to)
            self._chat.retry(reply_to)
        return reply_to is not None

    async def settled(self) -> None:
        """Wait until every message is answered."""
        await self._settled.wait()

    async def reset(self, reset: Awaitable[None]) -> None:
        """Reset the conversation, and wait briefly for the `reset` frame; otherwise messages sent
        next could count as reset too. An empty conversation gets no frame. Raises
        KonstructError."""
        self._emptied.clear()
        await reset
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(TOLD_OF_RESET_WITHIN_S):
                await self._emptied.wait()

    def failed(self, what: str | None) -> None:
        self._incomplete.add(what)

    async def show(self) -> None:
        """Show events, for as long as it runs. Raises KonstructError."""
        async for event in self._chat.events():
            self._show(event)
            if self._settled.is_set() and not isinstance(event, Connected | Accepted):
                self._terminal.prompt()

    def _show(self, event: ChatEvent) -> None:
        match event:
            case Accepted():
                if event.handling:
                    self._terminal.say(A_COLLEAGUE_HAS_IT)
                    self._answered(event.client_message_id)
                else:
                    self._unanswered.discard(event.client_message_id)
                    self._await(event.message_id)
                self._was_told_to_wait, self._postponed = self._postponed, False
            case Postponed():
                # Above a rate limit each line waits a little; say so with the first one only.
                if not self._was_told_to_wait:
                    _show_circumstances(self._terminal, event)
                self._postponed = self._was_told_to_wait = True
            case Refused():
                self._terminal.say(event.message)
                self.failed(event.client_message_id)
                self._answered(event.client_message_id)
            case Said():
                self._terminal.speak(event.text, afresh=event.afresh)
            case Answered():
                if _show_outcome(self._terminal, event):
                    self._incomplete.discard(event.reply_to)
                else:
                    self.failed(event.reply_to)
                self._last_failed = event.reply_to if event.status == "failed" else None
                self._answered(event.reply_to)
            case Heard():
                self._terminal.say(f"you, elsewhere: {event.text}")
            case Emptied():
                self._terminal.say("The conversation is empty now.")
                self._incomplete |= self._unanswered
                self._unanswered.clear()
                self._settled.set()
                self._emptied.set()
            case Typing() | Waiting() | Notice():
                _show_circumstances(self._terminal, event)

    def _await(self, message: str) -> None:
        self._unanswered.add(message)
        self._settled.clear()

    def _answered(self, message: str | None) -> None:
        self._unanswered.discard(message or "")
        if not self._unanswered:
            self._settled.set()


def _show_outcome(terminal: Terminal, outcome: Answered) -> bool:
    if outcome.status == "merged":
        return True
    if outcome.status == "failed" and outcome.finish != "broken_off":
        terminal.forget_reason()
        terminal.say_once(outcome.text or "The answer failed.")
        return False
    terminal.speak(outcome.rest, afresh=outcome.afresh, ends=True)
    if outcome.finish in ENDINGS:
        terminal.say(ENDINGS[outcome.finish])
    terminal.say_why_it_failed()
    if outcome.status == "failed":
        return False
    if outcome.status == "stopped":
        terminal.say("(stopped)")
        return False
    return True


def _show_circumstances(terminal: Terminal, event: Typing | Waiting | Notice | Postponed) -> None:
    match event:
        case Typing():
            terminal.typing()
        case Waiting():
            terminal.say(f"{event.why} Trying again in {event.seconds:.1f} s.")
        case Notice() if event.reply_to is not None and event.code != STILL_AT_IT:
            terminal.why_it_failed(event.message)
        case Notice():
            terminal.say(event.message)
        case Postponed():
            # Only the first sentence: the next one asks the person to do what is done here.
            why = event.message.partition(". ")[0].rstrip(".")
            terminal.say(f"{why}. Waiting {max(1, round(event.seconds))} s, then it is sent.")
