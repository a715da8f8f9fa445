"""What was said before a message, as the model is to read it: each answer behind its question.

Messages are numbered as they are stored. Who writes three messages before the first is answered has
all three numbered before the first answer; read by number, the model would find three questions in
a row, and answer the first ones again.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from shared.db.pipelined import Statement

# Both bounds are read before: as values they may stand in an index's conditions, and what is asked
# for is read backwards from the message, without sorting. Behind it stand the answers that came
# while it waited; mostly there are none.
SAID_BEFORE = Statement(
    """
    (SELECT earlier.seq, coalesce(earlier.reply_to, earlier.id), earlier.role, earlier.content
       FROM web_conversation_messages AS earlier
      WHERE earlier.conversation_id = (SELECT asked.conversation_id
                                         FROM web_conversation_messages AS asked
                                        WHERE asked.id = $1)
        AND earlier.seq < (SELECT asked.seq FROM web_conversation_messages AS asked
                            WHERE asked.id = $1)
        AND earlier.status <> 'failed' AND earlier.content <> ''
      ORDER BY earlier.seq DESC LIMIT $2)
    UNION ALL
    (SELECT answer.seq, coalesce(answer.reply_to, answer.id), answer.role, answer.content
       FROM web_conversation_messages AS answer
      WHERE answer.conversation_id = (SELECT asked.conversation_id
                                        FROM web_conversation_messages AS asked
                                       WHERE asked.id = $1)
        AND answer.seq > (SELECT asked.seq FROM web_conversation_messages AS asked
                           WHERE asked.id = $1)
        AND answer.status <> 'failed' AND answer.content <> ''
        AND (SELECT question.seq FROM web_conversation_messages AS question
              WHERE question.id = answer.reply_to)
            < (SELECT asked.seq FROM web_conversation_messages AS asked WHERE asked.id = $1)
      ORDER BY answer.seq DESC LIMIT $2)
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
