"""What was said before a message, as the model is to read it: each answer behind its question.

Messages are numbered as they are stored. Who writes three messages before the first is answered has
all three numbered before the first answer; read by number, the model would find three questions in
a row, and answer the first ones again.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from shared.db.pipelined import Statement

# Both bounds are read before: as values they may stand in an index's conditions, and what is asked
# for is read backwards from the message, without sorting. Behind it stand the answers that came
# while it waited; mostly there are none.
SAID_BEFORE = Statement(
    """
    (SELECT earlier.seq, earlier.id, earlier.reply_to, earlier.role, earlier.content
       FROM web_conversation_messages AS earlier
      WHERE earlier.conversation_id = (SELECT asked.conversation_id
                                         FROM web_conversation_messages AS asked
                                        WHERE asked.id = $1)
        AND earlier.seq < (SELECT asked.seq FROM web_conversation_messages AS asked
                            WHERE asked.id = $1)
        AND earlier.status <> 'failed' AND earlier.content <> ''
      ORDER BY earlier.seq DESC LIMIT $2)
    UNION ALL
    (SELECT answer.seq, answer.id, answer.reply_to, answer.role, answer.content
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

Row = tuple[int, UUID, UUID | None, str, str]
"""seq, id, reply_to, role, content."""


def each_behind_its_question(rows: Sequence[Any], most: int) -> list[tuple[str, str]]:
    """(role, text), newest first; of an answer whose question is further back, by its number."""
    newest_first: list[Row] = sorted(rows, key=lambda row: row[0], reverse=True)
    known = {id_ for _, id_, *_ in newest_first}
    answers: defaultdict[UUID, list[Row]] = defaultdict(list)
    for row in newest_first:
        if row[2] in known:
            answers[row[2]].append(row)
    return [(role, text) for *_, role, text in _in_turn(newest_first, answers)][:most]


def _in_turn(rows: Sequence[Row], answers: dict[UUID, list[Row]]) -> Iterator[Row]:
    behind_another = {row[1] for found in answers.values() for row in found}
    for row in rows:
        if row[1] not in behind_another:
            yield from answers.get(row[1], ())
            yield row
