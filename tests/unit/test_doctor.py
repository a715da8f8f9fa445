"""`konstruct doctor`'s looks: each for itself."""

import asyncio

import pytest
from konstruct.doctor import looking
from konstruct.doctor.looking import checked
from shared.errors import ConfigError


async def test_what_a_look_says_is_so_and_what_it_raises_is_wrong() -> None:
    async def well() -> str:
        return "All is well."

    async def wrong() -> str:
        raise ConfigError("Nothing is. Set KONSTRUCT_X.")

    good, bad = await checked("one", well), await checked("other", wrong)
    assert (good.ok, good.message) == (True, "All is well.")
    assert (bad.ok, bad.message) == (False, "Nothing is. Set KONSTRUCT_X.")


@pytest.mark.parametrize("error", [ValueError("no"), KeyError("x"), OSError("y"), RuntimeError()])
async def test_a_look_that_fails_itself_is_one_line_and_takes_no_other_along(
    error: Exception,
) -> None:
    async def broken() -> str:
        raise error

    check = await checked("part", broken)
    assert not check.ok
    assert check.message.startswith(f"This look itself failed: {type(error).__name__}")


async def test_a_look_has_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "LOOK_WITHIN_S", 0.01)

    async def endless() -> str:
        await asyncio.Event().wait()
        return "never"

    assert "Nothing was heard" in (await checked("part", endless)).message
