"""What accompanies an answer cannot keep it from being stored, and no answer is paid for twice."""

from datetime import UTC, datetime
from typing import Any
from unittest.mock import AsyncMock, MagicMock
from uuid import uuid4

import pytest
from orchestrator.pipeline import outcome as storing
from orchestrator.pipeline.answer import Outcome
from psycopg import errors
from shared.conversations.outcomes import StoredOutcome
from shared.conversations.turns import ending
from shared.conversations.turns.ending import Ended, Ending
from shared.models.message import ChannelType
from shared.outages import passes
from sqlalchemy.exc import DataError, OperationalError

ANSWER = StoredOutcome(uuid4(), 2, datetime.now(UTC), uuid4(), "complete")
ENDED = Ended(ANSWER, merged=[], following=[])


def raised(original: Exception, kind: Any = OperationalError) -> Exception:
    error: Exception = kind(None, None, original)
    return error


@pytest.mark.parametrize(
    "error",
    [
        raised(errors.NumericValueOutOfRange(), DataError),
        raised(errors.CharacterNotInRepertoire(), DataError),
        raised(errors.ProgramLimitExceeded()),
        UnicodeEncodeError("utf-8", "\ud83d", 0, 1, "surrogates not allowed"),
    ],
)
async def test_what_cannot_be_stored_ends_the_run_as_a_failure_at_once(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    end = AsyncMock(side_effect=[error, ENDED])
    monkeypatch.setattr(ending, "end", end)
    stored = await storing.store(MagicMock(), claimed(), Outcome("complete", "Hello"))
    assert stored is not None
    assert (stored.outcome.status, stored.outcome.error_code) == ("failed", "internal_error")
    assert [call.kwargs["status"] for call in end.await_args_list] == ["complete", "failed"]


async def test_a_database_that_is_away_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    end = AsyncMock(side_effect=[raised(errors.AdminShutdown()), OSError(), ENDED])
    monkeypatch.setattr(ending, "end", end)
    monkeypatch.setattr(storing.asyncio, "sleep", AsyncMock())
    stored = await storing.store(MagicMock(), claimed(), Outcome("complete", "Hello"))
    assert stored is not None
    assert stored.outcome.status == "complete"


def test_only_what_may_pass_is_taken_for_it() -> None:
    for of_data in (
        errors.ProgramLimitExceeded(),
        errors.StatementTooComplex(),
        errors.CheckViolation(),
    ):
        assert not passes(raised(of_data))
    for passing in errors.AdminShutdown(), errors.DeadlockDetected(), errors.TooManyConnections():
        assert passes(raised(passing))
    assert passes(OSError())


@pytest.mark.parametrize(("told", "stored"), [(3_000_000_000, 2**31 - 1), (-1, 0), (7, 7)])
def test_every_count_can_be_stored(told: int, stored: int) -> None:
    counted = Ending(uuid4(), uuid4(), 1, "done", None, told, told, covers=False)
    assert ending._parameters(counted)[-2:] == (stored, stored)


def claimed() -> Any:
    message = MagicMock(channel=ChannelType.WEB, id=str(uuid4()))
    return MagicMock(thread_id=str(uuid4()), message=message, attempt=1)
