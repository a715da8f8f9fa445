"""How errors look over HTTP, as OpenAPI tells it: one shape for all."""

from http import HTTPStatus
from typing import Any

from pydantic import BaseModel


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
