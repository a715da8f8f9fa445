"""Taking a run: it is claimed, and all that its answer needs is read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from shared.conversations.said_before import SAID_BEFORE, each_behind_its_question
from shared.db.pipelined import Statement, transact
from shared.db.scopes import TenantScope
from shared.runs.predicates import (
    claimable,
    is_head_of_its_thread,
    lives,
    of_message,
    room_of,
)


@dataclass(frozen=True, slots=True)
class AgentAtWork:
    """Who answers a run. `model` is None for the installation's default."""

    name: str
    role: str
    instructions: str
    model: str | None


@dataclass(frozen=True, slots=True)
class ClaimedRun:
    """A run as its claim has left it, and what was said before its message, newest first."""

    id: UUID
    agent_id: UUID
    channel: str
    thread_id: str
    payload: dict[str, Any]
    attempt: int
    released: int
    started_at: datetime
    stop_requested: bool
    queued_s: float
    """Since its message was stored."""
    agent: AgentAtWork
    said_before: list[tuple[str, str]]
    """(role, text), without answers that failed."""


# Of a message's runs at most one is unfinished: another is made once the last one failed. The agent
# is read last, so that no plan begins with all runs of the agent.
_CLAIM = Statement(
    f"""
    UPDATE agent_runs AS run
       SET state = 'running',
           attempt = run.attempt + 1,
           worker_id = $3,
           waits_for_room = false,
           started_at = coalesce(run.started_at, clock_timestamp())
     WHERE {of_message("run", "$1", "$2")}
       AND run.payload IS NOT NULL
       AND {lives("$3")}
       AND {claimable("run")}
       AND {is_head_of_its_thread("run")}
       AND {room_of("$1", "$4::integer")} > 0
    RETURNING run.id, run.agent_id, run.channel, run.thread_id, run.payload::text, run.attempt,
              run.released, run.started_at, run.stop_requested_at IS NOT NULL,
              extract(epoch FROM clock_timestamp() - run.created_at)::float8,
              (SELECT json_build_array(agent.name, agent.role, agent.instructions, agent.model)
                 FROM agents AS agent
                WHERE agent.tenant_id = run.tenant_id AND agent.id = run.agent_id)::text
    """  # noqa: S608 - of our own constants
)

# A run that only its tenant's limit keeps waiting says so, for those whose end makes room.
_WAIT_FOR_ROOM = Statement(
    f"""
    UPDATE agent_runs AS run
       SET waits_for_room = true
     WHERE {of_message("run", "$1", "$2")}
       AND run.state = 'pending'
       AND {is_head_of_its_thread("run")}
       AND {room_of("$1", "$3::integer")} <= 0
    RETURNING true
    """  # noqa: S608 - of our own constants
)


async def claim(
    tenant_id: UUID, message_id: UUID, worker_id: UUID, *, turns: int, runs_at_once: int
) -> ClaimedRun | None:
    """Take the message's newest run for this worker with the next attempt, learn who answers and
    the newest `turns` of what was said before; None if it is not to be had.

    It is to be had if it is pending, or its worker's lease is over, and no older run of its
    thread is unfinished; and by a worker whose own lease holds. A tenant has `runs_at_once` at
    once unless it has a limit of its own (claims of one moment may pass it by a few). What is
    refused for that is nudged when one of the tenant's runs ends: it says that it waits and is then
    tried once more, so either a run that ended meanwhile made room or its end finds it waiting.
    """
    claimed = _CLAIM(tenant_id, message_id, worker_id, runs_at_once)
    calls = claimed, SAID_BEFORE(message_id, turns)
    scope = TenantScope(tenant_id)
    rows, said_before = await transact(scope, *calls)
    if not rows:
        (waits,) = await transact(scope, _WAIT_FOR_ROOM(tenant_id, message_id, runs_at_once))
        if not waits:
            return None
        rows, said_before = await transact(scope, *calls)
    if not rows:
        return None
    id_, agent_id, channel, thread_id, payload, attempt, released, *rest = rows[0]
    started_at, stopped, queued_s, agent = rest
    return ClaimedRun(
        id=id_,
        agent_id=agent_id,
        channel=channel,
        thread_id=thread_id,
        payload=orjson.loads(payload),
        attempt=attempt,
        released=released,
        started_at=started_at,
        stop_requested=stopped,
        queued_s=queued_s,
        agent=AgentAtWork(*orjson.loads(agent)),
        said_before=each_behind_its_question(said_before, turns),
    )
