"""What sixty questions about docs/ find, and whether thirty that it does not answer are declined.

They were written before there was a search, in other words than the pages', a third of them in
Spanish; the threshold was fixed on another benchmark. Words alone do not reach what was aimed for
(docs/decisions/0048): what they do reach is held here.
"""

import json
import re
from collections import Counter
from typing import Any
from uuid import UUID

from orchestrator.knowledge.chunking import chunks_of
from orchestrator.knowledge.parsed import parsed_from
from shared.knowledge import indexing
from shared.knowledge.indexing import Piece
from shared.knowledge.passages import Passage
from shared.knowledge.search import find

from tests.support.knowledge import add, document_of
from tests.support.people import World
from tests.support.servers import ROOT

QUESTIONS = json.loads((ROOT / "tests/data/docs_questions.json").read_text())
FIRST = 5
AIMED_FOR = {"found": 0.90, "declined": 0.95}
REACHED = {"found": 0.63, "declined": 0.76}
"""By words alone, but for two questions, as pages change."""
MOST = 0.7


async def learn_the_docs(world: World) -> dict[UUID, str]:
    """The file of each document."""
    files = {}
    for path in sorted((ROOT / "docs").rglob("*.md")):
        name, text = str(path.relative_to(ROOT)), path.read_text()
        source_id = await add(world.id, name, text, world.agent_id)
        document_id = await document_of(world.id, source_id)
        parsed = parsed_from(text, name)
        pieces = [
            Piece(each.n, each.heading, each.text, each.page, each.start, each.end)
            for each in chunks_of(parsed)
        ]
        reading = await indexing.begin(world.id, document_id, 1)
        await indexing.index(reading, pieces=pieces, text=text, language=parsed.language)
        files[document_id] = name
    return files


def holds(passage: Passage, file: str, answer: dict[str, str]) -> bool:
    """Whether at least half of what answers is in the passage, or, if the page is written otherwise
    by now, most of its words."""
    if file != answer["file"]:
        return False
    words = answer["passage"].split()
    at = re.search(r"\s+".join(map(re.escape, words)), (ROOT / file).read_text())
    if at is None:
        return len(set(words) & set(passage.text.split())) > MOST * len(set(words))
    inside = min(passage.end, at.end()) - max(passage.start, at.start())
    return inside * 2 >= at.end() - at.start()


async def test_what_docs_answer_is_found_and_what_they_do_not_is_declined(
    acme: World, figures: Counter[str]
) -> None:
    files = await learn_the_docs(acme)

    async def finds(question: dict[str, Any]) -> bool:
        found = await find(acme.id, acme.agent_id, question["question"], limit=FIRST)
        return any(
            holds(passage, files[passage.document_id], answer)
            for passage in found.passages
            for answer in question["answers"]
        )

    asked, declined = QUESTIONS["answerable"], QUESTIONS["unanswerable"]
    missed = [each["id"] for each in asked if not await finds(each)]
    answered = [
        each["id"]
        for each in declined
        if (await find(acme.id, acme.agent_id, each["question"])).supported
    ]
    shares = {
        "found": 1 - len(missed) / len(asked),
        "declined": 1 - len(answered) / len(declined),
    }
    for what, share in shares.items():
        aim = AIMED_FOR[what]
        figures[f"knowledge: % of questions about docs/ {what} (aimed for {aim:.0%})"] = round(
            100 * share
        )
        assert share >= REACHED[what], (missed, answered)
