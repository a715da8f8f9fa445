"""How far a source is, of the documents it has; and what a command line names."""

from pathlib import Path

import pytest
from konstruct.knowledge import Thing, given
from shared.errors import BadRequest
from shared.knowledge.reading import how_far
from shared.knowledge.sources import Source
from shared.models import KnowledgeDocument, KnowledgeSource


def source(*states: str, error_code: str | None = None) -> Source:
    documents = [
        KnowledgeDocument(
            state=state,
            progress=100 if state == "indexed" else 0,
            error_code="broken" if state == "failed" else None,
            error="It is damaged." if state == "failed" else None,
        )
        for state in states
    ]
    return Source(KnowledgeSource(kind="site", error_code=error_code, error=None), documents)


@pytest.mark.parametrize(
    ("of", "state"),
    [
        (source(), "queued"),
        (source(error_code="unreachable"), "failed"),
        (source("indexed", "queued", "parsing"), "queued"),
        (source("indexed", "indexing"), "indexing"),
        (source("indexed", "failed"), "indexed"),
        (source("indexed", error_code="unreachable"), "indexed"),
        (source("failed", "failed"), "failed"),
    ],
)
def test_a_source_is_as_far_as_what_is_least_far_and_known_if_anything_of_it_is(
    of: Source, state: str
) -> None:
    assert how_far(of).state == state


def test_what_went_wrong_with_one_page_is_told_of_the_source() -> None:
    read = how_far(source("indexed", "failed"))
    assert (read.indexed, read.failed, read.progress) == (1, 1, 0.5)
    assert (read.error_code, read.sentence) == ("broken", "It is damaged.")


def test_a_command_line_names_files_and_addresses(tmp_path: Path) -> None:
    file = tmp_path / "prices.md"
    file.write_text("45 euros")
    assert given(str(file)) == Thing("prices.md", b"45 euros")
    for address in ("https://acme.com/prices", "acme.com", "www.acme.com/a?b=c"):
        assert given(address) == Thing(address)


@pytest.mark.parametrize("named", ["prices.pdf", "no such file", "ftp://acme.com/x", "acme", "."])
def test_what_is_neither_is_refused_with_a_sentence(named: str) -> None:
    with pytest.raises(BadRequest, match=r"There is no file|is a directory"):
        given(named)
