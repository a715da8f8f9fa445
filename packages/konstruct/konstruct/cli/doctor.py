"""`konstruct doctor`: what is wrong with an installation, and how to mend it."""

import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from konstruct.cli.epilog import examples
from konstruct.cli.installation import (
    DATABASE,
    DEFAULT_DATA_DIR,
    DataDirOption,
    JsonOption,
    attach,
    attach_ring,
)
from konstruct.cli.output import print_json, tell
from konstruct.cli.running import run

SHOWN = {True: "ok   ", False: "WRONG", None: "-    "}
AT_MOST_WRONG = 3
"""Rounds of reading the settings. Some are found wrong only once others are left out."""

if TYPE_CHECKING:
    from konstruct.devstack.preflight import Check


def register(app: typer.Typer) -> None:
    app.command(
        epilog=examples(
            "konstruct doctor",
            "konstruct doctor --data-dir /srv/konstruct --json",
            closing=("Exit codes: 0 all is well; 1 something is wrong.",),
        )
    )(doctor)


def doctor(data_dir: DataDirOption = Path(DEFAULT_DATA_DIR), as_json: JsonOption = False) -> None:
    """Check an installation, and say for each part: well, what is wrong and how to mend it, or that
    it could not be looked at."""
    checks = _look(data_dir)
    if as_json:
        print_json([asdict(check) for check in checks])
    else:
        width = max(len(check.name) for check in checks)
        for check in checks:
            tell(f"{SHOWN[check.ok]}  {check.name:{width}}  {check.message}")
    if any(check.ok is False for check in checks):
        raise typer.Exit(1)


def _look(data_dir: Path) -> "list[Check]":
    from konstruct.devstack.preflight import Check
    from konstruct.doctor import look_at_machine, look_at_parts

    checks = look_at_machine(data_dir)
    attach(data_dir)
    attach_ring()
    if not os.environ.get(DATABASE):
        return [
            *checks,
            Check(
                "installation",
                False,
                f"No `konstruct up` is ready on {data_dir.expanduser().resolve()}, and {DATABASE} "
                "is not set. Start one with `konstruct up`, or name its directory with --data-dir.",
            ),
        ]
    wrong, left_out = _wrong_settings()
    return [*checks, *_misspelt_settings(), *wrong, *run(look_at_parts(data_dir, left_out))]


def _misspelt_settings() -> "list[Check]":
    from shared.misspelt import misspelt

    from konstruct.devstack.preflight import Check

    return [
        Check(name, False, f"Nothing reads it. Did you mean {meant}?")
        for name, meant in misspelt(os.environ).items()
    ]


def _wrong_settings() -> "tuple[list[Check], set[str]]":
    """What is wrong with the settings, and their names. Wrong ones are then left out, so that the
    other parts are still checked; a part that needs one of them is left out too."""
    from shared.config import WrongSettings, get_settings

    from konstruct.devstack.preflight import Check

    found: list[Check] = []
    left_out: set[str] = set()
    for _ in range(AT_MOST_WRONG):
        get_settings.cache_clear()
        try:
            get_settings()
        except WrongSettings as error:
            found.append(Check("settings", False, error.message))
            left_out.update(error.names)
            for name in error.names:
                os.environ.pop(name, None)
        else:
            break
    return found[:1], left_out
