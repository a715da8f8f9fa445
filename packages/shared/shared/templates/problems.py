"""What is wrong with a template, all of it at once, each with its place."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.errors import BadRequest


@dataclass(frozen=True, slots=True)
class Problem:
    """`path` is like `variables.2.default`; empty for the whole file."""

    path: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.path}: {self.sentence}" if self.path else self.sentence


class TemplateRefused(BadRequest):
    """Nothing was made of it."""

    code = "template_refused"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("This template cannot be used. " + " ".join(map(str, problems)))
        self.problems = list(problems)
