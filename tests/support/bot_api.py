"""What Telegram's own description of its Bot API says of an object, a call or a result."""

from collections.abc import Iterator
from typing import Any

SCALARS = {
    "Integer": lambda given: isinstance(given, int) and not isinstance(given, bool),
    "Float": lambda given: isinstance(given, int | float),
    "String": lambda given: isinstance(given, str),
    "Boolean": lambda given: isinstance(given, bool),
    "True": lambda given: given is True,
}


class BotApi:
    """`wrong_…` give what is wrong, a sentence each; nothing if all is right."""

    def __init__(self, description: dict[str, Any]) -> None:
        self._types = description["types"]
        self._methods = description["methods"]

    def wrong_update(self, update: dict[str, Any]) -> list[str]:
        return list(self._wrong("Update", update, "update"))

    def wrong_call(self, method: str, given: dict[str, Any], result: Any = None) -> list[str]:
        """Of a call's parameters, and of its result if there is one."""
        described = self._methods.get(method)
        if described is None:
            return [f"there is no method {method}"]
        wrong = list(self._wrong_fields(described, given, method))
        if result is not None and not self._is_any(described["returns"], result):
            first = self._wrong(described["returns"][0], result, f"{method}'s result")
            wrong += list(first)
        return wrong

    def _is_any(self, types: list[str], given: Any) -> bool:
        return any(not list(self._wrong(type_, given, "")) for type_ in types)

    def _wrong(self, type_: str, given: Any, where: str) -> Iterator[str]:
        if type_.startswith("Array of "):
            if not isinstance(given, list):
                yield f"{where} is no array"
                return
            for number, one in enumerate(given):
                yield from self._wrong(type_.removeprefix("Array of "), one, f"{where}[{number}]")
        elif type_ in SCALARS:
            if not SCALARS[type_](given):
                yield f"{where} is no {type_}: {given!r}"
        elif subtypes := self._types[type_].get("subtypes"):
            if not self._is_any(subtypes, given):
                yield f"{where} is no {type_}: {given!r}"
        elif not isinstance(given, dict):
            yield f"{where} is no {type_}"
        else:
            yield from self._wrong_fields(self._types[type_], given, where or type_)

    def _wrong_fields(
        self, described: dict[str, Any], given: dict[str, Any], where: str
    ) -> Iterator[str]:
        fields = {field["name"]: field for field in described.get("fields", [])}
        for name in given.keys() - fields.keys():
            yield f"{where} has no {name}"
        for name, field in fields.items():
            if name not in given:
                if field["required"]:
                    yield f"{where} lacks {name}"
            elif not self._is_any(field["types"], given[name]):
                yield from self._wrong(field["types"][0], given[name], f"{where}.{name}")
