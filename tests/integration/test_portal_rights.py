"""Who may do what with a tenant's agents, people, invitations and with tenants: every call ×
everyone it could be tried by. What each call does is shown beside its feature."""

from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from tests.support.people import Person, World, join, leave, make_person

PORTAL = "/api/portal"
NOT_A_MEMBER = "You are not a member of this tenant."
TABLES = ("agents", "memberships", "invitations", "tenants")


@dataclass(frozen=True)
class Call:
    """One call; `{agent}`, `{person}`, `{invitation}` stand for ids. The tenant is added to its
    body, or to its query if it has none."""

    method: str
    path: str
    body: dict[str, Any] | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


OF_MEMBERS = [Call("GET", "/agents"), Call("GET", "/agents/{agent}")]
OF_ADMINS = [
    Call("POST", "/agents", {"name": "Zoe"}),
    Call("PATCH", "/agents/{agent}", {"name": "Zoe"}),
    Call("GET", "/people"),
    Call("PATCH", "/people/{person}", {"role": "customer_admin"}),
    Call("DELETE", "/people/{person}"),
    Call("GET", "/invitations"),
    Call("POST", "/invitations", {"email": "zoe@example.com", "role": "customer_operator"}),
    Call("DELETE", "/invitations/{invitation}"),
]
OF_PLATFORM_ADMINS = [
    Call("POST", "/tenants", {"name": "Initech"}),
    Call("PATCH", "/tenants/{tenant}", {"name": "Initech"}),
]
WITH_ID = [call for call in OF_MEMBERS + OF_ADMINS if "{" in call.path]


class Trying:
    """Tries calls in acme, about acme's things unless told otherwise."""

    def __init__(self, api: httpx.AsyncClient, acme: World, figures: Counter[str]) -> None:
        self._api = api
        self._acme = acme
        self._figures = figures
        self.ids: dict[str, UUID] = {"agent": acme.agent_id, "person": acme.ben.id}

    async def __call__(
        self,
        call: Call,
        who: Person | None,
        *,
        tenant: UUID | None = None,
        ids: dict[str, UUID | str] | None = None,
    ) -> httpx.Response:
        self._figures["portal API: cases of who × what"] += 1
        tenant = tenant or self._acme.id
        path = PORTAL + call.path.format(**(self.ids | {"tenant": tenant} | (ids or {})))
        is_in_a_tenant = not call.path.startswith("/tenants")
        of_tenant = {"tenant_id": str(tenant)} if is_in_a_tenant else {}
        return await self._api.request(
            call.method,
            path,
            params=None if call.body else of_tenant,
            json=call.body | of_tenant if call.body else None,
            headers=who.headers if who else {},
        )


@pytest.fixture
async def trying(api: httpx.AsyncClient, acme: World, figures: Counter[str]) -> Trying:
    trying = Trying(api, acme, figures)
    trying.ids["invitation"] = await invited(api, acme)
    return trying


async def invited(api: httpx.AsyncClient, world: World) -> UUID:
    body = {"tenant_id": str(world.id), "email": "new@example.com", "role": "customer_operator"}
    answer = await api.post(f"{PORTAL}/invitations", json=body, headers=world.admin.headers)
    return UUID(answer.json()["id"])


def everything(superuser: psycopg.Connection) -> list[list[Any]]:
    return [
        superuser.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()  # type: ignore[arg-type]
        for table in TABLES
    ]


@pytest.mark.parametrize("call", OF_MEMBERS + OF_ADMINS + OF_PLATFORM_ADMINS, ids=str)
async def test_nobody_without_the_right_does_anything(
    trying: Trying,
    acme: World,
    globex: World,
    superuser: psycopg.Connection,
    call: Call,
) -> None:
    gone = await make_person(f"gone.{acme.slug}", acme.id, "customer_admin")
    await leave(acme.id, gone.id)
    before = everything(superuser)

    assert (await trying(call, None)).status_code == 401
    refused = [gone, globex.anna, globex.admin]
    if call not in OF_MEMBERS:
        refused += [acme.anna, acme.ben]
    if call in OF_PLATFORM_ADMINS:
        refused += [acme.admin]
    for who in refused:
        answer = await trying(call, who)
        assert answer.status_code == 403, (who.email, answer.text)
        assert set(answer.json()) == {"detail", "code", "retryable"}
    assert everything(superuser) == before


