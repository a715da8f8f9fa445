"""A full, closed or foreign terminal ends a command with an exit code and no stack trace."""

import os
import subprocess
import sys

import pytest
from konstruct.chat.state import ChatState

KONSTRUCT = f'"{sys.executable}" -m konstruct'


def run(command: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", command.replace("konstruct", KONSTRUCT, 1)],
        env={**os.environ, **environment},
        capture_output=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("command", "code", "says"),
    [
        ("konstruct --help >/dev/full", 1, b"No space left on device."),
        ("konstruct --version >/dev/full", 1, b"No space left on device."),
        ("konstruct --version >&-", 1, b"it is closed."),
        ("konstruct --help | true", 1, b""),
        ("konstruct --version 2>&- <&-", 0, b""),
        ("konstruct nonsense 2>/dev/full", 1, b""),
        ("konstruct env --data-dir /nowhere >&- 2>&-", 1, b""),
        ("konstruct env --data-dir /nowhere 2>/dev/full", 1, b""),
    ],
)
def test_a_stream_that_takes_nothing(command: str, code: int, says: bytes) -> None:
    ran = run(command)
    assert ran.returncode == code, ran
    assert ran.stderr.strip().endswith(says)
    assert ran.stderr.count(b"\n") <= 1, "no stack trace"


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "ascii", "cp437"])
def test_a_terminal_that_is_not_utf_8(encoding: str) -> None:
    """Its help has an ellipsis, and the sentence the directory's name."""
    told = run("konstruct chat --help", PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert (told.returncode, told.stderr) == (0, b"")
    refused = run("konstruct env --data-dir /nowhere/日本", PYTHONIOENCODING=encoding)
    assert (refused.returncode, refused.stderr.count(b"\n")) == (1, 1)
    assert rb"\u65e5\u672c" in refused.stderr


def test_input_that_is_no_text_is_a_sentence() -> None:
    hire = "konstruct agent create --tenant a --name A --instructions -"
    nowhere = "postgresql://nobody:x@127.0.0.1:1/none"
    refused = run(
        f"printf 'Gr\\xfc\\xdfe' | {hire}",
        KONSTRUCT_DATABASE_URL=nowhere,
        PYTHONIOENCODING="utf-8:strict",
    )
    assert refused.returncode == 2, refused
    assert b"not text in the terminal's encoding" in refused.stderr
    assert refused.stderr.count(b"\n") == 1


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("cut \ud83d off", "cut \ufffd off"),
        ("\ud83d\ude00", "😀"),
        ("Gr\udcfc\udcdfe", "Gr\ufffd\ufffde"),
    ],
    ids=ascii,
)
def test_half_a_character_does_not_keep_a_message_from_being_sent(typed: str, sent: str) -> None:
    assert ChatState().compose(typed)["text"] == sent
