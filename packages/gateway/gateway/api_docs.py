"""`/docs` and `/openapi.json`: describes the REST API, if `KONSTRUCT_API_DOCS` is set.

The page has the same origin as people's log-ins. So it is off by default, and it is plain HTML of
our own: it runs no script, loads nothing but its style, and calls nothing.
"""

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from shared.config import settings
from shared.errors import NotFound

api_docs_router = APIRouter(include_in_schema=False)

POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"
STYLE = """\
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
summary { cursor: pointer; padding: .5rem 0; }
pre { overflow-x: auto; padding: .75rem; border: 1px solid; border-radius: .5rem; }
"""


def _require_wanted() -> None:
    if not settings.gateway.api_docs:
        raise NotFound("The API is described here once KONSTRUCT_API_DOCS=true is set.")


@api_docs_router.get("/openapi.json")
async def openapi(request: Request) -> Response:
    """The OpenAPI document."""
    _require_wanted()
    return JSONResponse(request.app.openapi())


@api_docs_router.get("/docs")
async def docs(request: Request) -> Response:
    """The same for people."""
    _require_wanted()
    page = _page(json.dumps(request.app.openapi()))
    return HTMLResponse(page, headers={"Content-Security-Policy": POLICY})


@api_docs_router.get("/docs/style.css")
async def style() -> Response:
    _require_wanted()
    return Response(STYLE, media_type="text/css")


@lru_cache(maxsize=1)
def _page(document: str) -> str:
    described = json.loads(document)
    title = f"{escape(described['info']['title'])} API"
    return "\n".join(
        (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width">',
            f'<title>{title}</title><link rel="stylesheet" href="/docs/style.css"></head>',
            f"<body><main><h1>{title}</h1>",
            '<p>The same for programs: <a href="/openapi.json">openapi.json</a>.</p>',
            *_calls(described["paths"]),
            "<h2>Types</h2>",
            *_types(described["components"]["schemas"]),
            "</main></body></html>",
        )
    )


def _calls(paths: Mapping[str, Any]) -> Iterator[str]:
    tag = None
    for path, methods in paths.items():
        for method, call in methods.items():
            if call.get("tags") != tag:
                tag = call.get("tags")
                yield f"<h2>{escape(', '.join(tag or ('other',)))}</h2>"
            yield (
                f"<details><summary><code>{method.upper()} {escape(path)}</code></summary>"
                f"<p>{escape(call.get('description', ''))}</p>"
            )
            for part in ("parameters", "requestBody", "responses"):
                if part in call:
                    yield f"<h3>{part}</h3>{_shown(call[part])}"
            yield "</details>"


def _types(schemas: Mapping[str, Any]) -> Iterator[str]:
    for name, schema in schemas.items():
        yield f"<details><summary><code>{escape(name)}</code></summary>{_shown(schema)}</details>"


def _shown(value: Any) -> str:
    return f"<pre>{escape(json.dumps(value, indent=2))}</pre>"
