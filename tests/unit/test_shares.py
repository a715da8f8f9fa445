"""A tenant has its share of a gateway, and nobody waits for it for ever."""

from uuid import uuid4

import pytest
from gateway.realtime.shares import LEAST, Shares
from shared.config import get_settings
from shared.errors import Unavailable


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KONSTRUCT_DATABASE_POOL_SIZE", "1")
    monkeypatch.setenv("KONSTRUCT_DATABASE_STATEMENT_TIMEOUT_S", "0.05")
    get_settings.cache_clear()


async def test_who_waits_too_long_is_told_and_what_was_taken_is_given_back() -> None:
    shares, tenant = Shares(), uuid4()
    places = [shares.of(tenant) for _ in range(LEAST)]
    for place in places:
        await place.__aenter__()
    with pytest.raises(Unavailable):
        async with shares.of(tenant):
            pass
    async with shares.of(uuid4()):
        pass  # another tenant has its own
    await places[0].__aexit__(None, None, None)
    async with shares.of(tenant):
        pass
    await places[1].__aexit__(None, None, None)
    assert shares._shares == {}
