"""What ends when somebody else has the conversation: runs, and what was not sent yet.

The caller holds the conversation's lock.
"""

from dataclasses import asdict, dataclass
from uuid import UUID

from sqlalchemy import TextClause, text

from shared.conversations.frames import outcome_frame
from shared.conversations.holding import Held
from shared.conversations.outcomes import StoredOutcome, outcome
from shared.conversations.places import WEB, WEB_CHANNEL, Place, elsewhere
from shared.db import HouseSession
from shared.events import ResponseFrame
from shared.models import AgentRun
from shared.runs.predicates import is_at, unfinished

_ANY = elsewhere(":channel")
TAKEN_OVER = "taken_over"
BROKEN_OFF = "broken_off"


def _taken_over(place: Place) -> TextClause:
    return text(
        outcome(
            place,
            conversation_id=":conversation_id",
            run_id=":run_id",
            fence=f"run.id = :run_id AND {unfinished('run')}",
            state="'stopped'",
            message_id="gen_random_uuid()",
            text=":text",
            status="'failed'",
            error_code=f"'{TAKEN_OVER}'",
            finish="cast(:finish AS text)",
            covers=True,
        )
    )


_TAKEN_OVER, _TAKEN_OVER_ELSEWHERE = _taken_over(WEB), _taken_over(_ANY)


async def end_taken_over(
    session: HouseSession, held: Held, run_id: UUID, said: str
) -> list[StoredOutcome]:
    """End an unfinished run, which the caller has locked, with what was said so far."""
    given = {
        "conversation_id": held.id,
        "run_id": run_id,
        "text": said,
        "finish": BROKEN_OFF if said else None,
        "channel": held.channel,
    }
    statement = _TAKEN_OVER if held.channel == WEB_CHANNEL else _TAKEN_OVER_ELSEWHERE
    return [StoredOutcome(*row) for row in await session.execute(statement, given)]


def frame(held: Held, failed: StoredOutcome, said: str, attempt: int) -> ResponseFrame:
    """How such an end is told."""
    return outcome_frame(
        held.id,
        failed,
        said,
        error_code=TAKEN_OVER,
        finish=BROKEN_OFF if said else None,
        attempt=attempt,
    )


_HANDED_OVER = text(
    outcome(
        _ANY,
        conversation_id=":conversation_id",
        run_id=":run_id",
        fence=is_at("run", ":run_id", ":worker_id", ":attempt"),
        state="'done'",
        input_tokens=":input_tokens",
        output_tokens=":output_tokens",
        message_id="gen_random_uuid()",
        text=":text",
        status="'complete'",
        covers=True,
        author_kind="'system'",
    )
)


@dataclass(frozen=True, slots=True)
class HandOver:
    """A worker's attempt at a run, which ends by handing the conversation over."""

    run_id: UUID
    worker_id: UUID
    attempt: int
    input_tokens: int = 0
    output_tokens: int = 0

    def is_of(self, run: AgentRun) -> bool:
        """It is this worker's at this attempt."""
        mine = (run.id, run.state, run.worker_id, run.attempt)
        return mine == (self.run_id, "running", self.worker_id, self.attempt)


async def end_handed_over(
    session: HouseSession, held: Held, ending: HandOver, notice: str
) -> list[StoredOutcome]:
    """End a worker's run with a notice as its outcome; nothing if it is not the worker's."""
    given = asdict(ending) | {
        "conversation_id": held.id,
        "channel": held.channel,
        "text": notice,
    }
    return [StoredOutcome(*row) for row in await session.execute(_HANDED_OVER, given)]


# Locked first, so that a part which is just being begun is waited for, and seen.
_LOCK_DELIVERIES = text(
    """
    SELECT delivery.id FROM deliveries AS delivery
     WHERE delivery.tenant_id = :tenant_id AND delivery.channel = :channel
       AND delivery.conversation_id = :conversation_id AND delivery.state IN ('ready', 'sending')
     ORDER BY delivery.seq, delivery.n
       FOR UPDATE OF delivery
    """
)
_DROP_DELIVERIES = text(
    """
    UPDATE deliveries AS delivery
       SET state = 'dropped', finished_at = clock_timestamp()
     WHERE delivery.tenant_id = :tenant_id AND delivery.channel = :channel
       AND delivery.conversation_id = :conversation_id AND delivery.state = 'ready'
       AND (cast(:whoever AS boolean)
            OR EXISTS (SELECT FROM messages AS message
                        WHERE message.tenant_id = delivery.tenant_id
                          AND message.channel = delivery.channel
                          AND message.id = delivery.message_id
                          AND message.author_kind = 'agent'))
       AND NOT EXISTS (SELECT FROM deliveries AS part
                        WHERE part.tenant_id = delivery.tenant_id
                          AND part.channel = delivery.channel
                          AND part.message_id = delivery.message_id
                          AND part.state IN ('sending', 'sent', 'unsure'))
    """
)


async def drop_deliveries(session: HouseSession, held: Held, *, whoever: bool = False) -> None:
    """What the agent said (or `whoever`) and of which no part has left is not sent any more."""
    given = {
        "tenant_id": held.tenant_id,
        "channel": held.channel,
        "conversation_id": held.id,
    }
    if held.channel != WEB_CHANNEL:
        await session.execute(_LOCK_DELIVERIES, given)
        await session.execute(_DROP_DELIVERIES, given | {"whoever": whoever})
