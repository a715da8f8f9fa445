"""What a file is, by its first bytes: what its sender says of it decides nothing that they can."""

from typing import Final

HEAD_BYTES: Final = 512
"""Enough to tell."""

_BY_BYTES: Final = (
    (0, b"%PDF-", "application/pdf"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftyp", "video/mp4"),
    (0, b"OggS", "audio/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"#!AMR", "audio/amr"),
    (8, b"WAVE", "audio/wav"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
)
_OFFICE: Final = (
    (b"PK\x03\x04", ("application/vnd.openxmlformats-", "application/vnd.oasis.opendocument.")),
    (
        b"\xd0\xcf\x11\xe0",
        ("application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"),
    ),
)
"""What these bytes begin may be many things; which of them, its sender says."""
_READ_AS_TEXT: Final = ("text/plain", "text/csv", "text/vcard", "text/x-vcard", "text/calendar")
_NEVER_TEXT: Final = (b"#!", b"<!doctype", b"<html", b"<svg", b"<?xml", b"<script")


def kind_of(head: bytes, said: str | None) -> str | None:
    """Its type; None for what we do not keep: programs, pages, archives, and what nobody knows."""
    declared = (said or "").partition(";")[0].strip().lower()
    for at, mark, kind in _BY_BYTES:
        if head[at : at + len(mark)] == mark:
            return kind
    for mark, kinds in _OFFICE:
        if head.startswith(mark):
            return declared if declared.startswith(kinds) else None
    if declared in _READ_AS_TEXT and _is_text(head):
        return declared
    return None


def _is_text(head: bytes) -> bool:
    if b"\0" in head or head.lstrip().lower().startswith(_NEVER_TEXT):
        return False
    try:
        head[: HEAD_BYTES - 4].decode()
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data"
    return True
