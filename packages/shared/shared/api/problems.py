"""How errors look over HTTP, as OpenAPI tells it: one shape for all."""

from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel

from shared.errors import KonstructError

PROBLEM_DOCUMENT = "application/problem+json"


class Problem(BaseModel):
    """Why a call did not succeed."""

    detail: str
    """A sentence for a person: what was wrong, and what would be right."""
    code: str
    """A stable word for programs."""
    retryable: bool
    """Whether the same call may succeed later, unchanged."""


class WrongField(BaseModel):
    """One thing that is not right with the input, and where."""

    loc: list[str | int]
    msg: str


class InvalidInput(Problem):
    """The input is not of the form this call takes."""

    errors: list[WrongField]


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a router or route that may answer with these, beside what any may."""
    described: dict[int | str, dict[str, Any]] = {
        status: {"model": Problem, "description": HTTPStatus(status).phrase}
        for status in sorted({*statuses, HTTPStatus.SERVICE_UNAVAILABLE})
    }
    described[422] = {"model": InvalidInput, "description": "The input is not of the right form"}
    return described


class ProblemRoute(APIRoute):
    """A call whose typed errors are problem documents of RFC 9457, with `code` and `retryable`.

    They are made where the application handles errors, and not around the call: there the request's
    session has heard of the error, and rolled back.
    """


def problem_document(request: Request, error: KonstructError) -> JSONResponse:
    """The error as such a document."""
    said = {
        "type": "about:blank",
        "title": HTTPStatus(error.status_code).phrase,
        "status": error.status_code,
        "detail": error.message,
        "instance": request.url.path,
        "code": error.code,
        "retryable": error.retryable,
    }
    return JSONResponse(said, error.status_code, headers=error.headers, media_type=PROBLEM_DOCUMENT)


def problem_documents(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a router of `ProblemRoute`s."""
    schema = {"$ref": f"#/components/schemas/{Problem.__name__}"}
    described: dict[int | str, dict[str, Any]] = {
        status: {
            "content": {PROBLEM_DOCUMENT: {"schema": schema}},
            "description": HTTPStatus(status).phrase,
        }
        for status in sorted({*statuses, HTTPStatus.SERVICE_UNAVAILABLE})
    }
    described[422] = problems()[422]
    return described
