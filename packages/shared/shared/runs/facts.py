"""What became of calls that act outside of our database, and of which nobody knows.

A fact is recorded whoever has the run by then, and however it has ended: it asks for its call at
its attempt and for nothing else. Where there is no fact, a person of the business is asked to look;
should it come after all, they need not.
"""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from shared.db import SystemSession
from shared.db.pipelined import Statement, transact
from shared.db.scopes import HouseScope
from shared.runs.effects import State
from shared.runs.predicates import unfinished
from shared.runs.steps import MINE, Mine, StoredCall, as_json, fence

ATTENTION: Final = "tool_unknown"
"""The kind of attention item for a call of which nobody knows whether it was done."""
NOBODY_KNOWS: Final = (
    "Nobody knows whether this was done: the connection broke before there was an answer. Do not "
    "do it again. A colleague was asked to look; say so."
)
"""What the model is told of it."""

_RECORD = Statement(
    f"""
    WITH fact AS (
        UPDATE tool_calls AS call
           SET state = $3, result = $4::jsonb, is_error = $5::boolean,
               finished_at = clock_timestamp()
         WHERE call.id = $1 AND call.attempt = $2 AND call.state IN ('started', 'unknown')
        RETURNING call.tenant_id, call.id
    )
    UPDATE attention_items AS item SET resolved_at = clock_timestamp()
      FROM fact
     WHERE item.tenant_id = fact.tenant_id AND item.kind = '{ATTENTION}'
       AND item.subject = fact.id::text AND item.resolved_at IS NULL
    """  # noqa: S608 - of our own constants
)


async def record(
    tenant_id: UUID, call: StoredCall, attempt: int, *, result: Any, is_error: bool
) -> None:
    """Say what became of a call that acted in this attempt. A person who was asked about it need
    not look any more."""
    state: State = "failed" if is_error else "done"
    await transact(
        HouseScope(tenant_id, "tools"),
        _RECORD(call.id, attempt, state, as_json(result), str(is_error)),
    )


# ── what nobody knows ──────────────────────────────────────────────────────────────────────────


_SHOW = f"""
    INSERT INTO attention_items (tenant_id, kind, subject, agent_id, channel, conversation_id,
                                 details)
    SELECT unknown.tenant_id, '{ATTENTION}', unknown.id::text, run.agent_id, talk.channel, talk.id,
           jsonb_build_object('tool', unknown.tool, 'run_id', unknown.run_id)
      FROM unknown JOIN agent_runs AS run ON run.id = unknown.run_id
      LEFT JOIN conversations AS talk
        ON talk.tenant_id = run.tenant_id AND talk.channel = run.channel
       AND talk.id = CASE WHEN run.thread_id ~ '^[0-9a-f-]{{36}}$' THEN run.thread_id::uuid END
    ON CONFLICT (tenant_id, kind, subject) WHERE resolved_at IS NULL DO NOTHING
"""  # noqa: S608 - of our own constants


def _unknown(which: str, sentence: str, before: str = "") -> str:
    """The calls found `started` of which nobody knows more, and an item for a person about each.
    The attempt that began one may still come and tell."""
    return f"""
    WITH {before} unknown AS (
        UPDATE tool_calls AS call
           SET state = 'unknown', is_error = true, result = to_jsonb({sentence})
         WHERE call.state = 'started' AND {which}
        RETURNING call.id, call.tenant_id, call.run_id, call.tool
    )
    {_SHOW}
    """  # noqa: S608 - of our own constants


_UNKNOWN_CALL = Statement(_unknown("call.id = $1 AND call.attempt = $2", "$3::text"))
_UNKNOWN_OF_RUN = Statement(
    _unknown(
        "call.run_id = (SELECT id FROM mine) AND call.effect = 'once' AND call.attempt < $3",
        "$4::text",
        f"mine AS ({MINE}),",
    )
)
_UNKNOWN_FOR_EVER = text(
    _unknown(
        f"""call.started_at < clock_timestamp() - make_interval(secs => :older_than_s)
           AND NOT EXISTS (SELECT FROM agent_runs AS run
                            WHERE run.id = call.run_id AND {unfinished("run")})""",
        "cast(:sentence AS text)",
    )
)


async def give_up(tenant_id: UUID, call: StoredCall, attempt: int) -> None:
    """This attempt began the call, and will never know what became of it."""
    await transact(HouseScope(tenant_id, "tools"), _UNKNOWN_CALL(call.id, attempt, NOBODY_KNOWS))


async def give_up_what_others_began(mine: Mine) -> None:
    """Calls of class `once` that an attempt before this one began and did not tell of."""
    await transact(HouseScope(mine.tenant_id, "tools"), _UNKNOWN_OF_RUN(*fence(mine), NOBODY_KNOWS))


async def give_up_forgotten(session: SystemSession, *, older_than_s: float) -> None:
    """Calls that were begun long ago for runs which nobody goes on with."""
    told = {"older_than_s": older_than_s, "sentence": NOBODY_KNOWS}
    await session.execute(_UNKNOWN_FOR_EVER, told)
