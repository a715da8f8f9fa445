"""How a run's outcome is stored, whoever does it: one statement, in a session or sent whole.

The conversation is locked and its numbers taken, the run is ended if the fence still holds, and its
messages get their outcomes: those that were answered together with a newer one get `merged`, empty;
the newest gets the outcome. On an outside channel what was said to the person gets its delivery.
"""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from shared.conversations.places import Place
from shared.conversations.writing import add_delivery, add_message, take_seq

_COVERED = "SELECT older.message_id::uuid FROM agent_runs AS older WHERE older.merged_into = {run}"
NOBODYS = "role"
"""The column that refuses an outcome whose run is another's once the lock is had. So all is undone,
and the numbers are given back."""


class StoredOutcome(NamedTuple):
    """An outcome as it was stored."""

    id: UUID
    seq: int
    created_at: datetime
    reply_to: UUID | None
    status: str


def outcome(
    place: Place,
    *,
    conversation_id: str,
    run_id: str,
    fence: str,
    state: str,
    message_id: str,
    text: str,
    status: str,
    covers: bool,
    error_code: str = "NULL::text",
    finish: str = "NULL::text",
    input_tokens: str = "NULL::integer",
    output_tokens: str = "NULL::integer",
    hints: str = "NULL::jsonb",
    parts: str = "NULL::jsonb",
    author_kind: str | None = None,
) -> str:
    """`fence` is about the run by the alias `run`; `covers` says whether older messages may have
    been answered together with it. Gives the stored messages, the newest last, or nothing when the
    fence did not hold from the beginning."""
    covered = _COVERED.format(run=run_id)
    answer = _Answer(message_id, text, status, error_code, finish, parts, author_kind)
    mine = f"""conversation.id = {conversation_id}
       AND EXISTS (SELECT FROM agent_runs AS run WHERE {fence})"""
    numbers = f"1 + (SELECT count(*) FROM ({covered}) AS covered)" if covers else "1"  # noqa: S608
    return f"""
    WITH conversation AS ({take_seq(place, mine, numbers=numbers)}), ended AS (
        UPDATE agent_runs AS run
           SET state = {state}, finished_at = clock_timestamp(), error_code = {error_code},
               input_tokens = {input_tokens}, output_tokens = {output_tokens}
         WHERE {fence} AND EXISTS (SELECT FROM conversation)
        RETURNING run.id, run.message_id
    ), stored AS (
        {_together(place, answer, covered) if covers else _alone(place, answer)}
    ){_delivery(place, hints)}
    SELECT id, seq, created_at, reply_to, status FROM stored ORDER BY seq
    """  # noqa: S608 - of our own constants


class _Answer(NamedTuple):
    """As SQL."""

    id: str
    text: str
    status: str
    error_code: str
    finish: str
    parts: str
    author_kind: str | None
    """Whose words they are, if not the agent's."""


_ROLE = "CASE WHEN ended.id IS NOT NULL THEN 'assistant' END"


def _alone(place: Place, answer: _Answer) -> str:
    return _add(
        place,
        answer,
        seq="conversation.last_seq",
        reply_to="ended.message_id::uuid",
        source="FROM conversation LEFT JOIN ended ON true",
    )


def _together(place: Place, answer: _Answer, covered: str) -> str:
    newest = "answered.place = 1"
    return _add(
        place,
        _Answer(
            id=f"CASE WHEN {newest} THEN {answer.id} ELSE gen_random_uuid() END",
            text=f"CASE WHEN {newest} THEN {answer.text} ELSE '' END",
            status=f"CASE WHEN {newest} THEN {answer.status} ELSE 'merged' END",
            error_code=f"CASE WHEN {newest} THEN {answer.error_code} END",
            finish=f"CASE WHEN {newest} THEN {answer.finish} END",
            parts=f"CASE WHEN {newest} THEN {answer.parts} END",
            author_kind=answer.author_kind,
        ),
        seq="conversation.last_seq + 1 - answered.place",
        reply_to="answered.message_id",
        source=f"""
      FROM conversation
      LEFT JOIN ended ON true
     CROSS JOIN LATERAL unnest(array_prepend(
           ended.message_id::uuid, ARRAY({covered} ORDER BY older.position DESC)
           )) WITH ORDINALITY AS answered (message_id, place)
     ORDER BY answered.place DESC""",
    )


def _add(place: Place, answer: _Answer, *, seq: str, reply_to: str, source: str) -> str:
    return add_message(
        place,
        id=answer.id,
        tenant_id="conversation.tenant_id",
        conversation_id="conversation.id",
        seq=seq,
        role=_ROLE,
        content=answer.text,
        status=answer.status,
        reply_to=reply_to,
        error_code=answer.error_code,
        finish=answer.finish,
        author_kind=answer.author_kind or ("NULL" if place.is_web else "'agent'"),
        author_id="NULL" if place.is_web or answer.author_kind else "conversation.agent_id",
        parts=answer.parts,
        source=source,
    )


def _delivery(place: Place, hints: str) -> str:
    """What is said to the person is sent. Why an answer failed is for our own people."""
    if place.is_web:
        return ""
    is_said = "stored.status IN ('complete', 'stopped')"
    return f", delivery AS ({add_delivery('stored', is_said, hints=hints)})"
