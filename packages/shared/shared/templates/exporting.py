"""An employee as a template: what it is, and nothing that belongs to its business alone.

Only the fields of the format leave, so no key, id, person or talk can. What somebody typed into
these and looks like a key is found and named, and nothing leaves before it is taken out.
"""

import re

from shared.agents.spec import Spec
from shared.errors import Conflict
from shared.templates.documents import Document, dump
from shared.templates.format import FORMAT, KEPT_ASIDE, Template
from shared.templates.reading import checked, texts_of
from shared.templates.variables import standing_for_themselves

_KEYS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|\b(?:sk|pk|rk|ghp|gho|xox[abprs]|glpat|ksk1|AIza|AKIA|hf|whsec)[-_.]?[A-Za-z0-9_-]{16,}"
    r"|\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"
    r"|\b\d{8,10}:[A-Za-z0-9_-]{35}\b"
)
ORDER = tuple(Template.model_fields)


def exported(spec: Spec) -> str:
    """The file's text, in YAML. The same employee gives the same text, and whoever is hired by it
    gives it again. Raises Conflict if a text of it looks like a key."""
    return dump(document_of(spec))


def document_of(spec: Spec) -> Document:
    """The same as a document. Raises Conflict."""
    said = {name: spec["about"].get(name) for name in KEPT_ASIDE}
    said |= {name: spec[name] for name in _OWN}
    document = {"format": FORMAT, "locale": "en"} | {
        name: value for name, value in said.items() if value not in (None, "", [], {}, False)
    }
    _refuse_keys(document)
    if names := standing_for_themselves(text for _, text in texts_of(document)):
        document["variables"] = [each.model_dump(exclude_defaults=True) for each in names]
    template = checked({name: document[name] for name in ORDER if name in document})
    return template.model_dump(exclude_none=True, exclude_defaults=True)


_OWN: tuple[str, ...] = (
    "name",
    "role",
    "greeting",
    "starters",
    "instructions",
    "helps_while_waiting",
    "hours",
    "tools",
)


def _refuse_keys(document: Document) -> None:
    for path, text in texts_of(document):
        if _KEYS.search(text):
            raise Conflict(
                f"What stands in `{path}` looks like a key or a token. Take it out, and export "
                "then; keys belong into settings, where they are sealed.",
                code="looks_like_a_key",
            )
