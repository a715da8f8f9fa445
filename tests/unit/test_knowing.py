"""What one answer is made from, and when no model is asked."""

from typing import Any
from uuid import uuid4

import pytest
from orchestrator.llm import Prompt, Turn
from orchestrator.pipeline import knowing
from orchestrator.pipeline.knowing import Knowing
from orchestrator.pipeline.timeline import Timeline
from shared.grounding.rules import Rules
from shared.knowledge.passages import Found, Passage

HOURS = "We are open from nine to five. On Saturdays we open at ten."


class Base:
    """What is known, and what is searched for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        at = Passage(uuid4(), uuid4(), 1, "Hours", "", HOURS, None, 0, len(HOURS), 2.5, None)
        self.found = Found([at], whole=True, supported=True)
        self.rules = Rules(language="es")
        self.searched: list[str] = []
        monkeypatch.setattr(knowing, "find", self.find)
        monkeypatch.setattr(knowing, "rules_at_work", self.rules_at_work)

    async def find(self, tenant_id: Any, agent_id: Any, question: str) -> Found:
        self.searched.append(question)
        return self.found

    async def rules_at_work(self, *_: Any) -> Rules:
        return self.rules

    async def look_up(self, question: str, *before: str) -> Knowing:
        history = [Turn("user", said) for said in before]
        prompt = Prompt("You are Ada.", history, question)
        known = Knowing(uuid4(), uuid4(), "web", str(uuid4()), prompt)
        await known.look_up()
        return known


@pytest.fixture
def base(monkeypatch: pytest.MonkeyPatch) -> Base:
    return Base(monkeypatch)


async def test_the_practice_model_is_not_asked_what_a_document_answers(base: Base) -> None:
    known = await base.look_up("When do you open on Saturdays?")
    said = known.said_without_model(is_practice=True)
    assert said == "“On Saturdays we open at ten.” [1]"
    assert known.asks_no_model
    kept = known.grounding(said, "toy", Timeline())
    assert kept is not None
    assert (kept.way, kept.model, kept.unanswered, kept.calls_person) == (
        "quoted",
        None,
        None,
        False,
    )
    assert [part["quote"] for part in kept.citations] == ["On Saturdays we open at ten."]


async def test_a_real_model_is_asked(base: Base) -> None:
    known = await base.look_up("When do you open on Saturdays?")
    assert known.said_without_model(is_practice=False) is None
    assert HOURS in known.prompt.text
    kept = known.grounding("At ten.", "gpt", Timeline())
    assert kept is not None
    assert (kept.way, kept.model, kept.citations) == ("model", "gpt", [])
    assert kept.unanswered == ["open", "saturd"], "without a source it is a gap"


async def test_what_was_stopped_or_done_by_a_tool_is_no_gap(base: Base) -> None:
    known = await base.look_up("When do you open on Saturdays?")
    known.is_gap = False
    kept = known.grounding("At", "gpt", Timeline())
    assert kept is not None
    assert kept.unanswered is None


async def test_without_a_source_that_is_required_it_says_so_and_calls_a_person(base: Base) -> None:
    base.found = Found(base.found.passages, whole=True, supported=False)
    known = await base.look_up("Parking?")
    said = known.said_without_model(is_practice=False)
    assert said is not None
    assert said.startswith("No lo sé"), "of one word no language can be told: the conversation's"
    kept = known.grounding(said, "gpt", Timeline())
    assert kept is not None
    assert (kept.way, kept.calls_person, kept.unanswered) == ("not_known", True, ["park"])
    base.rules = Rules(requires_source=False)
    assert (await base.look_up("Parking?")).said_without_model(is_practice=False) is None


async def test_a_greeting_is_answered_without_looking_anything_up(base: Base) -> None:
    known = await base.look_up("Hello!")
    assert base.searched == []
    assert known.prompt.text == "Hello!"
    assert known.said_without_model(is_practice=True) is None
    assert known.grounding("Hi.", "gpt", Timeline()) is None


async def test_a_short_question_is_searched_with_what_was_said_before(base: Base) -> None:
    await base.look_up("And on Sunday?", "When do you open on Saturdays?")
    assert base.searched == ["When do you open on Saturdays?\nAnd on Sunday?"]
