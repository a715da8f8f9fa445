"""Why a document was not read, and what its owner can do."""

from orchestrator.knowledge.parsed import ParseFailed
from orchestrator.knowledge.parsing import limits

KINDS_READ = "PDF, DOCX, PPTX, XLSX, HTML, Markdown, text and CSV"
MIB = 1024**2


def password() -> ParseFailed:
    return ParseFailed(
        "password", "The document has a password. Save it without one and upload it again."
    )


def scanned_without_text() -> ParseFailed:
    return ParseFailed(
        "scanned_without_text",
        "The pages are pictures, with no text in them. Have the text recognised (scanners and "
        "Acrobat call it OCR) and upload the result, or upload the document it was printed from.",
    )


def broken() -> ParseFailed:
    return ParseFailed(
        "broken",
        "The file is damaged, or was not uploaded whole. Open it where it was made, save it "
        "again and upload that.",
    )


def empty() -> ParseFailed:
    return ParseFailed(
        "empty", "There is no text in the document. Upload one that has some, or type it in."
    )


def wrong_type(sentence: str) -> ParseFailed:
    return ParseFailed("wrong_type", sentence)


def too_many_bytes(size: int) -> ParseFailed:
    return ParseFailed(
        "too_big",
        f"The document has {size / MIB:,.0f} MB; up to {limits.MOST_BYTES // MIB} MB are read. "
        "Take large pictures out, or divide it into smaller ones.",
    )


def unpacks_to_too_much() -> ParseFailed:
    return ParseFailed(
        "too_big",
        f"The document unpacks to more than {limits.MOST_UNPACKED_BYTES // MIB} MB. Take large "
        "pictures out, or divide it into smaller ones.",
    )


def too_many_pages() -> ParseFailed:
    return ParseFailed(
        "too_big",
        f"The document has more than {limits.MOST_PAGES:,} pages. Divide it into smaller ones and "
        "upload those.",
    )


def too_many_characters() -> ParseFailed:
    return ParseFailed(
        "too_big",
        f"The document has more than {limits.MOST_CHARACTERS:,} characters. Divide it into smaller "
        "ones and upload those.",
    )


def too_slow() -> ParseFailed:
    return ParseFailed(
        "too_slow",
        f"The document was not read within {limits.DEADLINE_S:.0f} seconds. Divide it into smaller "
        "ones, or save it as plain text, and upload that.",
    )


def too_much_memory() -> ParseFailed:
    return ParseFailed(
        "too_much_memory",
        "Reading the document takes more memory than there is for one. Divide it into smaller "
        "ones, or save it as plain text, and upload that.",
    )
