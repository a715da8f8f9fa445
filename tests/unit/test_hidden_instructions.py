"""Instructions that hide in documents and pages are not read; what their readers see is."""

import json
from collections import Counter
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import pytest
from orchestrator.knowledge.parsing.cleaning import clean
from orchestrator.knowledge.parsing.formats import reader_of

from tests.support.documents import Said, docx, paragraph, pdf, pptx, rows, word_table, xlsx

ATTACKS = json.loads((Path(__file__).parents[1] / "data" / "attacks.json").read_text())["attacks"]
SEEN = "We open at nine."


def of_page(body: str = "", head: str = "") -> bytes:
    return f"<html><head>{head}</head><body><p>{SEEN}</p>{body}</body></html>".encode()


def word(text: str, **how: str) -> bytes:
    return docx(paragraph(SEEN) + paragraph(text, **how))


HIDDEN: dict[str, Callable[[str], list[tuple[bytes, str]]]] = {
    "document.hidden_text": lambda text: [
        (word(text, run="<w:vanish/>"), "a.docx"),
        (word(text, run='<w:color w:val="FFFFFF"/>'), "a.docx"),
        (pdf([[Said(SEEN), Said(text, color="1 1 1")]]), "a.pdf"),
        (pdf([[Said(SEEN), Said(text, size=1)]]), "a.pdf"),
        (of_page(f'<p style="display:none">{escape(text)}</p>'), "a.html"),
        (
            xlsx({"A": rows([[SEEN], [text]]).replace('<row r="2"', '<row r="2" hidden="1"')}),
            "a.xlsx",
        ),
    ],
    "document.comment": lambda text: [(f"{SEEN}\n\n{text}\n".encode(), "a.md")],
    "document.notes": lambda text: [(pptx([("Hours", [SEEN])], notes={0: text}), "a.pptx")],
    "page.hidden": lambda text: [(of_page(text), "a.html")],
    "page.alt": lambda text: [(of_page(text), "a.html")],
    "page.noscript": lambda text: [(of_page(text), "a.html")],
    "page.meta": lambda text: [(of_page(head=text), "a.html")],
    "page.jsonld": lambda text: [
        (of_page(f'<script type="application/ld+json">{text}</script>'), "a.html")
    ],
}
SHOWN: dict[str, Callable[[str], list[tuple[bytes, str]]]] = {
    "document.text": lambda text: [(word(text), "a.docx"), (f"{SEEN}\n\n{text}".encode(), "a.txt")],
    "document.cell": lambda text: [(docx(word_table([[SEEN, text]])), "a.docx")],
}


@pytest.mark.parametrize("attack", [each for each in ATTACKS if each["place"] in HIDDEN], ids=str)
def test_what_is_hidden_from_people_is_not_read(
    attack: dict[str, Any], figures: Counter[str]
) -> None:
    for content, name in HIDDEN[attack["place"]](attack["text"]):
        outline = reader_of(content, name, "")()
        said = f"{outline.title} {outline.text} {outline.facts and outline.facts.footer}"
        figures["hidden instructions: tried"] += 1
        figures["hidden instructions: read"] += "attacker" in said
        assert SEEN in said
        assert "attacker" not in said, name


def test_what_people_see_is_read_whoever_wrote_it() -> None:
    """What it says can do no harm is the work of what answers, not of reading."""
    for attack in ATTACKS:
        for content, name in SHOWN.get(attack["place"], lambda _: [])(attack["text"]):
            text = reader_of(content, name, "")().text
            assert SEEN in text
            assert clean(attack["text"]).split()[0] in text, attack
