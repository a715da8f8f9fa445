"""What was said before a message, as the model is to read it: each answer behind its question.

Messages are numbered as they are stored. Who writes three messages before the first is answered has
all three numbered before the first answer; read by number, the model would find three questions in
a row, and answer the first ones again.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from shared.db.pipelined import Statement

# What is asked for is read backwards along its index, without sorting. Behind the message stand the
# answers that came while it waited; mostly there are none.
SAID_BEFORE = Statement(
    """
    WITH asked AS MATERIALIZED (
        SELECT message.conversation_id, message.seq FROM web_conversation_messages AS message
         WHERE message.id = $1
    )
    SELECT said.seq, coalesce(said.reply_to, said.id), said.role, said.content
      FROM web_conversation_messages AS said
     WHERE said.conversation_id = (SELECT asked.conversation_id FROM asked)
       AND (said.seq < (SELECT asked.seq FROM asked)
            OR (SELECT question.seq FROM web_conversation_messages AS question
                 WHERE question.id = said.reply_to) < (SELECT asked.seq FROM asked))
       AND said.status <> 'failed' AND said.content <> ''
     ORDER BY said.seq DESC LIMIT $2
    """
)
"""Message; how many turns at most. Rows for `each_behind_its_question`."""

Row = tuple[int, UUID, str, str]
"""seq, the question it belongs to (of a question: itself), role, content."""


def each_behind_its_question(rows: Sequence[Any], most: int) -> list[tuple[str, str]]:
    """(role, text), newest first; of an answer whose question is further back, by its number."""
    asked = {question: seq for seq, question, role, _ in rows if role == "user"}

    def place(row: Row) -> tuple[int, int]:
        return asked.get(row[1], row[0]), row[0]

    return [(role, text) for *_, role, text in sorted(rows, key=place, reverse=True)[:most]]
