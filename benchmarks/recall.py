"""How much of what answers a question is found, on a benchmark that is not part of the project:
five texts and 472 questions with the characters that answer them (chunking_evaluation, MIT).

`KONSTRUCT_RETRIEVAL_DATA` names its directory, with `questions.csv` (question, references,
corpus_id) and `<corpus>.md`. Recall at k is the share of these characters that lie in the first k
passages, of all five texts together.
"""

import csv
import json
import os
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from orchestrator.knowledge.chunking import chunks_of
from orchestrator.knowledge.parsed import parsed_from
from shared.db import SystemSession, TenantSession
from shared.knowledge import indexing, search, sources
from shared.knowledge.indexing import Piece
from shared.models import Agent, Tenant

VARIABLE = "KONSTRUCT_RETRIEVAL_DATA"
DEPTHS = (1, 5, 10, 20)

Figures = dict[str, Any]


@dataclass(frozen=True)
class Question:
    text: str
    corpus: str
    answered_by: frozenset[int]
    """Characters of the corpus."""


async def measure_recall() -> Figures:
    """By depth; or why it was left out. Beside it what `supported` says of each question, asked of
    its own text, and asked of the four others, which do not answer it."""
    if not (directory := os.environ.get(VARIABLE)):
        return {"left_out": f"{VARIABLE} names no directory with the benchmark"}
    questions = read_questions(Path(directory))
    corpora = sorted({question.corpus for question in questions})
    tenant_id, agents = await _tenant(corpora)
    documents = {}
    for corpus in corpora:
        without_others = [agents[f"not {other}"] for other in corpora if other != corpus]
        readers = [agents["all"], agents[corpus], *without_others]
        text = (Path(directory) / f"{corpus}.md").read_text()
        documents[await _learn(tenant_id, corpus, text, readers)] = corpus
    recalls = dict.fromkeys(DEPTHS, 0.0)
    supported, declined = 0, 0
    for question in questions:
        found = await search.find(tenant_id, agents["all"], question.text, limit=max(DEPTHS))
        for depth in DEPTHS:
            read = {
                at
                for passage in found.passages[:depth]
                if documents[passage.document_id] == question.corpus
                for at in range(passage.start, passage.end)
            }
            recalls[depth] += len(question.answered_by & read) / len(question.answered_by)
        own = await search.find(tenant_id, agents[question.corpus], question.text)
        others = await search.find(tenant_id, agents[f"not {question.corpus}"], question.text)
        supported += own.supported
        declined += not others.supported
    return {
        "questions": len(questions),
        "at": {str(depth): total / len(questions) for depth, total in recalls.items()},
        "supported": supported / len(questions),
        "declined": declined / len(questions),
    }


def read_questions(directory: Path) -> list[Question]:
    with (directory / "questions.csv").open(newline="") as file:
        return [
            Question(
                row["question"],
                row["corpus_id"],
                frozenset(
                    at
                    for each in json.loads(row["references"])
                    for at in range(each["start_index"], each["end_index"])
                ),
            )
            for row in csv.DictReader(file)
        ]


async def _tenant(corpora: list[str]) -> tuple[UUID, dict[str, UUID]]:
    """Agents that read all, one text, and all but one."""
    names = ["all", *corpora, *(f"not {corpus}" for corpus in corpora)]
    async with SystemSession("setup") as session, session.transaction():
        tenant = Tenant(name="recall", slug=f"recall-{random.randrange(10**9)}")
        session.add(tenant)
        await session.flush()
        agents = [Agent(tenant_id=tenant.id, name=name) for name in names]
        session.add_all(agents)
        await session.flush()
        return tenant.id, {agent.name: agent.id for agent in agents}


async def _learn(tenant_id: UUID, title: str, text: str, readers: list[UUID]) -> UUID:
    async with TenantSession(tenant_id) as session, session.transaction():
        source = await sources.add_file(
            session,
            tenant_id,
            name=title,
            mime="text/markdown",
            content=text.encode(),
            agent_ids=readers,
        )
        (document,) = (await sources.show(session, tenant_id, source.id)).documents
    parsed = parsed_from(text, title)
    pieces = [
        Piece(each.n, each.heading, each.text, each.page, each.start, each.end)
        for each in chunks_of(parsed)
    ]
    reading = await indexing.begin(tenant_id, document.id, 1)
    await indexing.index(reading, pieces=pieces, text=text, language=parsed.language)
    return document.id
