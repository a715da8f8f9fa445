"""What a person can be told has a sentence in their language, not only the gateway's English."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from orchestrator.llm.failures import ModelFailure

PAGE = Path(__file__).parents[2] / "portal" / "src"


def failures(kind: type[ModelFailure] = ModelFailure) -> Iterator[type[ModelFailure]]:
    yield kind
    for narrower in kind.__subclasses__():
        yield from failures(narrower)


@pytest.mark.parametrize("language", ["en", "es", "pt"])
def test_each_way_a_model_can_fail_is_told_in(language: str) -> None:
    words = "".join(path.read_text() for path in PAGE.glob(f"**/words.{language}.ts"))
    told = re.findall(r'"error\.(\w+)":', words)
    assert {failure.code for failure in failures()} <= set(told)
