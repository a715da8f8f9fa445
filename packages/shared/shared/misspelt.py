"""Finds misspelt `KONSTRUCT_*` variables, which no process reads, by the nearest known name.

A name that resembles none of ours passes: it is another program's, or a later version's.
"""

import os
from collections.abc import Collection, Mapping
from difflib import get_close_matches

from shared.config import variables
from shared.environment import PREFIX
from shared.log import get_logger

log = get_logger(__name__)

BESIDE_SETTINGS = frozenset(
    f"{PREFIX}{name}"
    for name in (
        "APP_PASSWORD",
        "DATA_DIR",
        "DEMO_PASSWORD",
        "OWNER_PASSWORD",
        "PASSWORD",
        "SUPERUSER_DATABASE_URL",
        "TOKEN",
        "WORKER_READY_FILE",
    )
)
"""Read by commands, or set by `up` for its children; not settings of a process."""
NEAR = 0.7
"""Least similarity by difflib, without the prefix. `MODEL` and `LLM_MODEL` just reach it."""


def known_names() -> frozenset[str]:
    """Every variable of ours that some process reads."""
    return BESIDE_SETTINGS.union(variable for variable, _, _ in variables())


def misspelt(environment: Mapping[str, str]) -> dict[str, str]:
    """Each variable that no process reads, with the one that was meant."""
    known = known_names()
    ours = (name for name in sorted(environment) if name.startswith(PREFIX))
    near = {name: _nearest(name, known) for name in ours if name.upper() not in known}
    return {name: meant for name, meant in near.items() if meant is not None}


def warn_of_misspelt_settings() -> None:
    """Call this once, at the start of a process that serves."""
    for name, meant in misspelt(os.environ).items():
        log.warning("setting_not_read", name=name, meant=meant)


def _nearest(name: str, known: Collection[str]) -> str | None:
    words = {each.removeprefix(PREFIX): each for each in known}
    found = get_close_matches(name.upper().removeprefix(PREFIX), sorted(words), n=1, cutoff=NEAR)
    return words[found[0]] if found else None
