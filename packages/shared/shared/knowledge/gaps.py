"""What people asked and no source answered, in the last 30 days: the same question once, however
it was put.

Questions are alike if they share most of their words. What was asked and said is read from the
messages, so a person who empties a conversation takes their question along.
"""

import asyncio
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID

from shared.db import WithinTenant

MOST_READ = 2_000
ALIKE = 0.5
"""Of the words of the shorter one: what two questions share to be one gap."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question that had no source."""

    id: UUID
    agent_id: UUID
    person: str
    """Who asked: the same text for the same person."""
    terms: frozenset[str]
    question: str
    answer: str
    at: datetime


@dataclass(slots=True)
class Gap:
    """What several people may have asked. `question` is the one put most like the others."""

    agent_id: UUID
    question: str
    answer: str
    """What was said to that, the last time."""
    people: int
    times: int
    last_asked: datetime
    question_ids: list[UUID] = field(default_factory=list)
    """For `close`."""
    others: list[str] = field(default_factory=list)
    """Up to four other ways it was put, the newest first."""


_OPEN = text(
    """
    SELECT open.id, open.agent_id,
           coalesce(open.person_id, question.conversation_id)::text AS person,
           open.terms, question.content AS question, coalesce(answer.content, '') AS answer,
           open.asked_at
      FROM knowledge_questions AS open
      JOIN messages AS question ON question.tenant_id = open.tenant_id
       AND question.channel = open.channel AND question.id = open.message_id
      LEFT JOIN messages AS answer ON answer.tenant_id = open.tenant_id
       AND answer.channel = open.channel AND answer.id = open.answer_id
     WHERE open.tenant_id = :tenant_id AND open.closed_at IS NULL
       AND open.asked_at > now() - interval '30 days'
       AND (cast(:agent_id AS uuid) IS NULL OR open.agent_id = :agent_id)
     ORDER BY open.asked_at DESC LIMIT :most
    """
)


async def gaps(
    session: WithinTenant, tenant_id: UUID, *, agent_id: UUID | None = None, limit: int = 100
) -> list[Gap]:
    """What most people asked first; of one agent or of all. Only a session that sees what is the
    staff's finds any."""
    given = {"tenant_id": tenant_id, "agent_id": agent_id, "most": MOST_READ}
    rows = (await session.execute(_OPEN, given)).all()
    asked = [
        Asked(row.id, row.agent_id, row.person, frozenset(row.terms), row.question, row.answer,
              row.asked_at)
        for row in rows
    ]  # fmt: skip
    return (await asyncio.to_thread(clustered, asked))[:limit]


_CLOSE = text(
    """
    UPDATE knowledge_questions SET closed_at = clock_timestamp()
     WHERE tenant_id = :tenant_id AND id = ANY (:ids) AND closed_at IS NULL
    """
).bindparams(bindparam("ids", type_=ARRAY(PG_UUID(as_uuid=True))))


async def close(session: WithinTenant, tenant_id: UUID, question_ids: Collection[UUID]) -> int:
    """Somebody has answered them: they are no gap any more. How many were one."""
    given = {"tenant_id": tenant_id, "ids": list(question_ids)}
    return (await session.execute(_CLOSE, given)).rowcount  # type: ignore[attr-defined,no-any-return]


def clustered(asked: Sequence[Asked]) -> list[Gap]:
    """Those alike together; `asked` is newest first. What most people asked comes first, of equally
    many the newest."""
    groups: list[list[Asked]] = []
    by_term: dict[tuple[UUID, str], set[int]] = {}
    for question in asked:
        near = Counter(
            group for term in question.terms for group in by_term.get((question.agent_id, term), ())
        )
        alike = next(
            (group for group, _ in near.most_common() if _alike(question, groups[group][0])), None
        )
        if alike is None:
            groups.append([])
            alike = len(groups) - 1
            for term in question.terms:
                by_term.setdefault((question.agent_id, term), set()).add(alike)
        groups[alike].append(question)
    found = [_gap(group) for group in groups]
    return sorted(found, key=lambda gap: (-gap.people, -gap.last_asked.timestamp()))


def _alike(one: Asked, other: Asked) -> bool:
    if not one.terms or not other.terms:
        return False
    both = len(one.terms & other.terms)
    return both > ALIKE * min(len(one.terms), len(other.terms)) and (
        both >= ALIKE * max(len(one.terms), len(other.terms)) or both >= 3
    )


def _gap(group: Sequence[Asked]) -> Gap:
    often = Counter(term for question in group for term in question.terms)
    typical = max(
        group, key=lambda asked: sum(often[t] for t in asked.terms) / (3 + len(asked.terms))
    )
    ways = dict.fromkeys(asked.question for asked in group if asked.question != typical.question)
    return Gap(
        agent_id=typical.agent_id,
        question=typical.question,
        answer=group[0].answer,
        people=len({asked.person for asked in group}),
        times=len(group),
        last_asked=group[0].at,
        question_ids=[asked.id for asked in group],
        others=list(ways)[:4],
    )
