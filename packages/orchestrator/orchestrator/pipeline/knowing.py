"""An answer from what the business has told its employee: looked up before the model is asked,
checked while it comes, and kept with what it relies on.

Each look is a transaction of its own, over before the model speaks. An agent that knows nothing has
none of this.
"""

import time
from uuid import UUID

from shared.grounding.keeping import Grounding
from shared.grounding.rules import Rules, rules_at_work
from shared.knowledge.passages import NOTHING, Found, Passage
from shared.runs.storable import storable

from orchestrator.channels.checked import CheckedPreview
from orchestrator.channels.port import Preview
from orchestrator.grounding.addresses import Addresses
from orchestrator.grounding.citations import cited, hosts_of
from orchestrator.grounding.exits import Exits
from orchestrator.grounding.extracting import extracted
from orchestrator.grounding.not_known import is_small_talk, not_known
from orchestrator.grounding.prompting import grounded, room_for_passages, that_fit
from orchestrator.grounding.words import words
from orchestrator.knowledge.finding import find
from orchestrator.llm import Prompt
from orchestrator.pipeline.timeline import Timeline

SHORT_QUESTION = 3
"""Words: with fewer, what the person said before is searched for too."""
MOST_TERMS = 40
EXCERPT_CHARS = 240


class Knowing:
    """What one answer is made from. Nothing until `look_up` has been waited for."""

    def __init__(
        self, tenant_id: UUID, agent_id: UUID, channel: str, thread_id: str, prompt: Prompt
    ) -> None:
        self._tenant_id, self._agent_id = tenant_id, agent_id
        self._channel, self._conversation_id = channel, UUID(thread_id)
        self._prompt = prompt
        self._found: Found = NOTHING
        self._rules = Rules()
        self._passages: list[Passage] = []
        self._looked_up = False
        self._way = "model"
        self._took_ms: dict[str, int] = {}
        self._ready_at = 0.0
        self.is_gap = True
        """Without a source, the question is one that somebody should answer: not if a tool did, or
        if its answer was stopped."""

    async def look_up(self) -> None:
        """Find what fits the question. Raises the database's errors."""
        if is_small_talk(self._prompt.text):
            return
        began = time.monotonic()
        self._found = await find(self._tenant_id, self._agent_id, _question(self._prompt))
        self._rules = await rules_at_work(
            self._tenant_id, self._agent_id, self._channel, self._conversation_id
        )
        self._passages = that_fit(self._found.passages, room_for_passages(self._prompt))
        self._looked_up = True
        self._ready_at = time.monotonic()
        self._took_ms["find"] = _ms(self._ready_at - began)

    @property
    def prompt(self) -> Prompt:
        """What the model is asked."""
        return grounded(self._prompt, self._passages) if self._looked_up else self._prompt

    def checked(self, preview: Preview) -> Preview:
        """The preview, behind what must not leave once somebody else's text has been read."""
        if not self._looked_up:
            return preview
        given = "\n".join(passage.text for passage in self._passages)
        hosts = hosts_of(self._passages) | set(self._rules.link_hosts)
        return CheckedPreview(preview, Exits(len(self._passages), Addresses(hosts, given)))

    def said_without_model(self, *, is_practice: bool) -> str | None:
        """The answer where no model is asked: nothing supports one where a source is required, or
        the practice model would give it, which cannot be trusted with more than a quotation."""
        if not self._looked_up:
            return None
        quoted = None
        if is_practice and self._found.supported:
            quoted = extracted(self._prompt.text, self._passages)
        if quoted is not None:
            self._way = "quoted"
        elif self._rules.requires_source and (is_practice or not self._found.supported):
            self._way = "not_known"
            return not_known(self._prompt.text, self._rules.language)
        return quoted

    @property
    def asks_no_model(self) -> bool:
        """So its answer costs no tokens."""
        return self._way != "model"

    def grounding(self, text: str, model: str, timeline: Timeline) -> Grounding | None:
        """What is kept with the answer's text; None where nothing was looked up."""
        if not self._looked_up:
            return None
        self._took_ms["queued"] = _ms(timeline.queued_s)
        if not self.asks_no_model:
            self._took_ms["model"] = _ms(time.monotonic() - self._ready_at)
        citations = [] if self._way == "not_known" else cited(text, self._passages)
        terms = sorted(words(self._prompt.text))[:MOST_TERMS]
        is_gap = self.is_gap and not citations
        return Grounding(
            way=self._way,
            supported=self._found.supported,
            whole=self._found.whole,
            model=None if self.asks_no_model else model,
            citations=citations,
            passages=[_traced(n, passage) for n, passage in enumerate(self._passages, 1)],
            took_ms=self._took_ms,
            unanswered=[storable(term) for term in terms] if is_gap else None,
            calls_person=self._way == "not_known",
        )


def _question(prompt: Prompt) -> str:
    """What is searched for: a short one is about what was said before."""
    if len(words(prompt.text)) >= SHORT_QUESTION:
        return prompt.text
    before = next((turn.content for turn in reversed(prompt.history) if turn.role == "user"), "")
    return f"{before}\n{prompt.text}".strip()


def _traced(n: int, passage: Passage) -> dict[str, object]:
    """A passage as the trace has it: where it stands, and its beginning."""
    traced = {
        "n": n,
        "document_id": str(passage.document_id),
        "version": passage.version,
        "title": passage.title,
        "heading": passage.heading,
        "page": passage.page,
        "start": passage.start,
        "end": passage.end,
        "score": round(passage.score, 4),
        "excerpt": passage.text[:EXCERPT_CHARS],
    }
    return {name: storable(value) for name, value in traced.items() if value is not None}


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
