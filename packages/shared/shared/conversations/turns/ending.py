"""How a run ends: fenced, with its answer, and with what may begin then."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.exc import IntegrityError

from shared.conversations.outcomes import NOBODYS, StoredOutcome, outcome
from shared.conversations.places import ON_OUR_PAGES, WEB, WEB_CHANNEL, Place, elsewhere
from shared.conversations.turns import apologizing
from shared.conversations.turns.refused import refused_by
from shared.conversations.turns.tokens import added_to, storable
from shared.db.pipelined import Statement, transact
from shared.db.scopes import HouseScope, TenantScope
from shared.grounding.keeping import Grounding, keep
from shared.runs.predicates import (
    is_at,
    may_begin,
    nudge,
    of_thread,
    room_of,
    unfinished,
    waiting_for_room,
)


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
    covers: bool
    """Older messages are answered together with it, as its claim said."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of an ending that was accepted."""

    answer: StoredOutcome
    merged: list[StoredOutcome]
    """Of the older messages that were answered together with it."""
    following: list[dict[str, Any]]
    """What to nudge with: the thread's next run, if it waits to be claimed, and those runs of the
    tenant that waited longest for the room there is now."""


def _end(place: Place, *, covers: bool) -> Statement:
    return Statement(
        outcome(
            place,
            conversation_id="$12",
            run_id="$1",
            fence=is_at("run", "$1", "$2", "$3"),
            state="$4::text",
            error_code="$5::text",
            input_tokens=_tokens(place, "input_tokens", "$6"),
            output_tokens=_tokens(place, "output_tokens", "$7"),
            message_id="$8::uuid",
            text="$9::text",
            status="$10::text",
            finish="$11::text",
            hints="$14::jsonb",
            parts="$13::jsonb" if place.is_web else "$15::jsonb",
            covers=covers,
        )
    )


def _tokens(place: Place, column: str, used: str) -> str:
    """Elsewhere also those of attempts that failed and were tried again (`trying_again`)."""
    return f"{used}::integer" if place.is_web else added_to(f"run.{column}", used)


_END, _END_TOGETHER = _end(WEB, covers=False), _end(WEB, covers=True)
_END_ELSEWHERE = _end(elsewhere("$13::text"), covers=True)

# After the end is committed: a run added later brings its own nudge. Whether somebody waits for the
# tenant's room is asked first, and who it is only then.
_FOLLOWING = Statement(
    f"""
    SELECT (SELECT CASE WHEN run.state = 'pending' AND {may_begin("run")}
                        THEN {nudge("run")}::text END
              FROM agent_runs AS run
             WHERE {of_thread("run", "$1", "$2", "$3")} AND {unfinished("run")}
             ORDER BY run.position LIMIT 1),
           EXISTS (SELECT FROM agent_runs AS run
                    WHERE run.tenant_id = $1 AND {waiting_for_room("run")})
    """  # noqa: S608 - of our own constants
)

_WAITING_FOR_ROOM = Statement(
    f"""
    SELECT {nudge("run")}::text FROM agent_runs AS run
     WHERE run.tenant_id = $1 AND {waiting_for_room("run")} AND {may_begin("run")}
       AND run.payload IS NOT NULL
     ORDER BY run.position
     LIMIT greatest(0, {room_of("$1", "$2::integer")})
    """  # noqa: S608 - of our own constants
)


async def end(
    tenant_id: UUID,
    channel: str,
    conversation_id: UUID,
    ending: Ending,
    *,
    message_id: UUID,
    text: str,
    status: str,
    finish: str | None,
    hints: dict[str, Any] | None = None,
    apology: str | None = None,
    grounding: Grounding | None = None,
    runs_at_once: int,
) -> Ended | None:
    """End the run and store its answer under this id, with its delivery where one is needed;
    `hints` help to send it, and an `apology` is what a customer reads of an answer that failed, on
    an outside channel as a message of its own; `grounding` is what an answer from knowledge relies
    on. None, and nothing is stored, if the run is not this worker's at this attempt any more."""
    parameters = (*_parameters(ending), message_id, text, status, finish, conversation_id)
    parts = grounding.parts() if grounding else None
    if channel == WEB_CHANNEL:
        calls = [(_END_TOGETHER if ending.covers else _END)(*parameters, parts)]
    else:
        given = orjson.dumps(hints).decode() if hints else None
        calls = [_END_ELSEWHERE(*parameters, channel, given, parts)]
        if apology is not None:
            about = (tenant_id, channel, message_id)
            calls.append(
                apologizing.REPORT(*about, ending.error_code)
                if channel in ON_OUR_PAGES
                else apologizing.APOLOGIZE(*about, apology, ending.error_code)
            )
        elif status == "complete":
            calls.append(apologizing.SETTLE(tenant_id, channel, message_id))
    if grounding is not None:
        calls.append(keep(tenant_id, channel, message_id, ending.run_id, grounding))
    following = _FOLLOWING(tenant_id, channel, conversation_id)
    scope = HouseScope(tenant_id, "outcome")
    try:
        rows, *_, ((head, waiting),) = await transact(scope, *calls, afterwards=following)
    except IntegrityError as error:
        if refused_by(error) == NOBODYS:
            return None
        raise
    return await _ended(rows, head, waiting, tenant_id, runs_at_once) if rows else None


def _parameters(ending: Ending) -> tuple[UUID, UUID, int, str, str | None, int, int]:
    return (
        ending.run_id,
        ending.worker_id,
        ending.attempt,
        ending.state,
        ending.error_code,
        storable(ending.input_tokens),
        storable(ending.output_tokens),
    )


async def _ended(
    rows: list[Any], head: str | None, waiting: bool, tenant_id: UUID, runs_at_once: int
) -> Ended:
    following = [head] if head else []
    if waiting:
        (waited,) = await transact(
            TenantScope(tenant_id), _WAITING_FOR_ROOM(tenant_id, runs_at_once)
        )
        following += [nudge for (nudge,) in waited]
    *merged, answer = (StoredOutcome(*row) for row in rows)
    return Ended(answer, merged, [orjson.loads(nudge) for nudge in following])
