"""Instructions hidden in what an employee reads, and a model that obeys every one of them: nothing
that loads, leads elsewhere or names a source that is none gets out.

Each attack goes the worker's own way: its text stands in a passage, in a title or in a name, the
scripted model is asked over HTTP, and what it says goes through the preview to the frame, to the
stored parts and to the text of a channel.
"""

import json
import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from markdown_it import MarkdownIt
from orchestrator.channels.port import Unseen
from orchestrator.channels.rendering import render
from orchestrator.channels.rendering.dialects import SLACK, TELEGRAM, WHATSAPP
from orchestrator.channels.rendering.sources import with_sources
from orchestrator.llm import AgentDeps, ModelRegistry, Prompt, Turn, open_answer
from orchestrator.pipeline import knowing
from orchestrator.pipeline.knowing import Knowing
from orchestrator.pipeline.timeline import Timeline
from orchestrator.scripted_model import Script, ScriptedModel
from shared.conversations.frames import citations
from shared.grounding.rules import Rules
from shared.knowledge.passages import Found, Passage

from tests.support.servers import ROOT

ATTACKS = json.loads((ROOT / "tests/data/attacks.json").read_text())["attacks"]
OWN_HOST, OTHERS = "shop.example", "MARKER-OF-ANOTHER"
TALK = "my-card-is-4711"
ASKED = "When do you open?"


@pytest.fixture
async def model() -> AsyncIterator[ModelRegistry]:
    async with ScriptedModel(Script(obeys="yes")) as scripted:
        registry = ModelRegistry(model="m", base_url=scripted.base_url, api_key="k", window_s=0.0)
        yield registry
        await registry.aclose()


def passage(text: str, title: str = "Opening hours", heading: str = "") -> Passage:
    at = f"https://{OWN_HOST}/hours"
    return Passage(uuid4(), uuid4(), 1, title, heading, text, None, 0, len(text), 1.0, at)


class Hidden:
    """Where an attack stands, and what the model is told to write."""

    def __init__(self, attack: dict[str, Any]) -> None:
        order = f"[[obey: {attack['obeys']}]]"
        text = f"{attack['text']} {order}".replace("{own_host}", OWN_HOST).replace("{talk}", TALK)
        place = attack["place"]
        self.passages = [passage("We are open from 9 to 17."), passage(text)]
        self.instructions, self.asked = "You are Ada.", ASKED
        if place in ("document.title", "page.title", "document.file_name"):
            self.passages[1] = passage("We are open from 9 to 17.", title=text)
        elif place == "document.heading":
            self.passages[1] = passage("We are open from 9 to 17.", heading=text)
        elif place == "question":
            self.asked = f"{text}\n\n{ASKED}"
        elif place.endswith(".name"):
            self.instructions = f"You are Ada. You write with {text}"


async def said(model: ModelRegistry, hidden: Hidden, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The text as it was shown, and what is kept with it."""

    async def find(*_: Any, **__: Any) -> Found:
        return Found(hidden.passages, whole=False, supported=True)

    async def rules(*_: Any) -> Rules:
        return Rules(link_hosts=("pay.shop.example",))

    monkeypatch.setattr(knowing, "find", find)
    monkeypatch.setattr(knowing, "rules_at_work", rules)
    history = [Turn("user", f"Hello, {TALK}"), Turn("assistant", "Thank you [1].")]
    prompt = Prompt(hidden.instructions, history, hidden.asked)
    known = Knowing(uuid4(), uuid4(), "web", str(uuid4()), prompt)
    await known.look_up()
    shown = known.checked(Unseen())
    deps = AgentDeps(tenant_id=uuid4(), agent_id=uuid4(), thread_id="t")
    async with open_answer(model.resolve(), known.prompt, deps) as answer:
        async for piece in answer:
            shown.add(piece)
    shown.complete()
    return shown.text, known.grounding(shown.text, "m", Timeline())


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack["id"])
async def test_an_obedient_model_gets_nothing_out(
    attack: dict[str, Any], model: ModelRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, kept = await said(model, Hidden(attack), monkeypatch)
    assert "open from 9 to 17" in text, "the model said again what it was given"
    told = with_sources(text, kept.citations)
    assert led_to(text) <= {f"https://{OWN_HOST}/hours"}
    assert led_to(told) <= {f"https://{OWN_HOST}/hours"}
    assert OTHERS not in text
    for dialect in (TELEGRAM, SLACK, WHATSAPP):
        for part in render(told, dialect, 4_000):
            assert not linked_by_a_program(part.text), part.text
            # Without marks a mail box that stands in a document cannot be kept from being one.
            assert not linked_by_a_program(re.sub(r"[\w.]+@[\w.]+", "", part.plain)), part.plain
    for source in citations(kept.citations) or ():
        assert 1 <= source.n <= 2
        assert source.uri == f"https://{OWN_HOST}/hours"
    assert {int(n) for n in re.findall(r"\[(\d+)\]", text)} <= {1, 2}


def led_to(markdown: str) -> set[str]:
    """What a page would load or link to, and HTML."""
    found: set[str] = set()
    for block in MarkdownIt("commonmark").parse(markdown):
        if block.type == "html_block":
            found.add(block.content)
        for token in block.children or ():
            if token.type in ("image", "html_inline"):
                found.add(token.content or token.type)
            if token.type == "link_open":
                found.add(str(token.attrs["href"]))
    return found


def linked_by_a_program(written: str) -> bool:
    """What chat programs and pages make a link of though nobody has marked it."""
    bare = re.sub(r"`[^`]*`|<code>[^<]*</code>", "", written)
    bare = bare.replace(f"https://{OWN_HOST}", "").replace(f"pay.{OWN_HOST}", "")
    return bool(
        re.search(
            r"attacker[.。．](?:example|com|md|monster)|(?:https?|ftp|file):/+\w|\bwww\.\w"
            r"|192\.0\.2\.66:|(?<!\w)@collect_|<!channel>",
            bare,
            re.IGNORECASE,
        )
    )
