"""A business's own keys to models: pasted, tested and chosen by its admins; never read back."""

from typing import Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from fastapi import APIRouter, Response, status

from shared.agents import rules as agents
from shared.api.dependencies import IdempotencyKey, LetIn, StaffAdminOf
from shared.api.llm_key_bodies import (
    ChangeKey,
    Choice,
    ChoiceOut,
    EmployeesKey,
    KeyOut,
    KeysOut,
    LocalKey,
    LocalServerOut,
    LocalServers,
    NewKey,
    ProviderOut,
)
from shared.api.problems import ProblemRoute, problem_documents
from shared.errors import BadRequest, Conflict, Forbidden
from shared.identity.roles import PLATFORM_ADMIN
from shared.jobs.waiting import done_within
from shared.llm_keys import given as pasted
from shared.llm_keys import rules
from shared.llm_keys.given import Given
from shared.llm_keys.providers import PROVIDERS, SERVER
from shared.models import LlmKey, LlmSettings

WAIT_S = 10.0
"""A test is waited for so long; then the key says how it goes."""

llm_keys_router = APIRouter(
    prefix="/api/portal/tenants/{tenant_id}/llm-keys",
    tags=["llm-keys"],
    route_class=ProblemRoute,
    responses=problem_documents(400, 401, 403, 404, 409),
)


@llm_keys_router.get("/providers")
async def list_model_providers(admin: StaffAdminOf) -> list[ProviderOut]:  # noqa: ARG001
    """The providers whose keys are known by their form. For admins."""
    return [ProviderOut.model_validate(provider) for provider in PROVIDERS.values()]


@llm_keys_router.get("")
async def list_llm_keys(admin: StaffAdminOf) -> KeysOut:
    """Every key, oldest first, and who answers for whom. For admins."""
    session, tenant_id = admin.session, admin.tenant_id
    return KeysOut(
        items=[KeyOut.of(key) for key in await rules.list_keys(session, tenant_id)],
        choice=ChoiceOut.model_validate(await rules.settings_of(session, tenant_id)),
        employees=await rules.choosers(session, tenant_id),
    )


@llm_keys_router.post("", status_code=status.HTTP_201_CREATED)
async def add_llm_key(
    body: NewKey, admin: StaffAdminOf, response: Response, idempotency_key: IdempotencyKey = None
) -> KeyOut:
    """Keep a key. A worker tests it and this call waits for that: 201 with what was found, 202 if
    that takes long. The first that works answers for the business's employees from then on. The
    same Idempotency-Key again is the same key. For admins."""
    given = pasted.read(
        body.given.get_secret_value(),
        key=body.key.get_secret_value() if body.key else None,
        provider=body.provider,
    )
    return await _added(admin, given, body.name, body.model, response, idempotency_key)


@llm_keys_router.get("/local")
async def find_local_models(admin: StaffAdminOf) -> LocalServers:
    """Which model servers run on the worker's own machine. For the platform admin."""
    _require_platform_admin(admin)
    job_id = await rules.look_for_local_models(admin.session, admin.tenant_id)
    await admin.session.commit()
    job = await done_within(admin.tenant_id, job_id, WAIT_S)
    if job is None or job.state != "done":
        raise Conflict("No worker has looked, since none runs. Start one.", code="no_worker")
    found = (job.result or {}).get("found", [])
    return LocalServers(items=[LocalServerOut.model_validate(each) for each in found])


@llm_keys_router.post("/local", status_code=status.HTTP_201_CREATED)
async def use_local_models(
    body: LocalKey, admin: StaffAdminOf, response: Response, idempotency_key: IdempotencyKey = None
) -> KeyOut:
    """Have one of them answer for this business, as `POST …/llm-keys` does. For the platform
    admin, whose machine it is."""
    _require_platform_admin(admin)
    given = pasted.local(body.server)
    return await _added(admin, given, None, body.model, response, idempotency_key)


@llm_keys_router.patch("/choice")
async def choose_llm_keys(body: Choice, admin: StaffAdminOf) -> ChoiceOut:
    """Say who answers where an employee has no key of its own, who stands in before a word is said,
    and whether the installation's model does at last. For admins."""
    if body.installation_granted is not None:
        _require_platform_admin(admin)
    chosen: LlmSettings = await rules.choose(
        admin.session, admin.tenant_id, by=_by(admin), **body.model_dump()
    )
    return ChoiceOut.model_validate(chosen)


