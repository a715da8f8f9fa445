"""What may be said of an agent: each field in its stored form, or refused with a sentence."""

import json
from collections.abc import Sequence
from typing import Any, Literal, TypedDict

from shared.agents.tools import tool_names
from shared.config import settings
from shared.errors import BadRequest
from shared.model_tokens import tokens_of
from shared.plain_text import model_name, one_line, prose
from shared.tenants import hours

MAX_NAME_CHARS = 80
MAX_ROLE_CHARS = 160
MAX_INSTRUCTIONS_CHARS = 20_000
MAX_NOTICE_CHARS = 200
MAX_GREETING_CHARS = 600
MAX_STARTERS, MAX_STARTER_CHARS = 6, 120
MAX_ABOUT_CHARS = 40_000
SHARE_OF_INSTRUCTIONS = 7 / 8
"""The share of a model's context that instructions may take; the rest is for the conversation."""

AgentStatus = Literal["active", "paused"]


class AgentChanges(TypedDict, total=False):
    """The fields to change; unset fields stay. `model` None means the installation's default
    model, `hours` None the business's."""

    name: str
    role: str
    instructions: str
    model: str | None
    status: AgentStatus
    paused_notice: str | None
    """Shown to people while the agent is paused; None shows only that it is paused."""
    helps_while_waiting: bool
    """Whether it goes on answering while its conversation waits for a colleague."""
    tools: list[str]
    """Names of what it can do beside talking."""
    greeting: str
    """What it says before anybody has asked."""
    starters: list[str]
    """Questions that are offered to whoever has not asked yet."""
    hours: dict[str, Any] | None
    about: dict[str, Any]
    """What else its template said."""


def checked(changes: AgentChanges) -> AgentChanges:
    """The changes as column values to store. Raises BadRequest."""
    made = changes.copy()
    if "name" in made:
        made["name"] = one_line("The agent's name", made["name"], max_chars=MAX_NAME_CHARS)
    if "role" in made:
        made["role"] = one_line(
            "The agent's role", made["role"], max_chars=MAX_ROLE_CHARS, may_be_empty=True
        )
    if "instructions" in made:
        made["instructions"] = prose(
            "The instructions", made["instructions"], max_chars=MAX_INSTRUCTIONS_CHARS
        )
        _require_room_for_talk(made["instructions"])
    if "model" in made:
        made["model"] = model_name(made["model"]) if made["model"] else None
    if "paused_notice" in made:
        notice = one_line(
            "What people see meanwhile",
            made["paused_notice"] or "",
            max_chars=MAX_NOTICE_CHARS,
            may_be_empty=True,
        )
        made["paused_notice"] = notice or None
    if "tools" in made:
        made["tools"] = _tool_names(made["tools"])
    if "greeting" in made:
        made["greeting"] = prose("The greeting", made["greeting"], max_chars=MAX_GREETING_CHARS)
    if "starters" in made:
        made["starters"] = _starters(made["starters"])
    if "hours" in made and made["hours"] is not None:
        made["hours"] = dict(hours.checked(made["hours"]))
    if "about" in made and len(json.dumps(made["about"])) > MAX_ABOUT_CHARS:
        raise BadRequest("What else there is about this employee is too long. Shorten it.")
    return made


def _starters(given: Sequence[str]) -> list[str]:
    if len(given) > MAX_STARTERS:
        raise BadRequest(f"There may be {MAX_STARTERS} opening questions, and you gave more.")
    kept = [
        one_line("An opening question", each, max_chars=MAX_STARTER_CHARS, may_be_empty=True)
        for each in given
    ]
    return list(dict.fromkeys(each for each in kept if each))


def _tool_names(names: Sequence[str]) -> list[str]:
    """Each once. Raises BadRequest if there is no such tool."""
    known = tool_names()
    if unknown := [name for name in names if name not in known]:
        shown = one_line("The tool's name", unknown[0], max_chars=MAX_NAME_CHARS)
        raise BadRequest(f"There is no tool called {shown}. There are {', '.join(known)}.")
    return list(dict.fromkeys(names))


def _require_room_for_talk(instructions: str) -> None:
    """Raise BadRequest if the instructions leave a model no room for a message."""
    room = settings.model.context_tokens - settings.model.max_answer_tokens
    most = max(0, round(room * SHARE_OF_INSTRUCTIONS))
    tokens = tokens_of(instructions)
    if instructions and tokens > most:
        raise BadRequest(
            f"The instructions are about {tokens} tokens long to a language model; at most {most} "
            "leave it room for the conversation. Shorten them."
        )
