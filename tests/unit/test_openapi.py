"""What programs read about the REST API: every call described, its answers typed, errors alike."""

from typing import Any

import pytest
from gateway.main import app

DOCUMENT = app.openapi()
SCHEMAS = DOCUMENT["components"]["schemas"]
OPERATIONS = [
    (f"{method.upper()} {path}", operation)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
]
OF_PORTAL = [(name, operation) for name, operation in OPERATIONS if " /api/portal/" in name]
PUBLIC = {
    "POST /api/portal/auth/login",
    "POST /api/portal/auth/link",
    "POST /api/portal/auth/refresh",
    "POST /api/portal/auth/reset",
    "GET /api/portal/invitations/by-token/{token}",
}
"""Log-out and accepting an invitation take a token and can do without."""


def named(operations: list[tuple[str, Any]]) -> Any:
    return pytest.mark.parametrize(
        ("name", "operation"), [pytest.param(n, o, id=n) for n, o in operations]
    )


def model_of(response: dict[str, Any]) -> Any:
    (content,) = response["content"].values()
    return content["schema"]


@named(OPERATIONS)
def test_every_call_says_what_it_does(name: str, operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert operation["description"].strip().endswith(".")


def test_every_call_has_a_name_of_its_own() -> None:
    names = [operation["operationId"] for _, operation in OPERATIONS]
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() for name in names)


@named(OF_PORTAL)
def test_every_answer_is_typed(name: str, operation: dict[str, Any]) -> None:
    good = {status: r for status, r in operation["responses"].items() if status < "300"}
    assert good
    for status, response in good.items():
        if status == "204":
            assert "content" not in response
        else:
            assert set(model_of(response)) & {"$ref", "items", "anyOf"}, name


@named(OF_PORTAL)
def test_every_error_has_the_one_shape(name: str, operation: dict[str, Any]) -> None:
    bad = {status: r for status, r in operation["responses"].items() if status >= "400"}
    assert {"401", "403", "422", "503"} <= set(bad)
    for status, response in bad.items():
        shape = "InvalidInput" if status == "422" else "Problem"
        assert model_of(response) == {"$ref": f"#/components/schemas/{shape}"}, status
    assert "HTTPValidationError" not in SCHEMAS


def test_the_error_shape_is_what_the_gateway_sends() -> None:
    assert set(SCHEMAS["Problem"]["required"]) == {"detail", "code", "retryable"}
    sent = {"detail", "code", "retryable", "errors"}
    assert set(SCHEMAS["InvalidInput"]["required"]) == sent


@named(OF_PORTAL)
def test_every_call_but_the_listed_asks_for_a_token(name: str, operation: dict[str, Any]) -> None:
    assert bool(operation.get("security")) is (name not in PUBLIC)


def test_a_change_shows_no_value_for_what_is_left_out() -> None:
    change = SCHEMAS["ChangeAgent"]
    assert change["required"] == ["tenant_id"]
    assert not any("default" in field for field in change["properties"].values())