@llm_keys_router.patch("/employees/{agent_id}", status_code=status.HTTP_204_NO_CONTENT)
async def choose_employees_key(agent_id: UUID, body: EmployeesKey, admin: StaffAdminOf) -> None:
    """Say which key answers for this employee, from its next message on. For admins."""
    await agents.get_agent(admin.session, admin.tenant_id, agent_id)
    if body.key_id is not None:
        await rules.find(admin.session, admin.tenant_id, body.key_id)
    await agents.choose_key(admin.session, admin.tenant_id, agent_id, body.key_id)


@llm_keys_router.patch("/{key_id}")
async def change_llm_key(
    key_id: UUID, body: ChangeKey, admin: StaffAdminOf, response: Response
) -> KeyOut:
    """Rename it, choose another model, replace the key, move the server. Anything but the name is
    tested anew, as in `POST`. For admins."""
    key = await rules.find(admin.session, admin.tenant_id, key_id)
    if body.model_fields_set <= {"revision"}:
        raise BadRequest("There is nothing to change. Give at least one field.")
    job_id = await rules.change(
        admin.session,
        key,
        revision=body.revision,
        by=_by(admin),
        name=body.name,
        model=body.model,
        given=_given(body, key),
        base_url=body.base_url,
    )
    return await _after(admin, key_id, job_id, response)


@llm_keys_router.post("/{key_id}/test")
async def test_llm_key(key_id: UUID, admin: StaffAdminOf, response: Response) -> KeyOut:
    """Ask its provider now; 202 if that takes long. For admins."""
    key = await rules.find(admin.session, admin.tenant_id, key_id)
    return await _after(admin, key_id, await rules.ask_for_test(admin.session, key), response)


@llm_keys_router.delete("/{key_id}", status_code=status.HTTP_204_NO_CONTENT)
async def remove_llm_key(key_id: UUID, admin: StaffAdminOf) -> None:
    """Forget it, at once. For admins."""
    key = await rules.find(admin.session, admin.tenant_id, key_id)
    await rules.remove(admin.session, key, by=_by(admin))


def _given(body: ChangeKey, key: LlmKey) -> Given | None:
    """The key, anew: of the same provider or server, unless another is given with it."""
    if body.given is None:
        if body.key is not None or body.provider is not None:
            raise BadRequest(
                "Give the key again, as `given`: what we keep is sent to nobody else.",
                code="key_needed",
            )
        return None
    given = body.given.get_secret_value()
    if key.provider == SERVER and body.provider is None and body.key is None:
        return pasted.of_server(body.base_url or key.base_url, given)
    return pasted.read(
        given,
        key=body.key.get_secret_value() if body.key else None,
        provider=body.provider or (key.provider if key.provider != SERVER else None),
    )


async def _added(
    admin: LetIn,
    given: Given,
    name: str | None,
    model: str | None,
    response: Response,
    idempotency_key: str | None,
) -> KeyOut:
    key_id = (
        uuid5(NAMESPACE_URL, f"{admin.tenant_id}/{idempotency_key}") if idempotency_key else None
    )
    if key_id is not None:
        known = [
            each
            for each in await rules.list_keys(admin.session, admin.tenant_id)
            if each.id == key_id
        ]
        if known:
            return KeyOut.of(known[0])
    key, job_id = await rules.add(
        admin.session, admin.tenant_id, given, by=_by(admin), name=name, model=model, key_id=key_id
    )
    return await _after(admin, key.id, job_id, response)


async def _after(admin: LetIn, key_id: UUID, job_id: UUID | None, response: Response) -> KeyOut:
    """The key, once a worker has tested it."""
    await admin.session.commit()
    if job_id is not None and await done_within(admin.tenant_id, job_id, WAIT_S) is None:
        response.status_code = status.HTTP_202_ACCEPTED
    admin.session.expire_all()  # a worker has changed it
    return KeyOut.of(await rules.find(admin.session, admin.tenant_id, key_id))


def _by(admin: LetIn) -> rules.By:
    kind: Literal["member", "platform_admin"] = (
        "platform_admin" if admin.role == PLATFORM_ADMIN else "member"
    )
    return rules.By(kind, admin.caller.user_id)


def _require_platform_admin(admin: LetIn) -> None:
    if admin.role != PLATFORM_ADMIN:
        raise Forbidden("Only a platform admin may do this.")
