"""What of an agent a version keeps: everything that makes its answers, and nothing of the day.

Whether it is paused is of the day: going back to an older version wakes nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from shared.models import Agent

FIELDS = (
    "name",
    "role",
    "instructions",
    "model",
    "tools",
    "helps_while_waiting",
    "greeting",
    "starters",
    "hours",
    "about",
)

Spec = dict[str, Any]
"""Each of FIELDS, as the agent's row has it."""


def spec_of(agent: Agent) -> Spec:
    return {field: getattr(agent, field) for field in FIELDS}


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The fields that are not the same, in their order. One that an old version does not have was
    not known then, and is no difference."""
    return [
        field
        for field in FIELDS
        if field in before and field in after and before[field] != after[field]
    ]


def rebased(draft: Spec, was: Spec, now: Spec) -> Spec:
    """The draft of what was, on what is now: what it left alone follows, what it changed stays."""
    return now | {field: draft[field] for field in differing(was, draft)}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a text that was changed: in both, gone, or new."""

    op: Literal["same", "out", "in"]
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that two versions do not share. `lines` are there if both are texts."""

    field: str
    before: Any
    after: Any
    lines: list[Line]


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    return [
        Difference(field, before[field], after[field], _lines(before[field], after[field]))
        for field in differing(before, after)
    ]


def _lines(before: object, after: object) -> list[Line]:
    if not (isinstance(before, str) and isinstance(after, str)):
        return []
    old, new = before.splitlines(), after.splitlines()
    lines: list[Line] = []
    for op, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if op == "equal":
            lines += [Line("same", text) for text in old[a:b]]
        else:
            lines += [Line("out", text) for text in old[a:b]]
            lines += [Line("in", text) for text in new[c:d]]
    return lines
