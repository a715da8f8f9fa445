"""An answer without a model: the sentences of the best passage that say most of what was asked,
quoted. It says nothing that nobody has written, which is more than a toy model can promise."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from shared.knowledge.passages import Passage

from orchestrator.grounding.words import Sentence, sentences, words

LOOKED_AT = 5
"""Passages, those that fit best."""
LONGEST = 420
UNKNOWN = 0.5
"""Of the weight of a rare word, one that no passage has."""
GOES_ON = 0.5
"""The next sentence is quoted too if it says that share of what the first one does, or if the first
one is a question or a heading."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    n: int
    place: int
    sentences: Sequence[Sentence]
    weight: float


def extracted(question: str, passages: Sequence[Passage]) -> str | None:
    """The answer with its number; None if no passage has a word of what was asked."""
    numbered = sorted(enumerate(passages, 1), key=lambda each: -each[1].score)[:LOOKED_AT]
    asked = words(question)
    weigh = _weights(asked, [words(f"{p.title} {p.heading} {p.text}") for _, p in numbered])
    best: _Candidate | None = None
    for rank, (n, passage) in enumerate(numbered):
        around = asked & words(f"{passage.title} {passage.heading}")
        said = sentences(passage.text)
        for place, sentence in enumerate(said):
            own = asked & words(sentence.text)
            weight = weigh(own) + 0.5 * weigh(around - own) - 0.02 * rank
            if own and (best is None or weight > best.weight):
                best = _Candidate(n, place, said, weight)
    return f"“{_quoted(best, asked, weigh)}” [{best.n}]" if best else None


def _quoted(best: _Candidate, asked: frozenset[str], weigh: "_Weigh") -> str:
    at = best.place
    first = best.sentences[at].text
    if first.endswith("?") and at + 1 < len(best.sentences):  # the question itself, as in a list
        at += 1
        first = best.sentences[at].text
    quoted = _plain(first)
    own = weigh(asked & words(first))
    for following in best.sentences[at + 1 : at + 3]:
        more = weigh(asked & words(following.text))
        short = len(quoted) < 60
        if not short and more < GOES_ON * own:
            break
        if len(quoted) + len(following.text) >= LONGEST:
            break
        quoted = f"{quoted} {_plain(following.text)}"
    return quoted if len(quoted) <= LONGEST else quoted[: quoted.rfind(" ", 0, LONGEST)] + " …"


def _plain(sentence: str) -> str:
    """Without the marks of a list or a heading, and on one line."""
    return " ".join(sentence.lstrip("#>-*• ").replace("“", "‘").replace("”", "’").split())


class _Weigh:
    """How much of the question some of its words are, the rare ones counting more."""

    def __init__(self, weights: dict[str, float]) -> None:
        self._weights = weights
        self._all = sum(weights.values()) or 1.0

    def __call__(self, some: frozenset[str]) -> float:
        return sum(self._weights.get(word, 0.0) for word in some) / self._all


def _weights(asked: frozenset[str], texts: Sequence[frozenset[str]]) -> _Weigh:
    found = Counter(word for text in texts for word in asked & text)
    rare = math.log(1 + (len(texts) + 1) / 1.5)
    return _Weigh(
        {
            word: math.log(1 + (len(texts) + 1) / (0.5 + found[word]))
            if found[word]
            else UNKNOWN * rare
            for word in asked
        }
    )
