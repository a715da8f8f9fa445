"""Runs of a thread that is its agent's again: one answers, the older ones are merged into it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from shared.db import WithinTenant

# It takes nothing more along: what is merged into a run that is merged itself would be lost sight
# of.
_GOES_ON = text(
    """
    UPDATE agent_runs AS run
       SET trigger = 'give_back', may_merge = false, not_before = NULL
     WHERE run.id = :run_id AND run.state = 'pending'
    RETURNING true
    """
)
_MERGE = text(
    """
    UPDATE agent_runs AS run
       SET state = 'merged', merged_into = :into, waits_for_room = false,
           finished_at = coalesce(run.finished_at, clock_timestamp())
     WHERE run.id = ANY (cast(:run_ids AS uuid[]))
    """
)
_ADD_MERGED = text(
    """
    INSERT INTO agent_runs (tenant_id, agent_id, channel, thread_id, message_id, trigger, state,
                            merged_into, finished_at, next_nudge_at)
    SELECT answering.tenant_id, answering.agent_id, answering.channel, answering.thread_id,
           said.message_id, 'give_back', 'merged', answering.id, clock_timestamp(),
           clock_timestamp()
      FROM agent_runs AS answering
     CROSS JOIN unnest(cast(:message_ids AS text[])) AS said (message_id)
     WHERE answering.id = :into
    """
)


async def goes_on(session: WithinTenant, run_id: UUID) -> bool:
    """A run that somebody made and nobody claimed answers for the thread; False if it is not
    pending."""
    return (await session.execute(_GOES_ON, {"run_id": run_id})).scalar_one_or_none() is not None


async def merge(
    session: WithinTenant, into: UUID, *, run_ids: Sequence[UUID], message_ids: Sequence[UUID]
) -> None:
    """These runs are answered with that one, and so are these messages, which have none."""
    if run_ids:
        await session.execute(_MERGE, {"into": into, "run_ids": list(run_ids)})
    if message_ids:
        given = {"into": into, "message_ids": [str(each) for each in message_ids]}
        await session.execute(_ADD_MERGED, given)
