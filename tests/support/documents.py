"""Small documents made by hand: PDF, DOCX, PPTX, XLSX, as programs write them."""

import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO

_WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
_SLIDES = "http://schemas.openxmlformats.org/presentationml/2006/main"


_UPRIGHT = {
    0: b"",
    90: b"0 1 -1 0 600 0 cm ",
    180: b"-1 0 0 -1 600 800 cm ",
    270: b"0 -1 1 0 0 800 cm ",
}


@dataclass(frozen=True)
class Said:
    """A line of a PDF's page, from the left and from below. `mode` is how it is painted: -1 for a
    line that is no text but what paints."""

    text: str
    size: float = 11
    bold: bool = False
    x: float = 72
    y: float | None = None
    color: str = "0 0 0"
    mode: int = 0


def pdf(
    pages: Sequence[Sequence[Said] | None],
    *,
    title: str = "",
    locked: bool = False,
    turned: int = 0,
) -> bytes:
    """None for a page that is a picture. `turned`: the pages are shown so many degrees clockwise,
    and their lines written so that they stand upright then."""
    objects: dict[int, bytes] = {
        3: _font("Helvetica"),
        4: _font("Helvetica-Bold"),
        5: _stream(b"\xff", "/Type /XObject /Subtype /Image /Width 1 /Height 1 "
                   "/ColorSpace /DeviceGray /BitsPerComponent 8"),
        6: f"<< /Title ({title}) >>".encode("cp1252"),
    }  # fmt: skip
    kids = []
    for lines in pages:
        content = b"q 600 0 0 800 0 0 cm /Im1 Do Q" if lines is None else _lines(lines)
        content = _UPRIGHT[turned] + content
        number = max(objects) + 1
        objects[number] = _stream(content)
        objects[number + 1] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Rotate {turned} "
            f"/Contents {number} 0 R "
            "/Resources << /Font << /F1 3 0 R /F2 4 0 R >> /XObject << /Im1 5 0 R >> >> >>"
        ).encode()
        kids.append(f"{number + 1} 0 R")
    objects[1] = b"<< /Type /Catalog /Pages 2 0 R >>"
    objects[2] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    return _written(objects, locked=locked)


def pages_of(text: str, lines_a_page: int = 45) -> list[list[Said]]:
    """Text laid out as a program does it, some 90 characters to the line."""
    lines, line = [], ""
    for word in text.split():
        if len(line) + len(word) > 88:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip()
    lines.append(line)
    return [
        [Said(line) for line in lines[at : at + lines_a_page]]
        for at in range(0, len(lines), lines_a_page)
    ]


def _lines(lines: Sequence[Said]) -> bytes:
    written, y = [], 760.0
    for line in lines:
        if line.mode < 0:
            written.append(line.text.encode())
            continue
        y = line.y if line.y is not None else y
        text = line.text.encode("cp1252")
        for special in (b"\\", b"(", b")"):
            text = text.replace(special, b"\\" + special)
        font = "F2" if line.bold else "F1"
        how = f"{line.color} rg BT {line.mode} Tr /{font} {line.size} Tf {line.x} {y} Td ("
        written.append(how.encode() + text + b") Tj ET")
        y -= line.size * 1.4
    return b"\n".join(written)


def _font(name: str) -> bytes:
    return (
        f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>"
    ).encode()


def _stream(content: bytes, more: str = "") -> bytes:
    return f"<< {more} /Length {len(content)} >>\nstream\n".encode() + content + b"\nendstream"


def _written(objects: Mapping[int, bytes], *, locked: bool) -> bytes:
    out = bytearray(b"%PDF-1.7\n")
    places = {}
    for number in sorted(objects):
        places[number] = len(out)
        out += f"{number} 0 obj\n".encode() + objects[number] + b"\nendobj\n"
    table = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    for number in sorted(objects):
        out += f"{places[number]:010} 00000 n \n".encode()
    lock = (
        "/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 "
        f"/O <{'41' * 32}> /U <{'42' * 32}> >> /ID [<00> <00>]"
        if locked
        else ""
    )
    out += f"trailer << /Size {len(objects) + 1} /Root 1 0 R /Info 6 0 R {lock} >>\n".encode()
    return bytes(out + f"startxref\n{table}\n%%EOF\n".encode())


