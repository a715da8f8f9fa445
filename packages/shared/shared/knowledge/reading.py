"""How far a source is read, all of its documents together."""

from dataclasses import dataclass

from shared.knowledge.sources import Source

DONE = ("indexed", "failed")
_ORDER = ("queued", "parsing", "indexing")


@dataclass(frozen=True, slots=True)
class Read:
    """`state` is of what is least far; a source is `indexed` once everything that can be read is,
    and `failed` if nothing can. `progress` is 0 to 1. Where something went wrong, `error_code` and
    `sentence` say what and what helps."""

    state: str
    progress: float
    documents: int
    indexed: int
    failed: int
    error_code: str | None = None
    sentence: str | None = None


def how_far(of: Source) -> Read:
    """Of a page or site that is not fetched yet, `queued`."""
    source, documents = of.source, of.documents
    states = [each.state for each in documents]
    indexed, failed = states.count("indexed"), states.count("failed")
    wrong = next((each for each in documents if each.state == "failed"), None)
    error_code = source.error_code or (wrong and wrong.error_code)
    sentence = source.error or (wrong and wrong.error)
    return Read(
        state=_state(states, could_not_be_fetched=source.error_code is not None),
        progress=sum(each.progress for each in documents) / (100 * max(1, len(documents))),
        documents=len(documents),
        indexed=indexed,
        failed=failed,
        error_code=error_code or None,
        sentence=sentence or None,
    )


def _state(states: list[str], *, could_not_be_fetched: bool) -> str:
    unfinished = [state for state in states if state not in DONE]
    if unfinished:
        return min(unfinished, key=_ORDER.index)
    if "indexed" in states:
        return "indexed"
    return "failed" if states or could_not_be_fetched else "queued"
