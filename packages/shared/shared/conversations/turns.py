"""A turn of a conversation, on every message's way: asked, claimed, ended.

Each is one transaction in one round trip. Locks are taken in the order of all who change a
conversation: the conversation, then its runs.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from psycopg.errors import IntegrityError as Refused
from sqlalchemy.exc import IntegrityError

from shared.conversations.said_before import SAID_BEFORE, each_behind_its_question
from shared.db.pipelined import Statement, transact
from shared.runs.predicates import (
    claimable,
    is_head_of_its_thread,
    room_of,
    unfinished,
    waiting_for_room,
)

# ── asked ──────────────────────────────────────────────────────────────────────────────────────

# The number is taken under the conversation's lock. What was sent twice at once, and so was not
# seen to be known, meets the unique index once the lock is had, which gives the number back.
_ASK = Statement(
    """
    WITH conversation AS (
        UPDATE web_conversations AS conversation
           SET last_seq = conversation.last_seq + 1, updated_at = clock_timestamp()
         WHERE conversation.id = $1
           AND EXISTS (SELECT FROM agents AS agent
                        WHERE agent.tenant_id = conversation.tenant_id
                          AND agent.id = conversation.agent_id AND agent.status = 'active')
           AND NOT EXISTS (SELECT FROM web_conversation_messages AS known
                            WHERE known.conversation_id = $1 AND known.client_message_id = $4)
        RETURNING tenant_id, id, agent_id, last_seq
    ), message AS (
        INSERT INTO web_conversation_messages
               (id, tenant_id, conversation_id, seq, role, content, client_message_id)
        SELECT $2::uuid, tenant_id, id, last_seq, 'user', $3::text, $4 FROM conversation
        RETURNING seq, created_at
    ), run AS (
        INSERT INTO agent_runs (tenant_id, agent_id, channel, thread_id, message_id, payload,
                                next_nudge_at)
        SELECT tenant_id, agent_id, 'web', id::text, $2::uuid::text, $5::jsonb,
               clock_timestamp() + make_interval(secs => $6)
          FROM conversation
    )
    SELECT seq, created_at FROM message
    """
)


def _refused_by(error: IntegrityError) -> str | None:
    """The constraint, or the column that is never empty."""
    assert isinstance(error.orig, Refused)
    return error.orig.diag.constraint_name or error.orig.diag.column_name


async def ask(
    tenant_id: UUID,
    conversation_id: UUID,
    *,
    message_id: UUID,
    text: str,
    client_message_id: str | None,
    payload: dict[str, Any],
    first_nudge_s: float,
) -> tuple[int, datetime] | None:
    """Store a person's message and the run that shall answer it; its `seq` and `created_at`.

    None, and nothing is stored, if there is no such conversation, its agent is paused, or the
    conversation has a message of this `client_message_id`. The caller nudges after it; the sweep
    does so from `first_nudge_s` on.
    """
    stored = _ASK(
        conversation_id,
        message_id,
        text,
        client_message_id,
        orjson.dumps(payload).decode(),
        first_nudge_s,
    )
    try:
        (rows,) = await transact(tenant_id, stored)
    except IntegrityError as error:
        if _refused_by(error) == "uq_web_conversation_messages_client_message_id":
            return None
        raise
    return (rows[0][0], rows[0][1]) if rows else None


# ── claimed ────────────────────────────────────────────────────────────────────────────────────


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
     WHERE run.tenant_id = $1 AND run.message_id = $2
       AND run.payload IS NOT NULL
       AND EXISTS (SELECT FROM worker_leases AS mine
                    WHERE mine.id = $3 AND mine.expires_at > clock_timestamp())
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
     WHERE run.tenant_id = $1 AND run.message_id = $2
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
    rows, said_before = await transact(tenant_id, *calls)
    if not rows:
        (waits,) = await transact(tenant_id, _WAIT_FOR_ROOM(tenant_id, message_id, runs_at_once))
        if not waits:
            return None
        rows, said_before = await transact(tenant_id, *calls)
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


MAX_TOKENS = 2**31 - 1
"""What a count of tokens may be, in the database."""

# ── ended ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Ending:
    """How a worker's attempt at a run ended."""

    run_id: UUID
    worker_id: UUID
    attempt: int
    state: str
    error_code: str | None
    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of an ending that was accepted."""

    seq: int | None
    """Of the answer; None for a channel that keeps no messages here."""
    created_at: datetime | None
    following: list[dict[str, Any]]
    """What to nudge with: the thread's next run, if it waits to be claimed, and those runs of the
    tenant that waited longest for the room there is now."""


# The fence: a run ends only if it is still this worker's at this attempt.
_MINE = "id = $1 AND state = 'running' AND worker_id = $2 AND attempt = $3"
_END = f"""
    UPDATE agent_runs
       SET state = $4,
           finished_at = clock_timestamp(),
           error_code = $5,
           input_tokens = $6,
           output_tokens = $7
     WHERE {_MINE}
