"""YAML and JSON in, YAML out, within bounds: no aliases, no tags, no doubled keys, no depths."""

import json
from collections.abc import Hashable
from typing import Any, cast

import yaml

from shared.templates.problems import Problem, TemplateRefused

MAX_BYTES = 64 * 1024
MAX_DEPTH = 8
MAX_NODES = 4_000

Document = dict[str, Any]


def load(source: str) -> Document:
    """The document, of plain texts, numbers, booleans, lists and objects. Takes milliseconds of
    CPU. Raises TemplateRefused."""
    size = len(source.encode(errors="surrogatepass"))
    if size > MAX_BYTES:
        raise _refused(f"A template has at most {MAX_BYTES} bytes, and this has {size}.")
    try:
        made = _json(source) if source.lstrip().startswith("{") else _yaml(source)
    except yaml.YAMLError as error:
        raise _refused(_sentence(error)) from None
    except RecursionError:
        raise _refused(f"It is nested deeper than {MAX_DEPTH} levels.") from None
    except ValueError as error:
        raise _refused(f"It cannot be read: {error}.") from None
    if not isinstance(made, dict):
        raise _refused("A template is an object with `format: konstruct.agent/v1` and more.")
    return made


def dump(document: Document) -> str:
    """As YAML, for people: long texts as blocks, in the order of the document."""
    text: str = yaml.dump(
        document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=88, indent=2
    )
    return text


class _Loader(yaml.SafeLoader):  # type: ignore[misc]  # it has no types
    """YAML without what can grow, run, or mean two things."""

    def __init__(self, source: str) -> None:
        super().__init__(source)
        self._depth = self._nodes = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _at(event, "Aliases and anchors are not read. Write it out.")
        if getattr(event, "tag", None) is not None:
            raise _at(event, f"The tag {event.tag} is not read. Leave it out.")
        self._nodes += 1
        self._depth += 1
        if self._nodes > MAX_NODES:
            raise _at(event, f"It has more than {MAX_NODES} parts.")
        if self._depth > MAX_DEPTH:
            raise _at(event, f"It is nested deeper than {MAX_DEPTH} levels.")
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        names = [self.construct_object(key, deep=True) for key, _ in node.value]
        for (key, _), name in zip(node.value, names, strict=True):
            if not isinstance(name, str):
                raise _at(key, "A key is a word.")
            if names.count(name) > 1:
                raise _at(key, f"The key {name!r} is there twice.")
        made: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        return made


# Of what looks like something else than text only what JSON has: no dates, no `yes`, no merging.
# A string that the writer below leaves unquoted is never one of these.
_BOOL, _MERGE = "tag:yaml.org,2002:bool", "tag:yaml.org,2002:merge"
_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag.rpartition(":")[2] in {"int", "float", "null"} or (tag == _BOOL and first in "tfTF")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class _Dumper(yaml.SafeDumper):  # type: ignore[misc]
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        del indentless  # lists stand within their key
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: Any) -> bool:
        del data
        return True


_OTHER_BREAKS = set("\r\x85\u2028\u2029")


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    if _OTHER_BREAKS & set(text):  # unquoted they are read as a blank
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def _yaml(source: str) -> object:
    loader = _Loader(source)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


def _json(source: str) -> object:
    def once(pairs: list[tuple[str, Any]]) -> Document:
        made = dict(pairs)
        if len(made) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise ValueError(f"the key {twice!r} is there twice")
        return made

    def no(constant: str) -> object:
        raise ValueError(f"{constant} is no number")

    made = json.loads(source, object_pairs_hook=once, parse_constant=no)
    _within_bounds(made)
    return cast(object, made)


def _within_bounds(made: object) -> None:
    level, nodes = [made], 0
    for _ in range(MAX_DEPTH):
        nodes += len(level)
        level = [
            each
            for outer in level
            if isinstance(outer, dict | list)
            for each in (outer.values() if isinstance(outer, dict) else outer)
        ]
    if level:
        raise ValueError(f"it is nested deeper than {MAX_DEPTH} levels")
    if nodes > MAX_NODES:
        raise ValueError(f"it has more than {MAX_NODES} parts")


def _at(where: Any, sentence: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=sentence, problem_mark=where.start_mark)


def _sentence(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    said = getattr(error, "problem", None) or str(error)
    return f"Line {mark.line + 1}: {said}" if mark else f"It cannot be read: {said}"


def _refused(sentence: str) -> TemplateRefused:
    return TemplateRefused([Problem("", sentence)])
