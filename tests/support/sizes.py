"""How much the durability tests do: enough to see a promise hold, or all of it.

`make test` does enough; `KONSTRUCT_TEST_SIZE=full make test` and `make chaos` do all of it. The
size changes how many people, messages and examples there are, never what is asserted.
"""

import os
from typing import TypeVar

Size = TypeVar("Size")

VARIABLE = "KONSTRUCT_TEST_SIZE"
FULL = os.environ.get(VARIABLE, "") == "full"
"""Read when this is imported: the settings of whoever runs the tests do not reach them."""


def sized(enough: Size, *, full: Size) -> Size:
    """`enough` for `make test`, or `full`."""
    return full if FULL else enough
