"""Waits for what gives no signal: a row, a line in a log, a process's end."""

import asyncio
from collections.abc import Callable

LOOK_AGAIN_S = 0.02
WITHIN_S = 30.0


async def eventually(happened: Callable[[], object], what: str, within_s: float = WITHIN_S) -> None:
    """Look again and again until `happened`; fails after `within_s`."""
    try:
        async with asyncio.timeout(within_s):
            while not happened():  # noqa: ASYNC110 - nobody sets an event
                await asyncio.sleep(LOOK_AGAIN_S)
    except TimeoutError:
        raise AssertionError(f"{what}: not within {within_s} s") from None
