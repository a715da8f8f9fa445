"""A run's journal: what the model said that called tools, and what became of each call.

A response is stored with its calls before any of them acts, so a successor asks the model only for
what was never stored. Each function with a tenant's id is a whole transaction; one with a session
joins its caller's.

What begins or decides something asks for the fence, with the run's row locked: whoever takes a run
away and whoever begins a call come one after the other. What has happened needs no fence: that is
`facts.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from shared.db import TenantSession
from shared.db.pipelined import Statement, transact
from shared.db.scopes import TenantScope
from shared.runs.effects import Effect, State, call_id
from shared.runs.predicates import is_at

LARGEST_RESULT_BYTES = 32 * 1024


@dataclass(frozen=True, slots=True)
class Mine:
    """An attempt at a run, which is all that the fence compares."""

    tenant_id: UUID
    run_id: UUID
    worker_id: UUID
    attempt: int


@dataclass(frozen=True, slots=True)
class StoredCall:
    """A call of a tool as its row says. Its id is the key that outside services are given."""

    id: UUID
    provider_call_id: str
    tool: str
    effect: Effect
    state: State
    attempt: int
    result: Any
    is_error: bool


@dataclass(frozen=True, slots=True)
class Step:
    """A response that called tools, and its calls in the model's order."""

    n: int
    message: dict[str, Any]
    format: int
    input_tokens: int
    output_tokens: int
    calls: list[StoredCall]


@dataclass(frozen=True, slots=True)
class NewCall:
    """A call to be stored, `planned` or `refused`."""

    provider_call_id: str
    tool: str
    definition_hash: str | None
    args: Any
    effect: Effect
    state: State
    result: Any = None


# ── stored ─────────────────────────────────────────────────────────────────────────────────────

MINE = f"""
    SELECT run.tenant_id, run.id FROM agent_runs AS run
     WHERE {is_at("run", "$1", "$2", "$3")} FOR NO KEY UPDATE
"""  # noqa: S608 - of our own constants
# Stored once more by the same attempt, whose commit was not heard of, it is there already.
_STORE = Statement(
    f"""
    WITH mine AS ({MINE}), step AS (
        INSERT INTO run_steps (tenant_id, run_id, n, attempt, kind, message, format, model,
                               input_tokens, output_tokens)
        SELECT tenant_id, id, $4, $3, 'response', $5::jsonb, $6, $7, $8, $9 FROM mine
        ON CONFLICT (run_id, n) DO NOTHING
        RETURNING tenant_id, run_id, n
    ), calls AS (
        INSERT INTO tool_calls (id, tenant_id, run_id, n, idx, provider_call_id, tool,
                                definition_hash, args, args_hash, effect, state, attempt, result,
                                is_error, finished_at)
        SELECT call.id, step.tenant_id, step.run_id, step.n, call.idx, call.provider_call_id,
               call.tool, call.definition_hash, call.args, call.args_hash, call.effect, call.state,
               $3, call.result, call.state = 'refused',
               CASE WHEN call.state = 'refused' THEN clock_timestamp() END
          FROM step, jsonb_to_recordset($10::jsonb)
               AS call(id uuid, idx integer, provider_call_id text, tool text,
                       definition_hash text, args jsonb, args_hash text, effect text, state text,
                       result jsonb)
    )
    SELECT true FROM mine
    """  # noqa: S608 - of our own constants
)


async def store(
    mine: Mine,
    n: int,
    message: dict[str, Any],
    *,
    format_: int,
    model: str | None,
    input_tokens: int,
    output_tokens: int,
    calls: Sequence[NewCall],
) -> list[StoredCall] | None:
    """Keep the run's step `n` with its calls; None, and nothing is stored, if the run is not this
    worker's at this attempt any more."""
    ids = [call_id(mine.run_id, n, idx) for idx in range(len(calls))]
    rows = [
        {
            "id": str(id_),
            "idx": idx,
            "provider_call_id": call.provider_call_id,
            "tool": call.tool,
            "definition_hash": call.definition_hash,
            "args": call.args,
            "args_hash": sha256(orjson.dumps(call.args, option=orjson.OPT_SORT_KEYS)).hexdigest(),
            "effect": call.effect,
            "state": call.state,
            "result": call.result,
        }
        for idx, (id_, call) in enumerate(zip(ids, calls, strict=True))
    ]
    (stored,) = await transact(
        TenantScope(mine.tenant_id),
        _STORE(
            *fence(mine), n, as_json(message), format_, model, input_tokens, output_tokens,
            as_json(rows),
        ),
    )  # fmt: skip
    if not stored:
        return None
    return [
        StoredCall(
            id=id_,
            provider_call_id=call.provider_call_id,
            tool=call.tool,
            effect=call.effect,
            state=call.state,
            attempt=mine.attempt,
            result=call.result,
            is_error=call.state == "refused",
        )
        for id_, call in zip(ids, calls, strict=True)
    ]


