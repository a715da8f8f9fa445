"""Variables: what is asked when somebody is hired, checked by its type, put into the texts."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from email_validator import EmailNotValidError, validate_email

from shared.templates.format import PLACEHOLDER, Variable
from shared.templates.problems import Problem

_FORMS = {
    "number": re.compile(r"-?\d+([.,]\d+)?"),
    "phone": re.compile(r"\+?[\d\s()./-]{5,30}"),
    "url": re.compile(r"https?://[^\s<>\"]+"),
    "text": re.compile(r"[^\n]*"),
    "long_text": re.compile(r".*", re.DOTALL),
}

WANTED = {
    "number": "must be a number like 12 or 4.5.",
    "email": "must be an e-mail address.",
    "phone": "must be a phone number.",
    "url": "must be an address that begins with https://.",
    "text": "must be one line.",
}


def wrong_with(variables: Sequence[Variable]) -> Iterator[Problem]:
    """What is wrong with the questions themselves."""
    names = [variable.name for variable in variables]
    for n, variable in enumerate(variables):
        path = f"variables.{n}"
        if names.index(variable.name) != n:
            yield Problem(f"{path}.name", f"{variable.name} is there twice.")
        if (variable.type == "choice") != bool(variable.choices):
            yield Problem(f"{path}.choices", "are there for a choice, and for nothing else.")
        elif variable.default is not None and not _names_itself(variable):
            sentence = _wrong(variable, variable.default)
            if sentence:
                yield Problem(f"{path}.default", sentence)


def answered(
    variables: Sequence[Variable], given: Mapping[str, str]
) -> tuple[dict[str, str], list[Problem]]:
    """What each variable stands for, with defaults for what was not given; and what is wrong with
    what was."""
    values: dict[str, str] = {}
    problems = [
        Problem(f"values.{name}", "is not asked by this template.")
        for name in given
        if name not in {variable.name for variable in variables}
    ]
    for variable in variables:
        path = f"values.{variable.name}"
        value = given.get(variable.name, "").strip()
        if not value:
            if variable.default is None:
                problems.append(Problem(path, f"must be answered: {variable.label}"))
            else:
                values[variable.name] = variable.default
        elif sentence := _wrong(variable, value):
            problems.append(Problem(path, sentence))
        else:
            values[variable.name] = value
    return values, problems


def filled(value: Any, values: Mapping[str, str]) -> Any:
    """The same with each variable replaced, once: what a value says is not looked at again."""
    if isinstance(value, str):
        return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), value)
    if isinstance(value, dict):
        return {name: filled(inner, values) for name, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, values) for inner in value]
    return value


def standing_for_themselves(texts: Iterator[str]) -> list[Variable]:
    """A variable for each placeholder that somebody typed as a text, which stands for that text."""
    names = dict.fromkeys(name for text in texts for name in PLACEHOLDER.findall(text))
    return [
        Variable(name=name, label=name, type="text", default=f"{{{{{name}}}}}") for name in names
    ]


def _names_itself(variable: Variable) -> bool:
    return variable.default == f"{{{{{variable.name}}}}}"


def _wrong(variable: Variable, value: str) -> str | None:
    if len(value) > 2_000:
        return "may have at most 2000 characters."
    if variable.type == "choice":
        return None if value in variable.choices else f"must be one of {_or(variable.choices)}."
    if variable.type == "email":
        fits = _is_email(value)
    else:
        fits = _FORMS[variable.type].fullmatch(value) is not None
    return None if fits else WANTED[variable.type]


def _is_email(value: str) -> bool:
    try:
        validate_email(value, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


def _or(choices: Sequence[str]) -> str:
    return ", ".join(f"“{choice}”" for choice in choices)
