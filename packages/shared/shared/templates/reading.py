"""A template, read and checked by itself: everything that is wrong with it is told at once."""

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from shared.templates import variables
from shared.templates.documents import Document, load
from shared.templates.format import FORMAT, PLACEHOLDER, Template
from shared.templates.problems import Problem, TemplateRefused


def read(source: str) -> Template:
    """The template in a file's text, YAML or JSON. Raises TemplateRefused with all problems."""
    return checked(load(source))


def checked(document: Document) -> Template:
    """Raises TemplateRefused with all problems."""
    if document.get("format") != FORMAT:
        raise TemplateRefused([Problem("format", f"must be {FORMAT}. Other formats are not read.")])
    try:
        template = Template.model_validate(document)
    except ValidationError as error:
        raise TemplateRefused(list(_told(error))) from None
    if problems := [*variables.wrong_with(template.variables), *_unknown_names(template)]:
        raise TemplateRefused(problems)
    return template


def texts_of(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text within, with its path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from texts_of(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            yield from texts_of(inner, f"{path}.{n}")


def _told(error: ValidationError) -> Iterator[Problem]:
    for each in error.errors(include_url=False):
        path = ".".join(str(part) for part in each["loc"])
        if each["type"] == "extra_forbidden":
            yield Problem(path, "is no field of this format. Leave it out.")
        elif each["type"] == "missing":
            yield Problem(path, "is missing.")
        else:
            yield Problem(path, f"{each['msg'].rstrip('.')}.")


def _unknown_names(template: Template) -> Iterator[Problem]:
    known = {variable.name for variable in template.variables}
    document = template.model_dump(exclude={"variables", "format"}, exclude_none=True)
    for path, text in texts_of(document):
        for name in dict.fromkeys(PLACEHOLDER.findall(text)):
            if name not in known:
                yield Problem(path, f"names {{{{{name}}}}}, which is not among the variables.")
