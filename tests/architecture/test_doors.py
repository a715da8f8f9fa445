"""Nobody reaches a tenant's rows over REST but through a door, which no route can forget."""

import ast
import inspect
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from shared import api
from shared.api import dependencies
from shared.api.rbac import get_portal_caller

from tests.architecture.test_layers import modules

# Which calls take no door, and what keeps them.
WITHOUT_DOOR = {
    "log_in": "gives the token itself",
    "log_in_by_link": "gives the token itself",
    "refresh": "gives the token itself",
    "log_out": "a token may have ended already",
    "look_at_invitation": "who holds a link is in no tenant yet",
    "accept_invitation": "who holds a link is in no tenant yet",
    "who_am_i": "reads the caller alone",
    "change_name": "changes the caller alone",
    "change_password": "changes the caller alone",
    "list_own_sessions": "reads the caller alone",
    "end_own_session": "ends what is the caller's own",
    "end_other_sessions": "the same",
    "reset_password": "who holds a link is in no tenant yet",
    "my_tenants": "reads the caller's own memberships",
    "get_template_schema": "is the same for everybody",
    "create_tenant": "require_platform_admin",
    "rename_tenant": "require_platform_admin",
    "change_limits": "require_platform_admin",
    "list_conversations": "require_tenant_member, in the caller's own scope; or all, for platform "
    "admins",
    "open_conversation": "require_tenant_member",
    "list_messages": "enter_own_scope",
    "reset_conversation": "enter_own_scope",
}
REQUIRE = {"require_tenant_member", "require_tenant_admin"}
OPENS_THE_DOORS_ITSELF = {
    "shared.api.rbac",
    "shared.api.dependencies",
    "shared.api.chat",  # scripts and tests of others look for the name there
}
OF_PORTAL = [
    route
    for name in api.__all__
    for route in getattr(api, name).routes
    if isinstance(route, APIRoute)
]


def where(call: Any) -> str:
    """The name of a dependency; what authenticates by a header is an object of a class."""
    named = call if inspect.isroutine(call) else type(call)
    return f"{named.__module__}.{named.__qualname__}"


def asked_for(dependant: Dependant) -> Iterator[str]:
    for each in dependant.dependencies:
        yield where(each.call)
        yield from asked_for(each)


@pytest.mark.parametrize("route", OF_PORTAL, ids=lambda route: route.name)
def test_every_call_goes_through_a_door_or_is_listed(route: APIRoute) -> None:
    asked = set(asked_for(route.dependant))
    has_door = any(name.startswith(f"{dependencies.__name__}.") for name in asked)
    assert has_door is (route.name not in WITHOUT_DOOR)
    if has_door:
        assert where(get_portal_caller) in asked


def test_the_list_names_what_there_is() -> None:
    assert len(OF_PORTAL) > 20
    assert set(WITHOUT_DOOR) <= {route.name for route in OF_PORTAL}


def test_routes_take_doors_as_dependencies_and_open_none_themselves() -> None:
    callers = {
        module
        for module, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in REQUIRE
    }
    assert callers == OPENS_THE_DOORS_ITSELF