"""  # noqa: S608 - of our own constants
_END_RUN = Statement(f"{_END} RETURNING NULL::bigint, finished_at")

# The number is taken under the conversation's lock, before its runs. Whose run is another's once
# the lock is had has an answer of nobody's role, which is refused and gives the number back.
_END_WITH_ANSWER = Statement(
    f"""
    WITH conversation AS (
        UPDATE web_conversations
           SET last_seq = last_seq + 1, updated_at = clock_timestamp()
         WHERE id = $12 AND EXISTS (SELECT FROM agent_runs WHERE {_MINE})
        RETURNING tenant_id, id, last_seq
    ), ended AS (
        {_END} AND EXISTS (SELECT FROM conversation) RETURNING message_id
    )
    INSERT INTO web_conversation_messages
           (id, tenant_id, conversation_id, seq, role, content, status, reply_to, error_code,
            finish)
    SELECT $8::uuid, tenant_id, id, last_seq,
           CASE WHEN ended.message_id IS NOT NULL THEN 'assistant' END, $9::text, $10::text,
           ended.message_id::uuid, $5::text, $11::text
      FROM conversation LEFT JOIN ended ON true
    RETURNING seq, created_at
    """  # noqa: S608 - of our own constants
)

# After the end is committed: a run added later brings its own nudge. Whether somebody waits for the
# tenant's room is asked first, and who it is only then.
_FOLLOWING = Statement(
    f"""
    SELECT (SELECT CASE WHEN run.state = 'pending' THEN run.payload::text END
              FROM agent_runs AS run
             WHERE run.tenant_id = $1 AND run.channel = $2 AND run.thread_id = $3
               AND {unfinished("run")}
             ORDER BY run.position LIMIT 1),
           EXISTS (SELECT FROM agent_runs AS run
                    WHERE run.tenant_id = $1 AND {waiting_for_room("run")})
    """  # noqa: S608 - of our own constants
)

_WAITING_FOR_ROOM = Statement(
    f"""
    SELECT run.payload::text FROM agent_runs AS run
     WHERE run.tenant_id = $1 AND {waiting_for_room("run")} AND run.payload IS NOT NULL
     ORDER BY run.position
     LIMIT greatest(0, {room_of("$1", "$2::integer")})
    """  # noqa: S608 - of our own constants
)


async def end_with_answer(
    tenant_id: UUID,
    conversation_id: UUID,
    ending: Ending,
    *,
    message_id: UUID,
    text: str,
    status: str,
    finish: str | None,
    runs_at_once: int,
) -> Ended | None:
    """End the run and store its answer under this id; None, and nothing is stored, if the run is
    not this worker's at this attempt any more."""
    answered = _END_WITH_ANSWER(
        *_parameters(ending), message_id, text, status, finish, conversation_id
    )
    following = _FOLLOWING(tenant_id, "web", conversation_id)
    try:
        rows, ((head, waiting),) = await transact(tenant_id, answered, afterwards=following)
    except IntegrityError as error:
        if _refused_by(error) == "role":
            return None
        raise
    return await _ended(rows, head, waiting, tenant_id, runs_at_once)


async def end(
    tenant_id: UUID, channel: str, thread_id: str, ending: Ending, *, runs_at_once: int
) -> Ended | None:
    """As `end_with_answer`, on a channel whose answers are stored elsewhere."""
    ended = _END_RUN(*_parameters(ending))
    following = _FOLLOWING(tenant_id, str(channel), thread_id)
    rows, ((head, waiting),) = await transact(tenant_id, ended, afterwards=following)
    return await _ended(rows, head, waiting, tenant_id, runs_at_once)


def _parameters(ending: Ending) -> tuple[UUID, UUID, int, str, str | None, int, int]:
    return (
        ending.run_id,
        ending.worker_id,
        ending.attempt,
        ending.state,
        ending.error_code,
        _storable(ending.input_tokens),
        _storable(ending.output_tokens),
    )


def _storable(tokens: int) -> int:
    """A count must not keep the answer it accompanies from being stored."""
    return min(max(0, tokens), MAX_TOKENS)


async def _ended(
    rows: list[Any], head: str | None, waiting: bool, tenant_id: UUID, runs_at_once: int
) -> Ended | None:
    if not rows:
        return None
    following = [head] if head else []
    if waiting:
        (waited,) = await transact(tenant_id, _WAITING_FOR_ROOM(tenant_id, runs_at_once))
        following += [payload for (payload,) in waited]
    seq, created_at = rows[0]
    return Ended(seq, created_at, [orjson.loads(payload) for payload in following])
