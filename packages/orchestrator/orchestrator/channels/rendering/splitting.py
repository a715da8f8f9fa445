"""Blocks as parts that fit: cut between blocks, else lines, else words, else what is read as one
character; a link is never cut, unless it alone is too long.

Each function gives the longest beginning that fits and the rest; a cut leaves out blanks, and
nothing else.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import regex

from orchestrator.channels.rendering.plain import PLAIN
from orchestrator.channels.rendering.tree import (
    Block,
    Blocks,
    Code,
    Heading,
    Listing,
    Paragraph,
    Quote,
    Run,
    Runs,
    Table,
    joined,
)

LEAST = 64
"""Characters: less of a block than this is not begun at the end of a part."""
_CLUSTERS = regex.compile(r"\X")


T = TypeVar("T")
S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Room(Generic[T]):
    """What fits `here`, behind what is in this part already, and what fits a part `alone`."""

    here: Callable[[T], bool]
    alone: Callable[[T], bool]

    def within(self, made: Callable[[S], T]) -> "Room[S]":
        """The same for what is made into it."""
        return Room(lambda some: self.here(made(some)), lambda some: self.alone(made(some)))


def cut_blocks(blocks: Blocks, room: Room[Blocks]) -> tuple[Blocks, Blocks]:
    """The beginning is empty if not even a character fits."""
    whole = _most(len(blocks), lambda count: room.here(blocks[:count]))
    if whole == len(blocks):
        return blocks, ()
    head, following = blocks[:whole], blocks[whole]
    if not room.alone((following,)):  # it has to be cut in any case
        behind_head: Room[Block] = Room(
            lambda part: room.here((*head, part)), lambda part: room.alone((part,))
        )
        begun, left = _cut(following, behind_head)
        if begun is not None and (not head or len(PLAIN.block(begun)) >= LEAST):
            return (*head, begun), (*left, *blocks[whole + 1 :])
    if len(head) > 1 and isinstance(head[-1], Heading):
        whole -= 1
    return blocks[:whole], blocks[whole:]


def _cut(block: Block, room: Room[Block]) -> tuple[Block | None, Blocks]:
    match block:
        case Paragraph() | Heading():
            return _cut_text(block, room)
        case Code():
            return _cut_code(block, room)
        case Quote(blocks):
            head, rest = cut_blocks(blocks, room.within(Quote))
            return (Quote(head), (Quote(rest),)) if head else (None, (block,))
        case Listing():
            return _cut_listing(block, room)
        case Table():
            return _cut_table(block, room)
    return None, (block,)


def _cut_listing(block: Listing, room: Room[Block]) -> tuple[Block | None, Blocks]:
    items = block.items
    whole = _most(len(items), lambda count: room.here(Listing(items[:count])))
    if whole:
        return Listing(items[:whole]), (Listing(items[whole:]),)
    first = items[0]
    within: Room[Blocks] = room.within(lambda some: Listing((replace(first, blocks=some),)))
    head, rest = cut_blocks(first.blocks, within)
    if not head:
        return None, (block,)
    going_on = replace(first, blocks=rest, continued=True)
    return Listing((replace(first, blocks=head),)), (Listing((going_on, *items[1:])),)


def _cut_table(table: Table, room: Room[Block]) -> tuple[Block | None, Blocks]:
    rows = table.rows
    table = replace(table, source=None)
    whole = _most(len(rows), lambda count: room.here(replace(table, rows=rows[:count])))
    if whole:
        rest = replace(table, rows=rows[whole:], repeated=True)
        return replace(table, rows=rows[:whole]), (rest,)
    return _cut(Paragraph(PLAIN.rows(table)), room)


def _cut_code(code: Code, room: Room[Block]) -> tuple[Block | None, Blocks]:
    text = code.text.lstrip("\n")
    lines = text.split("\n")
    within: Room[str] = room.within(lambda some: replace(code, text=some))
    whole = _most(len(lines), lambda count: within.here("\n".join(lines[:count])))
    at = len("\n".join(lines[:whole]))
    head, rest = text[:at], text[at:].removeprefix("\n")
    if whole < len(lines) and not within.alone(lines[whole]):
        begin = at + 1 if whole else 0
        longest = _most(len(lines[whole]), lambda count: within.here(text[: begin + count]))
        begun = _between_characters(lines[whole], longest)
        if begun >= (LEAST if whole else 1):
            head, rest = text[: begin + begun], text[begin + begun :]
    left = (replace(code, text=rest),) if rest.strip() else ()
    return (replace(code, text=head), left) if head else (None, (code,))


def _cut_text(block: Paragraph | Heading, room: Room[Block]) -> tuple[Block | None, Blocks]:
    def made(some: Runs) -> Block:
        return replace(block, runs=some, source=None)

    head, rest = _cut_runs(block.runs, lambda some: room.here(made(some)))
    left = (made(rest),) if rest else ()
    return (made(head), left) if head else (None, (block,))


def _cut_runs(runs: Runs, fits: Callable[[Runs], bool]) -> tuple[Runs, Runs]:
    runs = _stripped(runs)
    text = "".join(run.text for run in runs)
    links = _links(runs)
    longest = _most(len(text), lambda count: fits(_first(runs, _outside(links, count))))
    longest = _outside(links, longest)
    if not longest and links and links[0][0] == 0:
        return _cut_runs(_unlinked(runs), fits)
    at = _between_words(text, longest, links) or _between_characters(text, longest)
    at = _outside(links, at) or at
    return _stripped(_first(runs, at)), _stripped(_after(runs, at))


def _most(whole: int, fits: Callable[[int], bool]) -> int:
    """The greatest count that fits, if a smaller one always does: few and small ones are tried."""
    low, step = 0, 1
    while low + step <= whole and fits(low + step):
        low, step = low + step, step * 2
    high = min(whole, low + step - 1)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low


def _links(runs: Runs) -> list[tuple[int, int]]:
    """From where to where each goes."""
    found: list[tuple[int, int]] = []
    at, before = 0, None
    for run in runs:
        if run.link is not None:
            start = found.pop()[0] if run.link == before else at
            found.append((start, at + len(run.text)))
        at, before = at + len(run.text), run.link
    return found


def _outside(links: list[tuple[int, int]], at: int) -> int:
    return next((start for start, end in links if start < at < end), at)


def _unlinked(runs: Runs) -> Runs:
    """The first link as text, with its address behind it."""
    link = runs[0].link
    count = next((n for n, run in enumerate(runs) if run.link != link), len(runs))
    within = [Run(run.text, run.styles) for run in runs[:count]]
    address = [] if "".join(run.text for run in within) == link else [Run(f" ({link})")]
    return joined([*within, *address, *runs[count:]])


def _first(runs: Runs, count: int) -> Runs:
    taken: list[Run] = []
    for run in runs:
        if count <= 0:
            break
        taken.append(Run(run.text[:count], run.styles, run.link))
        count -= len(run.text)
    return tuple(taken)


def _after(runs: Runs, count: int) -> Runs:
    left: list[Run] = []
    for run in runs:
        if len(run.text) > max(count, 0):
            left.append(Run(run.text[max(count, 0) :], run.styles, run.link))
        count -= len(run.text)
    return tuple(left)


def _stripped(runs: Runs) -> Runs:
    """Without blanks at its beginning and end."""
    text = "".join(run.text for run in runs)
    begin, end = len(text) - len(text.lstrip()), len(text.rstrip())
    return _after(_first(runs, end), begin)


def _between_words(text: str, end: int, links: list[tuple[int, int]]) -> int:
    """The last place at `end` or before it, and not far before it, where a line or word ends."""
    if end == len(text):
        return end
    for blank in ("\n", " "):
        at = text.rfind(blank, end // 4, end + 1)
        while at > 0 and _outside(links, at) != at:
            at = text.rfind(blank, end // 4, _outside(links, at))
        if at > 0 and text[:at].strip():
            return at
    return 0


def _between_characters(text: str, end: int) -> int:
    """The last place at `end` or before it that is not within what is read as one character, if
    that one is not longer than `end`."""
    if end >= len(text):
        return end
    start = max(text.rfind(" ", 0, end), text.rfind("\n", 0, end), 0)
    at = start
    for cluster in _CLUSTERS.finditer(text, start):
        if cluster.end() > end:
            break
        at = cluster.end()
    return at if text[:at].strip() else end
