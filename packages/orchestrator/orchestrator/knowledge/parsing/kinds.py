"""What a document is. Its bytes say so; its name and what the sender said only tell kinds of text
apart."""

import re
from typing import Final

from orchestrator.knowledge.parsed import ParseFailed
from orchestrator.knowledge.parsing import failures
from orchestrator.knowledge.parsing.failures import KINDS_READ, wrong_type
from orchestrator.knowledge.parsing.office import Archive

_HEAD: Final = 1024
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_PICTURES: Final = (
    b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"BM", b"RIFF", b"\0\0\0\x20ftyp",
    b"\0\0\0\x18ftyp", b"OggS", b"ID3", b"\xff\xfb",
)  # fmt: skip
_ARCHIVES: Final = (b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf", b"BZh", b"\xfd7zXZ")
_PROGRAMS: Final = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")
_IN_OFFICE: Final = {
    "word/document.xml": "docx",
    "ppt/presentation.xml": "pptx",
    "xl/workbook.xml": "xlsx",
}
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,500}?-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_BY_ENDING: Final = {
    "html": "html", "htm": "html", "xhtml": "html",
    "md": "markdown", "markdown": "markdown", "mdx": "markdown",
    "csv": "delimited", "tsv": "delimited", "tab": "delimited",
}  # fmt: skip
_BY_MIME: Final = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/markdown": "markdown",
    "text/x-markdown": "markdown",
    "text/csv": "delimited",
    "text/tab-separated-values": "delimited",
}


def binary_kind(content: bytes) -> str | None:
    """pdf, docx, pptx or xlsx; None for what may be text. Raises ParseFailed for others."""
    head = content[:_HEAD]
    if b"%PDF-" in head:
        return "pdf"
    if head.startswith(b"PK"):
        return _kind_of_archive(content)
    if head.startswith(_OLD_OFFICE):
        if _ENCRYPTED in content:
            raise failures.password()
        raise wrong_type(
            "This is a document of old Office (.doc, .xls or .ppt). Open it, save it as .docx, "
            ".xlsx or .pptx, and upload that.",
        )
    if head.lstrip().startswith(b"{\\rtf"):
        raise wrong_type("This is an RTF document. Save it as .docx or PDF and upload that.")
    if head.startswith(_PICTURES):
        raise wrong_type(
            "This is a picture, a sound or a film, in which no text is looked for. Upload the text "
            f"itself: {KINDS_READ} are read.",
        )
    if head.startswith(_ARCHIVES):
        raise _archive()
    if head.startswith(_PROGRAMS) and b"\0" in head:
        raise wrong_type(f"This is a program. {KINDS_READ} are read.")
    return None


def text_kind(text: str, name: str, mime: str) -> str:
    """html, markdown, delimited or plain."""
    if _HTML.match(text[:_HEAD]):
        return "html"
    ending = name.rpartition(".")[2].lower()
    said = mime.partition(";")[0].strip().lower()
    return _BY_MIME.get(said) or _BY_ENDING.get(ending) or "plain"


def _kind_of_archive(content: bytes) -> str:
    with Archive(content) as archive:
        for part, kind in _IN_OFFICE.items():
            if archive.has(part):
                return kind
        if archive.has("mimetype") or archive.has("content.xml"):
            raise wrong_type(
                "This is an OpenDocument or an e-book. Save it as .docx, .xlsx, .pptx or PDF and "
                "upload that.",
            )
    raise _archive()


def _archive() -> ParseFailed:
    return wrong_type("This is an archive. Unpack it and upload the documents within one by one.")