def zipped(parts: Mapping[str, str | bytes], *, compressed: bool = True) -> bytes:
    kept = BytesIO()
    method = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    with zipfile.ZipFile(kept, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return kept.getvalue()


def paragraph(text: str, style: str = "", more: str = "", run: str = "") -> str:
    """A paragraph of Word. `more` goes to its properties, `run` to those of its only run."""
    styled = f'<w:pStyle w:val="{style}"/>' if style else ""
    return (
        f"<w:p><w:pPr>{styled}{more}</w:pPr><w:r><w:rPr>{run}</w:rPr>"
        f'<w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'
    )


def word_table(rows: Iterable[Iterable[str]]) -> str:
    cells = ("".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def docx(body: str, *, title: str = "", parts: Mapping[str, str] | None = None) -> bytes:
    styles = "".join(
        f'<w:style w:styleId="{name.title().replace(" ", "")}"><w:name w:val="{name}"/></w:style>'
        for name in ("Title", "heading 1", "heading 2", "heading 3")
    )
    return zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "docProps/core.xml": '<p xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"<dc:title>{escape(title)}</dc:title></p>",
            "word/styles.xml": f"<w:styles {_WORD}>{styles}</w:styles>",
            "word/document.xml": f"<w:document {_WORD}><w:body>{body}</w:body></w:document>",
        }
        | dict(parts or {})
    )


def xlsx(
    sheets: Mapping[str, str],
    *,
    shared: Sequence[str] = (),
    formats: str = "",
    before: str = "",
) -> bytes:
    """Sheets by name, each the XML of its rows; `formats` the XML of the styles, `before` that of
    what stands before the rows."""
    names = list(sheets)
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(names)
    )
    parts = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": f'<workbook xmlns="{_SHEET}" xmlns:r="{_RELATIONS}">'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _relations(
            {f"r{n}": f"worksheets/sheet{n}.xml" for n in range(len(names))}
        ),
        "xl/sharedStrings.xml": f'<sst xmlns="{_SHEET}">'
        + "".join(f"<si><t>{escape(text)}</t></si>" for text in shared)
        + "</sst>",
        "xl/styles.xml": f'<styleSheet xmlns="{_SHEET}">{formats}</styleSheet>',
    }
    for n, name in enumerate(names):
        parts[f"xl/worksheets/sheet{n}.xml"] = (
            f'<worksheet xmlns="{_SHEET}">{before}<sheetData>{sheets[name]}</sheetData></worksheet>'
        )
    return zipped(parts)


def rows(table: Sequence[Sequence[str]]) -> str:
    """Rows of a sheet with the text in its cells."""
    return "".join(
        f'<row r="{r}">'
        + "".join(
            f'<c r="{chr(65 + c)}{r}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
            for c, cell in enumerate(row)
        )
        + "</row>"
        for r, row in enumerate(table, 1)
    )


def pptx(
    slides: Sequence[tuple[str, Sequence[str]]], notes: Mapping[int, str] | None = None
) -> bytes:
    """Slides of a title and lines; notes by the number of the slide, from 0."""
    listed = "".join(f'<p:sldId id="{256 + n}" r:id="r{n}"/>' for n in range(len(slides)))
    spaces = f'xmlns:p="{_SLIDES}" xmlns:a="{_DRAWING}" xmlns:r="{_RELATIONS}"'
    parts = {
        "[Content_Types].xml": "<Types/>",
        "ppt/presentation.xml": f"<p:presentation {spaces}><p:sldIdLst>{listed}</p:sldIdLst>"
        "</p:presentation>",
        "ppt/_rels/presentation.xml.rels": _relations(
            {f"r{n}": f"slides/slide{n}.xml" for n in range(len(slides))}
        ),
    }
    for n, (title, lines) in enumerate(slides):
        shapes = _shape(lines, "body") + _shape([title], "title")
        parts[f"ppt/slides/slide{n}.xml"] = f"<p:sld {spaces}>{shapes}</p:sld>"
        if notes and n in notes:
            parts[f"ppt/slides/_rels/slide{n}.xml.rels"] = _relations(
                {"r1": f"../notesSlides/notes{n}.xml"}
            )
            parts[f"ppt/notesSlides/notes{n}.xml"] = (
                f"<p:notes {spaces}>{_shape([notes[n]], 'body')}</p:notes>"
            )
    return zipped(parts)


def _shape(lines: Sequence[str], kind: str) -> str:
    said = "".join(f"<a:p><a:r><a:t>{escape(line)}</a:t></a:r></a:p>" for line in lines)
    return (
        f'<p:sp><p:nvSpPr><p:nvPr><p:ph type="{kind}"/></p:nvPr></p:nvSpPr>'
        f"<p:txBody>{said}</p:txBody></p:sp>"
    )


def _relations(targets: Mapping[str, str]) -> str:
    listed = "".join(f'<Relationship Id="{n}" Target="{at}"/>' for n, at in targets.items())
    return f'<Relationships xmlns="{_PACKAGE}">{listed}</Relationships>'