@pytest.mark.parametrize("call", OF_MEMBERS + OF_ADMINS, ids=str)
async def test_a_tenant_one_is_not_in_is_refused_whether_it_exists_or_not(
    trying: Trying, acme: World, globex: World, call: Call
) -> None:
    for who in (acme.anna, acme.admin):
        theirs = await trying(call, who, tenant=globex.id)
        none = await trying(call, who, tenant=uuid4())
        assert theirs.status_code == none.status_code == 403
        assert theirs.json() == none.json()
        assert theirs.json()["detail"] == NOT_A_MEMBER


@pytest.mark.parametrize("by", ["admin", "platform admin"])
@pytest.mark.parametrize("call", OF_MEMBERS + OF_ADMINS, ids=str)
async def test_admins_of_the_tenant_and_the_platform_may(
    trying: Trying, acme: World, platform_admin: Person, call: Call, by: str
) -> None:
    answer = await trying(call, acme.admin if by == "admin" else platform_admin)
    assert answer.is_success, answer.text


@pytest.mark.parametrize("by", ["admin", "platform admin"])
@pytest.mark.parametrize("call", WITH_ID, ids=str)
async def test_what_another_tenant_has_is_like_what_does_not_exist(
    api: httpx.AsyncClient,
    trying: Trying,
    acme: World,
    globex: World,
    platform_admin: Person,
    superuser: psycopg.Connection,
    call: Call,
    by: str,
) -> None:
    who = acme.admin if by == "admin" else platform_admin
    await join(globex.id, acme.admin.id, "customer_admin")  # even then: it is not acme's
    theirs = {
        "agent": globex.agent_id,
        "person": globex.ben.id,
        "invitation": await invited(api, globex),
    }
    nobodys = {"agent": uuid4(), "person": uuid4(), "invitation": uuid4()}
    before = everything(superuser)
    not_theirs = await trying(call, who, ids=dict(theirs))
    none = await trying(call, who, ids=dict(nobodys))
    assert not_theirs.status_code == none.status_code == 404
    assert not_theirs.json() == none.json()
    assert everything(superuser) == before


@pytest.mark.parametrize("call", [call for call in WITH_ID if call.method != "GET"], ids=str)
async def test_an_id_that_is_none_is_refused(trying: Trying, acme: World, call: Call) -> None:
    for malformed in ("1", "%00", "' OR 1=1 --", f"{acme.agent_id}x"):
        ids: dict[str, UUID | str] = dict.fromkeys(("agent", "person", "invitation"), malformed)
        answer = await trying(call, acme.admin, ids=ids)
        assert answer.status_code == 422, malformed
        assert answer.json()["code"] == "bad_request"


@pytest.mark.parametrize("call", OF_ADMINS, ids=str)
async def test_a_platform_admin_is_told_of_a_tenant_that_is_none(
    trying: Trying, platform_admin: Person, call: Call
) -> None:
    answer = await trying(call, platform_admin, tenant=uuid4())
    assert (answer.status_code, answer.json()["detail"]) == (404, "There is no such tenant.")


@pytest.mark.parametrize(
    "call", [call for call in OF_ADMINS + OF_PLATFORM_ADMINS if call.body], ids=str
)
async def test_a_field_nobody_knows_is_refused_and_not_overlooked(
    trying: Trying, platform_admin: Person, call: Call
) -> None:
    assert call.body is not None
    misspelt = Call(call.method, call.path, call.body | {"instruction": "x"})
    answer = await trying(misspelt, platform_admin)
    assert answer.status_code == 422
    assert "instruction" in answer.json()["detail"]


async def test_a_role_lost_a_moment_ago_is_no_role(trying: Trying, acme: World) -> None:
    """The token still says admin, and its standing was looked up just before."""
    assert (await trying(OF_ADMINS[2], acme.admin)).status_code == 200
    await leave(acme.id, acme.admin.id)
    for call in OF_ADMINS:
        assert (await trying(call, acme.admin)).status_code == 403
