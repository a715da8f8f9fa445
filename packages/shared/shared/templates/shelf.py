"""The templates that come along, by name and language. They are files of the package, so nothing is
fetched from anywhere."""

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from shared.errors import NotFound
from shared.templates.format import Template
from shared.templates.reading import read

LOCALES = ("en", "es", "pt")


@dataclass(frozen=True, slots=True)
class Shipped:
    """One of them, in one language."""

    id: str
    template: Template
    source: str


@lru_cache(maxsize=1)
def _all() -> dict[tuple[str, str], Shipped]:
    found = {}
    for file in sorted(files("shared.templates").joinpath("shipped").iterdir(), key=str):
        id_, _, ending = file.name.partition(".")
        locale, _, kind = ending.partition(".")
        if kind == "yaml":
            source = file.read_text(encoding="utf-8")
            found[id_, locale] = Shipped(id_, read(source), source)
    return found


def shipped(locale: str = "en") -> list[Shipped]:
    """All of them in this language, or in English where there is no such."""
    ids = dict.fromkeys(id_ for id_, _ in _all())
    return [get(id_, locale) for id_ in ids]


def get(id_: str, locale: str = "en") -> Shipped:
    """Raises NotFound."""
    found = _all().get((id_, locale)) or _all().get((id_, "en"))
    if found is None:
        there = ", ".join(dict.fromkeys(id_ for id_, _ in _all()))
        raise NotFound(f"There is no template {id_!r}. There are {there}.")
    return found


def schema() -> str:
    """The JSON Schema of the format, as text."""
    return files("shared.templates").joinpath("schema.json").read_text(encoding="utf-8")
