"""How much the durability tests do: enough to see that a promise holds, or everything.

`make test` does enough; `KONSTRUCT_TEST_SIZE=full make test` and `make chaos` do everything. The
size changes how many people, messages and examples there are, never what is asserted.
"""

import os
from typing import TypeVar

Size = TypeVar("Size")

VARIABLE = "KONSTRUCT_TEST_SIZE"
FULL = os.environ.get(VARIABLE, "") == "full"
"""Read at import, because the settings of the person who runs the tests are hidden later."""


def sized(enough: Size, *, full: Size) -> Size:
    """`enough` for `make test`, or `full`."""
    return full if FULL else enough
