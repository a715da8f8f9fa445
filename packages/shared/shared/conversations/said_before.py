"""What was said in a conversation up to a message, as the model is to read it: each answer behind
its question.

Messages are numbered as they are stored. Who writes three messages before the first is answered has
all three numbered before the first answer; read by number, the model would find three questions in
a row, and answer the first ones again.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from shared.conversations.places import WEB, Place, elsewhere
from shared.db.pipelined import Statement


class Said(NamedTuple):
    """Something that was said. Whoever is neither the person nor the agent is named."""

    role: str
    text: str
    author_kind: str | None = None
    author_name: str | None = None
    at: str | None = None
    """The time of day, UTC."""


def _said(place: Place) -> Statement:
    # Who asks reads no more than what most messages have: who is no party of the conversation, and
    # whose words were changed, is told apart in one column that is mostly empty.
    another = f"""CASE WHEN said.author_kind IN ('member', 'system') OR said.parts IS NOT NULL
                       THEN json_build_array(
                           CASE WHEN said.parts @> '[{{"kind": "edit"}}]' THEN 'edit'
                                ELSE said.author_kind END,
                           {_name("said")},
                           to_char(said.created_at AT TIME ZONE 'UTC', 'HH24:MI'))::text END"""
    # What is asked for is read backwards along its index, without sorting. Behind the message stand
    # answers that came while it waited, and what others said meanwhile; mostly there is nothing.
    return Statement(
        f"""
        WITH asked AS MATERIALIZED (
            SELECT message.conversation_id, message.seq FROM {place.messages} AS message
             WHERE message.id = $1{place.only("message")}
        )
        SELECT said.seq, coalesce(said.reply_to, said.id), said.role, said.content, {another}
          FROM {place.messages} AS said
         WHERE said.conversation_id = (SELECT asked.conversation_id FROM asked)
           AND (said.seq <= (SELECT asked.seq FROM asked)
                OR (SELECT question.seq FROM {place.messages} AS question
                     WHERE question.id = said.reply_to{place.only("question")})
                   < (SELECT asked.seq FROM asked)
                OR said.role = 'assistant' AND said.reply_to IS NULL)
           AND said.status <> 'failed' AND said.content <> ''{place.only("said")}
         ORDER BY said.seq DESC LIMIT $2 + 1
        """  # noqa: S608 - of our own constants
    )


def _name(message: str) -> str:
    return f"""CASE {message}.author_kind
               WHEN 'member' THEN (SELECT member.display_name FROM portal_users AS member
                                    WHERE member.id = {message}.author_id) END"""  # noqa: S608


SAID = _said(WEB)
SAID_ELSEWHERE = _said(elsewhere("$3::text"))
"""Message; how many turns at most before it; the channel, if it is not the web. Rows for `told`."""

Row = tuple[int, UUID, str, str, str | None]
"""seq, the question it belongs to (of a question: itself), role, content; who else said it."""


def told(rows: Sequence[Any], message_id: UUID | None, most: int) -> tuple[str | None, list[Said]]:
    """What the message says, if it says anything, and what was said before it, newest first."""
    asked = next((row for row in rows if row[1] == message_id and row[2] == "user"), None)
    before = [row for row in rows if row is not asked]
    return (asked[3] if asked else None), each_behind_its_question(before, most)


def each_behind_its_question(rows: Sequence[Any], most: int) -> list[Said]:
    """Newest first; an answer whose question is further back stands by its number."""
    asked = {question: seq for seq, question, role, *_ in rows if role == "user"}

    def place(row: Row) -> tuple[int, int]:
        return asked.get(row[1], row[0]), row[0]

    newest_first = sorted(rows, key=place, reverse=True)[:most]
    return [
        Said(role, text, *orjson.loads(another)) if another else Said(role, text)
        for *_, role, text, another in newest_first
    ]
