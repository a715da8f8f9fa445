"""What tells somebody to those who know them, and to nobody else how to reach them."""

KEPT = 3
"""Characters at the end, and of a telephone number at its beginning."""
HIDDEN = "•••"


def masked(address: str) -> str:
    """`+34•••120` of a telephone number, `•••7LH` of an id; of a short one less."""
    kept = min(KEPT, len(address) // 3)
    begin = address[:kept] if address.startswith("+") else ""
    return f"{begin}{HIDDEN}{address[len(address) - kept :]}"