# ── read ───────────────────────────────────────────────────────────────────────────────────────

_CALL = """json_build_array(call.id, call.provider_call_id, call.tool, call.effect, call.state,
                                    call.attempt, call.result, call.is_error)"""
_STEPS = Statement(
    f"""
    SELECT step.n, step.message::text, step.format, step.input_tokens, step.output_tokens,
           (SELECT json_agg({_CALL} ORDER BY call.idx) FROM tool_calls AS call
             WHERE call.run_id = step.run_id AND call.n = step.n)::text
      FROM run_steps AS step
     WHERE step.run_id = $1 AND step.kind = 'response'
     ORDER BY step.n
    """  # noqa: S608 - of our own constants
)
_LOOK = Statement(
    f"""
    SELECT EXISTS (SELECT FROM agent_runs AS run WHERE {is_at("run", "$1", "$2", "$3")}),
           {_CALL}::text
      FROM tool_calls AS call WHERE call.id = $4
    """  # noqa: S608 - of our own constants
)


async def steps_of(tenant_id: UUID, run_id: UUID) -> list[Step]:
    """The journal of a run, oldest first."""
    (rows,) = await transact(TenantScope(tenant_id), _STEPS(run_id))
    return [
        Step(
            n=n,
            message=orjson.loads(message),
            format=format_,
            input_tokens=input_tokens or 0,
            output_tokens=output_tokens or 0,
            calls=[_stored(call) for call in orjson.loads(calls or "[]")],
        )
        for n, message, format_, input_tokens, output_tokens, calls in rows
    ]


async def look(mine: Mine, call: UUID) -> tuple[bool, StoredCall | None]:
    """Whether the run is still ours, and the call as it stands now."""
    (rows,) = await transact(TenantScope(mine.tenant_id), _LOOK(*fence(mine), call))
    return (rows[0][0], _stored(orjson.loads(rows[0][1]))) if rows else (False, None)


def _stored(call: list[Any]) -> StoredCall:
    return StoredCall(UUID(call[0]), *call[1:])


# ── begun ──────────────────────────────────────────────────────────────────────────────────────

_START = Statement(
    f"""
    WITH mine AS ({MINE})
    UPDATE tool_calls AS call
       SET state = 'started', attempt = $3, started_at = clock_timestamp()
     WHERE call.id = $4 AND call.run_id = (SELECT id FROM mine)
       AND (call.state = 'planned'
            OR call.state = 'started' AND (call.effect = 'keyed' OR call.attempt = $3))
    RETURNING true
    """  # noqa: S608 - of our own constants
)


async def start(mine: Mine, call: UUID) -> bool:
    """Say that a call acts from now on. False if it may not: `look` tells why.

    Once an attempt has said so, only a call of class `keyed` can be begun by another.
    """
    (rows,) = await transact(TenantScope(mine.tenant_id), _START(*fence(mine), call))
    return bool(rows)


# ── decided, under the fence ───────────────────────────────────────────────────────────────────

_SETTLE = text(
    f"""
    WITH mine AS (
        SELECT run.id FROM agent_runs AS run
         WHERE {is_at("run", ":run_id", ":worker_id", ":attempt")} FOR NO KEY UPDATE
    )
    UPDATE tool_calls AS call
       SET state = :state, attempt = :attempt, result = cast(:result AS jsonb),
           is_error = :is_error, finished_at = clock_timestamp(),
           started_at = coalesce(call.started_at, clock_timestamp())
     WHERE call.id = :call_id AND call.run_id = (SELECT id FROM mine) AND call.state = 'planned'
    RETURNING true
    """  # noqa: S608 - of our own constants
)


async def settle(
    session: TenantSession,
    mine: Mine,
    call: UUID,
    *,
    state: State,
    result: Any,
    is_error: bool = False,
) -> bool:
    """Give a call that did not leave our database its end; False if the run is not ours any more
    or the call has one. Comes last in its transaction: the run is locked behind what the tool
    locks."""
    settled = await session.execute(
        _SETTLE,
        {
            "run_id": mine.run_id,
            "worker_id": mine.worker_id,
            "attempt": mine.attempt,
            "call_id": call,
            "state": state,
            "result": as_json(result),
            "is_error": is_error,
        },
    )
    return settled.scalar_one_or_none() is not None


_ONLY_READ = text("SELECT set_config('transaction_read_only', 'on', true)")


async def only_read(session: TenantSession) -> None:
    """Nothing can be changed in this transaction from now on."""
    await session.execute(_ONLY_READ)


def fence(mine: Mine) -> tuple[UUID, UUID, int]:
    return mine.run_id, mine.worker_id, mine.attempt


def as_json(value: Any) -> str:
    return orjson.dumps(value).decode()
