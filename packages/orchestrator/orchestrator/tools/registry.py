"""Every tool there is, one row each, and which of them an employee has."""

from collections.abc import Iterable
from typing import Final

from shared.agents.tools import tool_names
from shared.log import get_logger

from orchestrator.llm import Tool
from orchestrator.tools.clock import CLOCK
from orchestrator.tools.count import COUNT
from orchestrator.tools.scripted import NOTIFY, ORDER

log = get_logger(__name__)

_ALL: Final = {tool.name: tool for tool in (CLOCK, COUNT, ORDER, NOTIFY)}


def known_tools() -> dict[str, Tool]:
    """By name: those that an employee can be given here."""
    return {name: _ALL[name] for name in tool_names()}


def tools_named(names: Iterable[str]) -> dict[str, Tool]:
    """Those of an employee. A name that no tool has is left out, and logged."""
    known = known_tools()
    if unknown := [name for name in names if name not in known]:
        log.warning("no_such_tools", tools=unknown)
    return {name: known[name] for name in names if name in known}
