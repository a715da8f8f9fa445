"""How a run ends: fenced, with its answer, and with what may begin then."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.exc import IntegrityError

from shared.conversations.turns.refused import refused_by
from shared.conversations.writing import add_message, take_seq
from shared.db.pipelined import Statement, transact
from shared.db.scopes import TenantScope
from shared.runs.predicates import is_at, of_thread, room_of, unfinished, waiting_for_room

MAX_TOKENS = 2**31 - 1
"""What a count of tokens may be, in the database."""


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


_MINE = is_at("run", "$1", "$2", "$3")
_END = f"""
    UPDATE agent_runs AS run
       SET state = $4,
           finished_at = clock_timestamp(),
           error_code = $5,
           input_tokens = $6,
           output_tokens = $7
     WHERE {_MINE}
"""  # noqa: S608 - of our own constants
_END_RUN = Statement(f"{_END} RETURNING NULL::bigint, finished_at")

_OF_MY_RUN = f"conversation.id = $12 AND EXISTS (SELECT FROM agent_runs AS run WHERE {_MINE})"
_ANSWER = add_message(
    id="$8::uuid",
    tenant_id="tenant_id",
    conversation_id="id",
    seq="last_seq",
    role="CASE WHEN ended.message_id IS NOT NULL THEN 'assistant' END",
    content="$9::text",
    status="$10::text",
    reply_to="ended.message_id::uuid",
    error_code="$5::text",
    finish="$11::text",
    source="FROM conversation LEFT JOIN ended ON true",
)
# The number is taken under the conversation's lock, before its runs. Whose run is another's once
# the lock is had has an answer of nobody's role, which is refused and gives the number back.
_END_WITH_ANSWER = Statement(
    f"""
    WITH conversation AS ({take_seq(_OF_MY_RUN)}), ended AS (
        {_END} AND EXISTS (SELECT FROM conversation) RETURNING run.message_id
    )
    {_ANSWER}
    """
)

# After the end is committed: a run added later brings its own nudge. Whether somebody waits for the
# tenant's room is asked first, and who it is only then.
_FOLLOWING = Statement(
    f"""
    SELECT (SELECT CASE WHEN run.state = 'pending' THEN run.payload::text END
              FROM agent_runs AS run
             WHERE {of_thread("run", "$1", "$2", "$3")} AND {unfinished("run")}
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
    scope = TenantScope(tenant_id)
    try:
        rows, ((head, waiting),) = await transact(scope, answered, afterwards=following)
    except IntegrityError as error:
        if refused_by(error) == "role":
            return None
        raise
    return await _ended(rows, head, waiting, tenant_id, runs_at_once)


async def end(
    tenant_id: UUID, channel: str, thread_id: str, ending: Ending, *, runs_at_once: int
) -> Ended | None:
    """As `end_with_answer`, on a channel whose answers are stored elsewhere."""
    ended = _END_RUN(*_parameters(ending))
    following = _FOLLOWING(tenant_id, str(channel), thread_id)
    rows, ((head, waiting),) = await transact(TenantScope(tenant_id), ended, afterwards=following)
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
        asked = _WAITING_FOR_ROOM(tenant_id, runs_at_once)
        (waited,) = await transact(TenantScope(tenant_id), asked)
        following += [payload for (payload,) in waited]
    seq, created_at = rows[0]
    return Ended(seq, created_at, [orjson.loads(payload) for payload in following])
