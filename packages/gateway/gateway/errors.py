"""Turns errors into HTTP responses: `{"detail": sentence, "code": word, "retryable": bool}`."""

from collections.abc import Sequence
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from shared.api.problems import ProblemRoute, problem_document
from shared.errors import KonstructError, Unavailable
from shared.log import get_logger
from shared.outages import DATABASE_AWAY, VALKEY_AWAY
from shared.wrong_input import sentence, sentences
from starlette.exceptions import HTTPException
from starlette.routing import Match

from gateway import metrics

log = get_logger(__name__)

CHANGING = ("POST", "PUT", "PATCH", "DELETE")
OUR_FAULT = "Something went wrong on our side. It is in the log of the gateway."


def add_error_handlers(app: FastAPI) -> None:
    """Answer typed errors with their status, and outages of a part with 503."""

    @app.exception_handler(KonstructError)
    async def _typed(request: Request, error: KonstructError) -> JSONResponse:
        if isinstance(request.scope.get("route"), ProblemRoute):
            metrics.refused(error.code)
            return problem_document(request, error)
        return answer(error)

    @app.exception_handler(RequestValidationError)
    async def _invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        problems = error.errors()
        return JSONResponse(
            {
                "detail": sentences(problems),
                "code": "bad_request",
                "retryable": False,
                "errors": [
                    {"loc": list(problem["loc"]), "msg": sentence(problem)} for problem in problems
                ],
            },
            status_code=422,
        )

    @app.exception_handler(HTTPException)
    async def _of_the_framework(_: Request, error: HTTPException) -> JSONResponse:
        return _answer_for_framework(error)

    @app.exception_handler(MethodNotAllowed.status)
    async def _wrong_method(request: Request, _: Exception) -> JSONResponse:
        return answer(MethodNotAllowed(_methods_of(request)))

    @app.exception_handler(Exception)
    async def _our_fault(_: Request, __: Exception) -> JSONResponse:
        return answer(KonstructError(OUR_FAULT))  # Starlette logs it and raises it on

    for kind in (*DATABASE_AWAY, *VALKEY_AWAY):
        app.add_exception_handler(kind, _part_is_down)


class MethodNotAllowed(KonstructError):
    """The path exists, but not for this method."""

    status = HTTPStatus.METHOD_NOT_ALLOWED
    code = "method_not_allowed"

    def __init__(self, methods: Sequence[str]) -> None:
        super().__init__(f"This path takes {', '.join(methods)}.")
        self.headers = {"Allow": ", ".join(methods)}


def _methods_of(request: Request) -> list[str]:
    """Every method that any route of this path accepts."""
    taken = [method for method in ("GET", *CHANGING) if _is_taken(request, method)]
    return ["HEAD", *taken] if "GET" in taken else taken


def _is_taken(request: Request, method: str) -> bool:
    asked = {key: request.scope[key] for key in ("type", "path", "root_path", "headers")}
    routes = request.app.router.routes
    return any(route.matches({**asked, "method": method})[0] is Match.FULL for route in routes)


async def _part_is_down(request: Request, error: Exception) -> JSONResponse:
    """Answer 503 if one of our parts cannot be reached. A file that cannot be read is not a
    part."""
    if isinstance(error, OSError) and error.filename is not None:
        log.error("file_not_read", error=type(error).__name__)
        return answer(KonstructError(OUR_FAULT))
    # The route's template, because a real path may hold an invitation's token.
    path = getattr(request.scope.get("route"), "path", None)
    log.warning("request_failed", path=path, error=type(error).__name__)
    return answer(Unavailable("Konstruct cannot reach one of its parts. Try again shortly."))


def _answer_for_framework(error: HTTPException) -> JSONResponse:
    """For FastAPI's own refusals: an unknown path or method, a body that is no text."""
    if error.status_code == HTTPStatus.BAD_REQUEST:
        sentence = "The body is not JSON in UTF-8."
        problem = {"detail": sentence, "code": "bad_request", "retryable": False, "errors": []}
        return JSONResponse(problem, status_code=422)
    code = HTTPStatus(error.status_code).name.lower()
    metrics.refused(code)
    return JSONResponse(
        {"detail": f"{error.detail}.", "code": code, "retryable": False},
        status_code=error.status_code,
        headers=error.headers,
    )


def answer(error: KonstructError) -> JSONResponse:
    """The response for this error; counts it as refused."""
    metrics.refused(error.code)
    return JSONResponse(
        {"detail": error.message, "code": error.code, "retryable": error.retryable},
        status_code=error.status_code,
        headers=error.headers,
    )
