"""The wire as JSON Schema, for `generate-types.mjs`: the REST API and the WebSocket frames in one
OpenAPI document, and the close codes by name.

Frames leave out what is not set, so a field that may be None is one that may be missing.
"""

import json
import sys
from typing import Any

from gateway.main import app
from pydantic.json_schema import models_json_schema
from shared import events

CLIENT_FRAMES = (
    events.AuthFrame,
    events.VisitorAuthFrame,
    events.SendFrame,
    events.StopFrame,
    events.RetryFrame,
)


def frame_schemas() -> dict[str, Any]:
    frames = (*CLIENT_FRAMES, *events.SERVER_FRAMES.values())
    _, document = models_json_schema(
        [(frame, "validation") for frame in frames],
        ref_template="#/components/schemas/{model}",
    )
    schemas: dict[str, Any] = document["$defs"]
    for schema in schemas.values():
        always = {"type"} & schema["properties"].keys()
        schema["required"] = sorted({*always, *schema.get("required", ())})
        schema["properties"] = {
            name: _without_null(field) for name, field in schema["properties"].items()
        }
    return schemas


def _without_null(field: dict[str, Any]) -> dict[str, Any]:
    choices = [choice for choice in field.get("anyOf", ()) if choice != {"type": "null"}]
    rest = {key: value for key, value in field.items() if key not in ("anyOf", "default")}
    return rest | choices[0] if len(choices) == 1 else rest


def main() -> None:
    openapi = app.openapi()
    clash = openapi["components"]["schemas"].keys() & frame_schemas().keys()
    if clash:
        raise SystemExit(f"A frame and a REST model have the same name: {', '.join(sorted(clash))}")
    openapi["components"]["schemas"] |= frame_schemas()
    close_codes = {code.name: code.value for code in events.CloseCode}
    json.dump({"openapi": openapi, "closeCodes": close_codes}, sys.stdout)


if __name__ == "__main__":
    main()
