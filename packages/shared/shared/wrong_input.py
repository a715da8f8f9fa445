"""What is wrong with input that pydantic refused, in sentences for people: what would be right, and
nothing of what was given."""

from collections.abc import Mapping, Sequence
from typing import Any

PLACES = ("body", "query", "path", "header", "cookie")
"""Where of a request a field stands, which pydantic's locations begin with."""

_KINDS = {
    "bool": "must be true or false",
    "bytes": "must be text",
    "date": "must be a day like 2026-11-27",
    "datetime": "must be a time like 2026-11-27T09:30:00Z",
    "decimal": "must be a number",
    "dict": "must be an object",
    "finite": "must be a number",
    "float": "must be a number",
    "int": "must be a whole number",
    "list": "must be a list",
    "mapping": "must be an object",
    "model": "must be an object",
    "none": "must be null",
    "string": "must be text",
    "set": "must be a list",
    "time": "must be a time of day like 09:30",
    "timezone": "must be a time with its zone, like 2026-11-27T09:30:00Z",
    "tuple": "must be a list",
    "url": "must be an address like https://example.com",
    "uuid": "must be an id like 5d6f8a3e-2f40-4d0b-9d3c-0c1f4b7a9e21",
}
"""By the first word of a refusal's type, as in `int_parsing`."""

_BOUNDS = {
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "multiple_of": "must be a multiple of {multiple_of}",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "may have at most {max_length} characters",
    "string_pattern_mismatch": "must be of the form {pattern}",
    "too_short": "must have at least {min_length} entries",
    "too_long": "may have at most {max_length} entries",
    "url_too_long": "may have at most {max_length} characters",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
    "url_scheme": "must begin with {expected_schemes}",
}
"""By the whole type, with what pydantic tells of the rule."""

_OF_OURS = ("value_error", "assertion_error")
"""Raised by validators of ours, whose sentences they carry."""


def sentence(problem: Mapping[str, Any]) -> str:
    """On one entry of `ValidationError.errors()`, which may have been asked for without input and
    address, but with its context."""
    kind, context = str(problem["type"]), problem.get("ctx") or {}
    field = _field(problem["loc"])
    if kind == "json_invalid":
        return "The body is not JSON."
    what = f"`{field}`" if field else "The body"
    if kind == "missing":
        return f"{what} is missing."
    if kind in ("extra_forbidden", "unexpected_keyword_argument"):
        return f"There is no {what}. Leave it out."
    if kind in ("string_too_short", "too_short") and context.get("min_length") == 1:
        return f"{what} is empty."
    if kind in _OF_OURS:
        said = str(problem["msg"]).partition(", ")[2] or "it cannot be so"
        return f"{what} is not right: {said.rstrip('.')}."
    return f"{what} {_rule(kind, context)}."


def sentences(problems: Sequence[Mapping[str, Any]]) -> str:
    """On the first few; how many more there are."""
    said = [sentence(problem) for problem in problems[:MOST_SAID]]
    if more := len(problems) - len(said):
        said.append(f"And {more} more.")
    return " ".join(said)


MOST_SAID = 3


def _rule(kind: str, context: Mapping[str, Any]) -> str:
    if kind in _BOUNDS:
        return _BOUNDS[kind].format_map(context)
    return _KINDS.get(kind.partition("_")[0], "is not of the right form")


def _field(location: Sequence[Any]) -> str:
    parts = location[1:] if location and location[0] in PLACES else location
    return ".".join(str(part) for part in parts)
