"""Runs that nobody has begun: they wait while their author goes on writing, and their message may
still be changed or taken back."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text

from shared.db import WithinTenant
from shared.runs.predicates import author_of, of_message, of_thread, unfinished


class Waits(NamedTuple):
    """Until when a run waits for its author, and how long that is."""

    until: datetime
    seconds: float


# Locked in their order, as by all who lock several of a thread.
_PUT_OFF = text(
    f"""
    WITH waiting AS MATERIALIZED (
        SELECT run.id, run.created_at FROM agent_runs AS run
         WHERE {of_thread("run", ":tenant_id", ":channel", ":thread_id")} AND {unfinished("run")}
           AND run.state = 'pending' AND run.may_merge AND run.started_at IS NULL
           AND run.not_before > clock_timestamp()
           AND {author_of("run")} = :author
         ORDER BY run.position
           FOR UPDATE OF run
    ), until AS (
        SELECT least(min(waiting.created_at) + make_interval(secs => :at_most_s),
                     clock_timestamp() + make_interval(secs => :quiet_s)) AS at
          FROM waiting
    ), put_off AS (
        UPDATE agent_runs AS run
           SET not_before = until.at,
               next_nudge_at = until.at + make_interval(secs => :first_nudge_s)
          FROM until
         WHERE run.id = ANY (ARRAY(SELECT waiting.id FROM waiting))
    )
    SELECT until.at, extract(epoch FROM until.at - clock_timestamp())::float8 FROM until
    """  # noqa: S608 - of our own constants
)


async def put_off(
    session: WithinTenant,
    tenant_id: UUID,
    channel: str,
    thread_id: str,
    *,
    author: str,
    quiet_s: float,
    at_most_s: float,
    first_nudge_s: float,
) -> Waits:
    """The author has said one more thing: they are answered once they have been quiet for
    `quiet_s`, `at_most_s` after the first of these messages."""
    given = {
        "tenant_id": tenant_id,
        "channel": channel,
        "thread_id": thread_id,
        "author": author,
        "quiet_s": quiet_s,
        "at_most_s": at_most_s,
        "first_nudge_s": first_nudge_s,
    }
    until, seconds = (await session.execute(_PUT_OFF, given)).one()
    return Waits(until, max(0.0, seconds))


_EDITED = text(
    f"""
    UPDATE agent_runs AS run
       SET edited = run.edited + 1
     WHERE {of_message("run", ":tenant_id", ":message_id")} AND run.state = 'pending'
    RETURNING true
    """  # noqa: S608 - of our own constants
)
# Not one that was begun and given back: it may have to answer older messages, too.
_CANCELLED = text(
    f"""
    UPDATE agent_runs AS run
       SET state = 'cancelled', finished_at = clock_timestamp()
     WHERE {of_message("run", ":tenant_id", ":message_id")} AND run.state = 'pending'
       AND run.started_at IS NULL
    RETURNING true
    """  # noqa: S608 - of our own constants
)


async def edited_in_time(session: WithinTenant, tenant_id: UUID, message_id: str) -> bool:
    """The message changes before anybody reads it. The run is locked: who claims it waits for this
    transaction's end and reads what it wrote."""
    given = {"tenant_id": tenant_id, "message_id": message_id}
    return (await session.execute(_EDITED, given)).scalar_one_or_none() is not None


async def cancelled_in_time(session: WithinTenant, tenant_id: UUID, message_id: str) -> bool:
    """The message is taken back before anybody reads it: its run ends, and nothing is said."""
    given = {"tenant_id": tenant_id, "message_id": message_id}
    return (await session.execute(_CANCELLED, given)).scalar_one_or_none() is not None
