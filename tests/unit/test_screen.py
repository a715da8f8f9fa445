"""What others wrote cannot steer a terminal, nor turn what stands around it."""

import pytest
from konstruct.screen import harmless, one_line


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Ada\u202egnp.exe", "Ada\\u202egnp.exe"),
        ("a\u2066b\u2069c", "a\\u2066b\\u2069c"),
        ("\x1b]0;mine\x07\x1b[2Jx", "]0;mine[2Jx"),
        ("\x9b2Jx\x85y\x7f\x08", "2Jxy"),
        ("over\rwritten", "overwritten"),
        ("half \ud83d", "half "),
        ("two\u2028lines", "two\\u2028lines"),
        ("שלום\u200f! 👩\u200d💻\tok\n", "שלום\u200f! 👩\u200d💻\tok\n"),
    ],
    ids=ascii,
)
def test_what_steers_is_left_out_and_what_turns_is_shown(written: str, shown: str) -> None:
    assert harmless(written) == shown


def test_a_cell_is_one_line() -> None:
    assert one_line("a\n\tb \x1b[1mc") == "a b [1mc"
