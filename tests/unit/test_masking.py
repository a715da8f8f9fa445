"""An address tells those who know it whose it is, and nobody else how to reach them."""

import pytest
from shared.masking import masked


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("+34612345120", "+34•••120"),
        ("U024BE7LH", "•••7LH"),
        ("5001", "•••1"),
        ("a", "•••"),
        ("", "•••"),
    ],
)
def test_so_much_of_an_address_is_shown(address: str, shown: str) -> None:
    assert masked(address) == shown
