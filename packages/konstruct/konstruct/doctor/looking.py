"""Runs a look: bounds it, and turns whatever it raises into a `Check`."""

import asyncio
from collections.abc import Awaitable, Callable

from shared.errors import KonstructError

from konstruct.database_errors import DATABASE_ERRORS, as_sentence, first_line
from konstruct.devstack.preflight import Check

LOOK_WITHIN_S = 8.0

Look = Callable[[], Awaitable[str]]


def checked_at_once(name: str, look: Callable[[], Check]) -> Check:
    """The same for a look at this machine, which needs no waiting."""
    try:
        return look()
    except Exception as error:
        return _failed(name, error)


async def checked(name: str, look: Look) -> Check:
    """The look's result. An exception means that something is wrong, except NotLookedAt."""
    try:
        async with asyncio.timeout(LOOK_WITHIN_S):
            return Check(name, True, await look())
    except NotLookedAt as why:
        return Check(name, None, f"Not looked at: {why}.")
    except KonstructError as error:
        return Check(name, False, error.message)
    except DATABASE_ERRORS as error:
        return Check(name, False, as_sentence(error).message)
    except TimeoutError:
        return Check(
            name, False, f"Nothing was heard within {LOOK_WITHIN_S:.0f} seconds. See that it runs."
        )
    except Exception as error:  # a bug of ours must not hide the other looks' results
        return _failed(name, error)


class NotLookedAt(Exception):
    """Not checked; the sentence names what another look reports."""


async def could_not_look(setting: str) -> str:
    raise NotLookedAt(f"{setting} is not right")


def _failed(name: str, error: Exception) -> Check:
    why = f"{type(error).__name__}: {first_line(error)}"
    return Check(name, False, f"This look itself failed: {why}.")
