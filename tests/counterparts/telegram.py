"""Says of each question on standard input, one a line, what others' code makes of it.

`{"update": …}`             aiogram reads it; nothing in it is unknown to aiogram
`{"method": …, "given": …, "result": …}`   the same of a call's parameters, and of its result if
                                           there is one
`{"html": …}`               Telegram's own parser: `text` and `entities`, or `refused`

Each answer is `{"wrong": sentence}`, or what was asked for. Runs in an environment of its own.
"""

import json
import sys
from typing import Any

import tdjson

KINDS = {
    "textEntityTypeBold": "bold",
    "textEntityTypeItalic": "italic",
    "textEntityTypeUnderline": "underline",
    "textEntityTypeStrikethrough": "strikethrough",
    "textEntityTypeSpoiler": "spoiler",
    "textEntityTypeCode": "code",
    "textEntityTypePre": "pre",
    "textEntityTypePreCode": "pre",
    "textEntityTypeTextUrl": "text_link",
    "textEntityTypeBlockQuote": "blockquote",
    "textEntityTypeExpandableBlockQuote": "expandable_blockquote",
}


def answer(question: dict[str, Any]) -> dict[str, Any]:
    if "html" in question:
        return parsed(question["html"])
    from aiogram import methods, types  # takes seconds, which who asks the parser need not wait
    from pydantic import TypeAdapter, ValidationError

    try:
        if "update" in question:
            unknown = extra(types.Update.model_validate(question["update"]))
        else:
            method = getattr(methods, question["method"][0].upper() + question["method"][1:])
            unknown = extra(method.model_validate(question["given"]))
            if "result" not in question:
                return {"wrong": f"unknown: {unknown}"} if unknown else {}
            result = TypeAdapter(method.__returning__).validate_python(question["result"])
            for each in result if isinstance(result, list) else [result]:
                unknown += extra(each)
    except ValidationError as error:
        return {"wrong": str(error)}
    return {"wrong": f"unknown: {unknown}"} if unknown else {}


def extra(model: Any) -> list[str]:
    """Fields that aiogram does not know, wherever they stand."""
    if isinstance(model, list):
        return [name for each in model for name in extra(each)]
    if not hasattr(model, "model_extra"):
        return []
    own = [f"{type(model).__name__}.{name}" for name in model.model_extra or {}]
    return own + [
        name for field in type(model).model_fields for name in extra(getattr(model, field))
    ]


def parsed(html: str) -> dict[str, Any]:
    request = {
        "@type": "parseTextEntities",
        "text": html,
        "parse_mode": {"@type": "textParseModeHTML"},
    }
    said = json.loads(tdjson.td_execute(json.dumps(request).encode()))
    if said["@type"] == "error":
        return {"refused": said["message"]}
    entities = [shown(each) for each in said["entities"] if each["type"]["@type"] in KINDS]
    return {"text": said["text"], "entities": entities}


def shown(entity: dict[str, Any]) -> dict[str, Any]:
    kind = entity["type"]
    one = {"type": KINDS[kind["@type"]], "offset": entity["offset"], "length": entity["length"]}
    return one | {name: kind[name] for name in ("url", "language") if kind.get(name)}


def main() -> None:
    quiet = {"@type": "setLogVerbosityLevel", "new_verbosity_level": 0}
    tdjson.td_execute(json.dumps(quiet).encode())
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
