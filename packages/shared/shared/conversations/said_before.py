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
    """Something that was said. Whoever is neither the person nor the agent is named, and so is each
    of several persons; `parts` are its files, and what else there is to know of it."""

    role: str
    text: str
    author_kind: str | None = None
    author_name: str | None = None
    at: str | None = None
    """The time of day, UTC."""
    parts: Sequence[dict[str, Any]] | None = None


def _said(place: Place) -> Statement:
    # Who asks reads no more than what most messages have: who is no party of the conversation, and
    # whose words were changed, is told apart in one column that is mostly empty.
    is_apart = "said.author_kind IN ('member', 'system') OR said.parts IS NOT NULL"
    if not place.is_web:
        is_apart += " OR said.author_kind = 'contact' AND (SELECT asked.is_group FROM asked)"
    another = f"""CASE WHEN {is_apart}
                       THEN json_build_array(
                           CASE WHEN said.parts @> '[{{"kind": "edit"}}]' THEN 'edit'
                                ELSE said.author_kind END,
                           {_name(place, "said")},
                           to_char(said.created_at AT TIME ZONE 'UTC', 'HH24:MI'),
                           said.parts)::text END"""
    says_something = "said.content <> ''"
    if not place.is_web:
        says_something = f'({says_something} OR said.parts @> \'[{{"kind": "file"}}]\')'
    # What is asked for is read backwards along its index, without sorting. Behind the message stand
    # answers that came while it waited, and what others said meanwhile; mostly there is nothing.
    return Statement(
        f"""
        WITH asked AS MATERIALIZED (
            SELECT message.conversation_id, message.seq{_is_group(place, "message")}
              FROM {place.messages} AS message
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
           AND said.status <> 'failed' AND {says_something}{place.only("said")}
         ORDER BY said.seq DESC LIMIT $2 + 1
        """  # noqa: S608 - of our own constants
    )


def _is_group(place: Place, message: str) -> str:
    """Whether several people write there, who are told apart by their names."""
    if place.is_web:
        return ""
    return f""", (SELECT its.contact_id IS NULL FROM {place.conversations} AS its
                  WHERE its.tenant_id = {message}.tenant_id
                    AND its.id = {message}.conversation_id{place.only("its")}) AS is_group"""  # noqa: S608


def _name(place: Place, message: str) -> str:
    of_contact = ""
    if not place.is_web:
        of_contact = f"""
               WHEN 'contact' THEN (SELECT contact.display_name FROM contacts AS contact
                                     WHERE (SELECT asked.is_group FROM asked)
                                       AND contact.tenant_id = {message}.tenant_id
                                       AND contact.id = {message}.author_id)"""  # noqa: S608
    return f"""CASE {message}.author_kind
               WHEN 'member' THEN (SELECT member.display_name FROM portal_users AS member
                                    WHERE member.id = {message}.author_id){of_contact} END"""  # noqa: S608


SAID = _said(WEB)
SAID_ELSEWHERE = _said(elsewhere("$3::text"))
"""Message; how many turns at most before it; the channel, if it is not the web. Rows for `told`."""

Row = tuple[int, UUID, str, str, str | None]
"""seq, the question it belongs to (of a question: itself), role, content; who else said it."""


def told(rows: Sequence[Any], message_id: UUID | None, most: int) -> tuple[Said | None, list[Said]]:
    """The message, if it says anything, and what was said before it, newest first."""
    asked = next((row for row in rows if row[1] == message_id and row[2] == "user"), None)
    before = [row for row in rows if row is not asked]
    return (_read(asked) if asked else None), each_behind_its_question(before, most)


def each_behind_its_question(rows: Sequence[Any], most: int) -> list[Said]:
    """Newest first; an answer whose question is further back stands by its number."""
    asked = {question: seq for seq, question, role, *_ in rows if role == "user"}

    def place(row: Row) -> tuple[int, int]:
        return asked.get(row[1], row[0]), row[0]

    return [_read(row) for row in sorted(rows, key=place, reverse=True)[:most]]


def _read(row: Row) -> Said:
    *_, role, text, another = row
    return Said(role, text, *orjson.loads(another)) if another else Said(role, text)
