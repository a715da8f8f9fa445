"""Every call of the REST API with whatever its schema allows and what it does not, as each role:
never a server error, and every answer as OpenAPI tells it. OPENAPI_EXAMPLES=100 makes a long run.
"""

import asyncio
import os
from collections import Counter
from typing import Any
from uuid import UUID

import pytest
import requests
import schemathesis
from gateway.main import app
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.support.gateway_here import gateway_here
from tests.support.people import Person, World

LONG_RUN = 50
EXAMPLES = int(os.environ.get("OPENAPI_EXAMPLES", "2"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ENDS_THE_SESSION = "/api/portal/auth/logout"
NOTHING_SAID = "is not of the right form"
NOT_READY = {"/readyz"}  # 503 is an answer of its own there
ROLES = ("nobody", "operator", "admin", "platform_admin")


@pytest.mark.parametrize("role", ROLES)
async def test_no_call_breaks_the_server_or_its_own_description(
    settings_of_its_own: pytest.MonkeyPatch,
    acme: World,
    globex: World,
    platform_admin: Person,
    role: str,
    figures: Counter[str],
) -> None:
    settings_of_its_own.setenv("KONSTRUCT_LIMITS_ENABLED", "false")
    person = {"operator": acme.anna, "admin": acme.admin, "platform_admin": platform_admin}.get(
        role
    )
    known = {
        "tenant_id": acme.id,
        "agent_id": acme.agent_id,
        "conversation_id": await acme.conversation(acme.anna),
    }
    async with gateway_here(settings_of_its_own) as gateway:
        answers, wrong = await asyncio.to_thread(fuzz, gateway.url, person, known)
    figures["openapi: calls made up"] += answers.total()
    figures["openapi: of them taken"] += sum(n for status, n in answers.items() if status < 400)
    assert not wrong, "\n\n".join(f"{what}: {how}" for what, how in sorted(wrong.items()))


def fuzz(
    url: str, person: Person | None, known: dict[str, UUID]
) -> tuple[Counter[int], dict[str, str]]:
    """Make up calls of every operation: their statuses, and what was wrong with the answers."""
    schema = schemathesis.openapi.from_dict(app.openapi())
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) > 20
    answers: Counter[int] = Counter()
    wrong: dict[str, str] = {}
    with requests.Session() as session:
        for operation in operations:
            if operation.path in NOT_READY or (person and operation.path == ENDS_THE_SESSION):
                continue
            for case in made_up(operation, known):
                headers = person.headers if person else {}
                answer = case.call(base_url=url, session=session, headers=headers, timeout=20)
                answers[answer.status_code] += 1
                if answer.status_code == 422 and NOTHING_SAID in answer.text:
                    wrong[f"{operation.label}: what would be right is not said"] = answer.text
                try:
                    case.validate_response(answer, checks=CHECKS)
                except FailureGroup as group:
                    for failure in group.exceptions:
                        what = f"{operation.label} {answer.status_code}: {failure.title}"
                        wrong[what] = f"{failure.message}\n{case.as_curl_command()}"[:1000]
    return answers, wrong


def made_up(operation: Any, known: dict[str, UUID]) -> list[Any]:
    """Calls of what the schema allows and of what it does not."""
    cases: list[Any] = []
    modes = [
        operation.as_strategy(generation_mode=mode)
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    ]

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=EXAMPLES < LONG_RUN,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=st.one_of(modes), knows=st.booleans())
    def make_up(case: Any, knows: bool) -> None:
        if knows:
            aim_at(case, known)
        cases.append(case)

    make_up()
    return cases


def aim_at(case: Any, known: dict[str, UUID]) -> None:
    """Name things there are, where it names things."""
    for place in (case.path_parameters, case.query, case.body):
        if isinstance(place, dict):
            place.update({name: str(known[name]) for name in known.keys() & place.keys()})
