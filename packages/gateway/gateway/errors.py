"""How errors look over HTTP: `{"detail": sentence, "code": word, "retryable": bool}`."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from shared.db.away import DATABASE_AWAY, VALKEY_AWAY
from shared.errors import KonstructError, Unavailable
from shared.log import get_logger

from gateway import figures

log = get_logger(__name__)


def add_error_handlers(app: FastAPI) -> None:
    """Answer typed errors with their status, and a part that is down with 503."""

    @app.exception_handler(KonstructError)
    async def _typed(_: Request, error: KonstructError) -> JSONResponse:
        return _answer(error)

    @app.exception_handler(RequestValidationError)
    async def _invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        problems = error.errors()
        return JSONResponse(
            {
                "detail": _sentence(problems),
                "code": "bad_request",
                "retryable": False,
                "errors": [
                    {"loc": list(problem["loc"]), "msg": problem["msg"]} for problem in problems
                ],
            },
            status_code=422,
        )

    for kind in (*DATABASE_AWAY, *VALKEY_AWAY):
        app.add_exception_handler(kind, _part_is_down)


async def _part_is_down(request: Request, error: Exception) -> JSONResponse:
    # The path as the route has it: one that is filled in may hold an invitation's token.
    path = getattr(request.scope.get("route"), "path", None)
    log.warning("request_failed", path=path, error=type(error).__name__)
    return _answer(Unavailable("Konstruct cannot reach one of its parts. Try again shortly."))


def _answer(error: KonstructError) -> JSONResponse:
    figures.refused(error.code)
    return JSONResponse(
        {"detail": error.message, "code": error.code, "retryable": error.retryable},
        status_code=error.status_code,
        headers=error.headers,
    )


def _sentence(problems: Sequence[Any]) -> str:
    first = problems[0]
    where = ".".join(str(part) for part in first["loc"] if part not in ("body", "query", "path"))
    return f"`{where or 'body'}` is not right: {first['msg']}."
