"""The README's way in is the one that works: from nothing, in order."""

import re

from tests.support.servers import ROOT


def test_the_first_commands_are_clone_and_make_up() -> None:
    start = (ROOT / "README.md").read_text().partition("## Start")[2]
    first = re.search(r"```\n(.+?)```", start, re.DOTALL)
    assert first is not None
    commands = [line.split("#")[0].split() for line in first[1].splitlines()]
    assert [command[:2] for command in commands] == [
        ["git", "clone"],
        ["cd", "konstruct"],
        ["make", "up"],
    ]
