"""Which reader reads a document: one module of this package for each format."""

from collections.abc import Callable
from functools import partial
from importlib import import_module

from orchestrator.knowledge.parsing import failures
from orchestrator.knowledge.parsing.decoding import decoded
from orchestrator.knowledge.parsing.kinds import binary_kind, text_kind
from orchestrator.knowledge.parsing.outline import Outline


def reader_of(content: bytes, name: str, mime: str) -> Callable[[], Outline]:
    """Reads when it is called, and opens no file then: what it needs is imported here. Both raise
    ParseFailed."""
    if not content.strip():
        raise failures.empty()
    kind = binary_kind(content)
    if kind is not None:
        return partial(_reader(kind), content)
    text = decoded(content, mime)
    return partial(_reader(text_kind(text, name, mime)), text)


def _reader(kind: str) -> Callable[[bytes | str], Outline]:
    module = import_module(f"orchestrator.knowledge.parsing.{kind}")
    read: Callable[[bytes | str], Outline] = module.read
    return read
