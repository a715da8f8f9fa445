"""PowerPoint: a slide is a page; its title is a heading. What the audience does not see stays
unread: hidden slides and shapes, and the speaker's notes."""

from collections.abc import Iterator
from typing import Final

from orchestrator.knowledge.parsing.office import Archive, Element, child, local, title_of, value
from orchestrator.knowledge.parsing.outline import Outline

PRESENTATION: Final = "ppt/presentation.xml"
LEVEL: Final = 2
_TITLES: Final = {"title", "ctrTitle"}
_FURNITURE: Final = {"sldNum", "dt", "ftr", "hdr", "sldImg"}


def read(content: bytes) -> Outline:
    """Raises ParseFailed."""
    with Archive(content) as archive:
        outline = Outline(title=title_of(archive))
        for name in _slides(archive):
            slide = archive.xml(name)
            if slide is None or slide.get("show") in ("0", "false"):
                continue
            outline.page()
            _say(slide, outline)
    return outline


def _slides(archive: Archive) -> Iterator[str]:
    """In the order in which they are shown."""
    tree = archive.xml(PRESENTATION)
    listed = child(tree, "sldIdLst") if tree is not None else None
    parts = archive.related(PRESENTATION)
    for each in () if listed is None else listed:
        if (name := parts.get(value_of_relation(each))) is not None:
            yield name


def value_of_relation(element: Element) -> str:
    """The attribute r:id, which stands beside one that is called id."""
    return next((found for key, found in element.attrib.items() if key.endswith("}id")), "")


def _say(slide: Element, outline: Outline) -> None:
    """The title first, wherever it lies, then shape by shape."""
    shapes = [
        each for each in slide.iter() if local(each) in ("sp", "tbl") and not _is_hidden(each)
    ]
    for shape in sorted(shapes, key=lambda shape: _kind(shape) not in _TITLES):
        kind = _kind(shape)
        if kind in _FURNITURE:
            continue
        if local(shape) == "tbl":
            rows = [
                [_text(cell) for cell in row if local(cell) == "tc"]
                for row in shape
                if local(row) == "tr"
            ]
            outline.table(rows, has_header=_marks_first_row(shape))
        elif kind in _TITLES:
            outline.heading(LEVEL, _text(shape))
        else:
            outline.paragraph(_text(shape))


def _kind(shape: Element) -> str:
    """What place of the layout it fills: empty for none."""
    holder = child(shape, "nvSpPr", "nvPr", "ph")
    return "" if holder is None else value(holder, "type") or "body"


def _is_hidden(shape: Element) -> bool:
    named = child(shape, "nvSpPr", "cNvPr")
    return named is not None and named.get("hidden") in ("1", "true")


def _marks_first_row(table: Element) -> bool:
    properties = child(table, "tblPr")
    return properties is not None and properties.get("firstRow") in ("1", "true")


def _text(element: Element) -> str:
    lines = []
    for paragraph in element.iter():
        if local(paragraph) == "p":
            said = ("\n" if local(each) == "br" else each.text or "" for each in paragraph.iter()
                    if local(each) in ("t", "br"))  # fmt: skip
            lines.append("".join(said))
    return "\n".join(lines)
