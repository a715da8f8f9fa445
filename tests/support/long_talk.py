"""A conversation of any length, stored at once, always with the same words and times.

Messages are copied in with the numbers that the trigger would have given them, under the
conversation's lock. So the next writer goes on from there.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from uuid import UUID, uuid5

import psycopg

BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BETWEEN = timedelta(minutes=7)
QUESTIONS = (
    "Where is order {n}?",
    "A customer writes that parcel {n} came open, and that one of two lamps is missing. "
    "What do I answer, and who pays for the second parcel?",
    "How many returns did we have in week {n}?",
    "Write a line for the shop page about article {n}.",
    "Thanks!",
)
ANSWERS = (
    "Order {n} left the warehouse this morning and is with the carrier. It should be there by "
    "Friday at noon.",
    "I would write:\n\n> We are sorry that parcel {n} reached you open. The missing lamp leaves "
    "today, at our cost.\n\nTwo things to do on our side:\n\n1. Open a claim with the carrier: "
    "the parcel was damaged on the way.\n2. Mark the stock as lost, so that the count is right.\n",
    "| Day | Returns |\n|---|---:|\n| Monday | {n} |\n| Tuesday | 4 |\n| Wednesday | 11 |\n\n"
    "**Wednesday** stands out: nine of the eleven were the same lamp.",
    '```json\n{{\n  "article": {n},\n  "title": "A lamp that turns with you",\n'
    '  "stock": 12\n}}\n```\n\nShall I put it into the draft of the page?',
    "You are welcome.",
)


def store_talk(
    conninfo: str, conversation_id: UUID, messages: int, *, began: datetime = BEGAN
) -> None:
    """Store this many messages, questions and answers in turns, after the existing ones.

    `conninfo` must be of a role that row-level security does not bind.
    """
    with psycopg.connect(conninfo) as connection, connection.cursor() as cursor:
        found = cursor.execute(
            "SELECT tenant_id, last_seq FROM web_conversations WHERE id = %s FOR UPDATE",
            [conversation_id],
        ).fetchone()
        assert found is not None, "there is no such conversation"
        tenant_id, last_seq = found
        columns = "id, tenant_id, conversation_id, role, content, seq, reply_to, created_at"
        with cursor.copy(f"COPY web_conversation_messages ({columns}) FROM STDIN") as copy:
            for seq, (role, text) in enumerate(islice(_turns(), messages), last_seq + 1):
                reply_to = _id(conversation_id, seq - 1) if role == "assistant" else None
                at = began + BETWEEN * (seq - last_seq)
                id = _id(conversation_id, seq)
                copy.write_row((id, tenant_id, conversation_id, role, text, seq, reply_to, at))
        cursor.execute(
            "UPDATE web_conversations SET last_seq = %s, updated_at = %s WHERE id = %s",
            [last_seq + messages, began + BETWEEN * messages, conversation_id],
        )


def _turns() -> Iterator[tuple[str, str]]:
    number = 0
    while True:
        number += 1
        kind = number % len(QUESTIONS)
        yield "user", QUESTIONS[kind].format(n=number)
        yield "assistant", ANSWERS[kind].format(n=number)


def _id(conversation_id: UUID, seq: int) -> UUID:
    return uuid5(conversation_id, str(seq))
