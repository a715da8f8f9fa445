"""Checks an installation, each part on its own, with a sentence on what is wrong and how to fix it.

Promises: nothing is changed. Every look is bounded, so all of them take seconds even if nothing
answers. A look that fails, in whatever way, does not affect the others.

One module a subject. A look is a coroutine that returns a sentence if all is well, and raises an
error that says what is not. To add one, write a function and its line in `looks_at_parts`.
"""

import asyncio
from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path

from konstruct.devstack.given import GivenSettings
from konstruct.devstack.preflight import (
    Check,
    check_directory,
    check_disk,
    check_memory,
    check_platform,
    check_wheels,
)
from konstruct.doctor import channels, database, gateway, model, secrets, valkey, worker
from konstruct.doctor.looking import Look, checked, checked_at_once, could_not_look
from konstruct.doctor.machine import check_python

NEEDED_BY = {
    "KONSTRUCT_DATABASE_URL": {
        "database",
        "channels",
        "connections",
        "migrations",
        "secrets",
        "worker",
        "queue",
    },
    "KONSTRUCT_OWNER_DATABASE_URL": {"migrations"},
    "KONSTRUCT_REDIS_URL": {"valkey"},
    "KONSTRUCT_SIGNING_KEY": {"signing key"},
    "KONSTRUCT_SECRETS_KEYS": {"secrets"},
    "KONSTRUCT_VERIFY_KEYS": {"secrets"},
}
"""Parts that cannot be checked without a setting."""

__all__ = ["look_at_machine", "look_at_parts"]


def look_at_machine(data_dir: Path) -> list[Check]:
    """Check what needs no server."""
    looks: dict[str, Callable[[], Check]] = {
        "python": check_python,
        "platform": check_platform,
        "wheels": lambda: check_wheels(GivenSettings.from_environment()),
        "data directory": lambda: check_directory(data_dir),
        "disk": lambda: check_disk(data_dir),
        "memory": check_memory,
    }
    return [checked_at_once(name, look) for name, look in looks.items()]


async def look_at_parts(data_dir: Path, left_out: Collection[str] = ()) -> list[Check]:
    """Check every part of the installation that the environment names, all at once. A part that
    needs a `left_out` setting, which was wrong, is not checked: its default would name another
    server."""
    looks = looks_at_parts(data_dir)
    return list(
        await asyncio.gather(
            *(checked(name, _unless_left_out(name, look, left_out)) for name, look in looks.items())
        )
    )


def _unless_left_out(part: str, look: Look, left_out: Collection[str]) -> Look:
    for setting, parts in NEEDED_BY.items():
        if setting in left_out and part in parts:
            return partial(could_not_look, setting)
    return look


def looks_at_parts(data_dir: Path) -> dict[str, Look]:
    """The looks by name, in the order in which they are shown."""
    return {
        "signing key": gateway.signing_key,
        "database": database.wall,
        "connections": database.connections,
        "migrations": database.migrations,
        "secrets": secrets.open_all,
        "valkey": valkey.answers,
        "worker": worker.alive,
        "gateway": lambda: gateway.ready(data_dir),
        "origins": gateway.origins,
        "canary": lambda: gateway.canary(data_dir),
        "queue": worker.queue,
        "lag": lambda: gateway.lag(data_dir),
        "channels": channels.accounts,
        "model": model.answers,
    }
