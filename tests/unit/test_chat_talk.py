"""A talk in a terminal: what is told of waits and failures, and whether all went well."""

import io
from collections.abc import AsyncIterator
from typing import cast

import pytest
from konstruct.chat.client import ChatClient
from konstruct.chat.events import (
    Accepted,
    Answered,
    ChatEvent,
    Emptied,
    Notice,
    Postponed,
    Refused,
    Said,
)
from konstruct.chat.talk import Talk
from konstruct.chat.terminal import Terminal

FULL = Postponed("You may send 2 messages a minute. Wait a moment and send it again.", 41.6)


class Scripted:
    def __init__(self, *events: ChatEvent) -> None:
        self._events = events

    async def events(self) -> AsyncIterator[ChatEvent]:
        for event in self._events:
            yield event


async def shown(*events: ChatEvent) -> tuple[str, bool]:
    """What a file gets that both streams go to, and whether all went well."""
    both = io.StringIO()
    talk = Talk(cast("ChatClient", Scripted(*events)), Terminal(both, both))
    await talk.show()
    return both.getvalue(), talk.all_complete


def answered(reply_to: str, text: str, status: str = "complete", finish: str = "") -> Answered:
    return Answered(reply_to, text, status, text, afresh=False, finish=finish or None)


async def test_a_limit_is_told_once_however_many_lines_wait_for_it() -> None:
    told, _ = await shown(FULL, Accepted("a", "1"), answered("1", "One."), FULL, Accepted("b", "2"))
    assert told == "You may send 2 messages a minute. Waiting 42 s, then it is sent.\nOne.\n"


async def test_a_limit_met_again_later_is_told_again() -> None:
    told, _ = await shown(FULL, Accepted("a", "1"), Accepted("b", "2"), FULL)
    assert told.count("Waiting 42 s") == 2


async def test_why_an_answer_broke_off_comes_after_it() -> None:
    told, well = await shown(
        Said("1", "One, and then", afresh=False),
        Notice("unavailable", "The connection broke.", "1"),
        Answered("1", "One, and then", "failed", rest="", afresh=False, finish="broken_off"),
        answered("2", "Two."),
    )
    reason = "(The answer broke off here.)\nThe connection broke.\n"
    assert (told, well) == (f"One, and then\n{reason}Two.\n", False)


@pytest.mark.parametrize(
    ("events", "well"),
    [
        ((answered("1", "One."),), True),
        ((answered("1", "One.", "failed"), answered("2", "Two.")), False),
        ((answered("1", "One.", "stopped"), answered("2", "Two.")), False),
        ((Refused("a", "Too long."), answered("2", "Two.")), False),
        ((Accepted("a", "1"), Emptied()), False),
        ((answered("1", "No.", "failed"), answered("1", "One.")), True),
    ],
)
async def test_all_went_well_only_if_every_answer_is_complete(
    events: tuple[ChatEvent, ...], well: bool
) -> None:
    assert (await shown(*events))[1] == well
