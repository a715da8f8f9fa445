"""What a file is, its bytes say."""

import pytest
from shared.channels.file_kinds import HEAD_BYTES, kind_of

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("head", "said", "kind"),
    [
        (b"%PDF-1.7 ...", None, "application/pdf"),
        (b"%PDF-1.7 ...", "image/png", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "image/png", "image/png"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp", "image/webp"),
        (b"\0\0\0\x20ftypM4A ", "audio/mp4", "audio/mp4"),
        (b"OggS\0\x02", "audio/ogg; codecs=opus", "audio/ogg"),
        (b"PK\x03\x04\x14", WORD, WORD),
        ("a;b\n1;ü\n".encode(), "text/csv; charset=utf-8", "text/csv"),
        (("ü" * HEAD_BYTES).encode()[:HEAD_BYTES], "text/plain", "text/plain"),
        (("x" + "日本" * HEAD_BYTES).encode()[:HEAD_BYTES], "text/plain", "text/plain"),
    ],
)
def test_what_we_keep_is_known(head: bytes, said: str | None, kind: str) -> None:
    assert kind_of(head, said) == kind


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (b"MZ\x90\0", "application/pdf"),
        (b"\x7fELF", "image/png"),
        (b"#!/bin/sh", "text/plain"),
        (b"<html><script>", "text/plain"),
        (b"  <SVG onload=x>", "text/plain"),
        (b"<svg xmlns=", "image/svg+xml"),
        (b"PK\x03\x04", "application/zip"),
        (b"PK\x03\x04", None),
        (b"just bytes", "image/png"),
        (b"no\0text", "text/plain"),
        (b"\xff\xfe\xfa", "text/plain"),
        (b"text", None),
    ],
)
def test_what_we_do_not_keep_is_refused_whatever_is_said_of_it(
    head: bytes, said: str | None
) -> None:
    assert kind_of(head, said) is None
