"""A business's own keys over REST, with a worker's jobs and model servers on the wire."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import psycopg
import pytest
from orchestrator.jobs.runner import JobRunner
from orchestrator.scripted_model import Script, ScriptedModel
from shared.config import get_settings
from shared.llm_keys import marking
from shared.llm_keys.in_use import key_in_use

from tests.support.jobs import doing_jobs
from tests.support.people import Person, World
from tests.support.servers import Database

KEY = "marker-key-of-a-business-abcd"


@pytest.fixture
async def jobs(
    database: Database, settings_of_its_own: pytest.MonkeyPatch
) -> AsyncIterator[JobRunner]:
    settings_of_its_own.setenv("KONSTRUCT_EGRESS_ALLOW", "127.0.0.0/8")
    async with doing_jobs(settings_of_its_own) as runner:
        yield runner


class Keys:
    """Calls of a business's admin about its keys."""

    def __init__(self, api: httpx.AsyncClient, world: World, by: Person | None = None) -> None:
        self._api, self._world, self._by = api, world, by or world.admin
        self.said: list[str] = []

    async def call(
        self, method: str, *parts: object, click: str = "", **body: Any
    ) -> httpx.Response:
        path = "/".join(["/api/portal/tenants", str(self._world.id), "llm-keys", *map(str, parts)])
        headers = self._by.headers | ({"Idempotency-Key": click} if click else {})
        sent = {"json": body} if body else {}
        answer = await self._api.request(method, path, headers=headers, **sent)
        self.said.append(answer.text)
        return answer

    async def add(self, model: ScriptedModel, **more: Any) -> dict[str, Any]:
        made = await self.call("POST", given=model.base_url, **{"key": KEY} | more)
        assert made.status_code == 201, made.text
        return dict(made.json())

    async def all(self) -> dict[str, Any]:
        return dict((await self.call("GET")).json())


@pytest.fixture
def keys(api: httpx.AsyncClient, jobs: JobRunner, acme: World) -> Keys:
    return Keys(api, acme)


def chain(superuser: psycopg.Connection, world: World) -> Any:
    found = superuser.execute("SELECT model_chain FROM agents WHERE id = %s", [world.agent_id])
    return found.fetchone()[0]  # type: ignore[index]


def items(superuser: psycopg.Connection) -> list[Any]:
    return superuser.execute(
        "SELECT details->>'state', resolved_at IS NULL FROM attention_items"
        " WHERE kind = 'model_key_failing' ORDER BY created_at"
    ).fetchall()


async def test_a_key_that_is_pasted_and_works_answers_for_everybody_from_then_on(
    keys: Keys, acme: World, superuser: psycopg.Connection
) -> None:
    assert chain(superuser, acme) is None
    async with ScriptedModel(Script(models="embed,qwen3"), api_key=KEY) as model:
        made = await keys.add(model)
        again = await keys.call("POST", click="one", given=model.base_url, key=KEY)
        same = await keys.call("POST", click="one", given=model.base_url, key=KEY)
    assert (made["state"], made["model"], made["last4"]) == ("ok", "qwen3", "abcd")
    assert made["tested_at"]
    assert same.json()["id"] == again.json()["id"] != made["id"]
    listed = await keys.all()
    assert listed["choice"]["default_key_id"] == made["id"], "the first that works"
    key = await key_in_use(acme.id, made["id"])
    assert key.secret == KEY
    assert chain(superuser, acme) == [[made["id"], key.version, "qwen3"]]
    assert KEY not in "".join(keys.said)


async def test_one_that_does_not_work_is_kept_with_what_is_wrong_and_answers_for_nobody(
    keys: Keys, acme: World, superuser: psycopg.Connection
) -> None:
    async with ScriptedModel(api_key="another") as refusing, ScriptedModel() as good:
        refused = await keys.add(refusing)
        assert (refused["state"], refused["model"]) == ("refused", None)
        assert chain(superuser, acme) is None
        works = await keys.add(good)
    assert [link[0] for link in chain(superuser, acme)] == [works["id"]]


async def test_another_address_wants_the_key_again_and_nothing_is_half_written(
    keys: Keys, acme: World
) -> None:
    async with ScriptedModel(api_key=KEY) as mine, ScriptedModel() as strangers:
        made = await keys.add(mine)
        moved = await keys.call(
            "PATCH", made["id"], revision=1, base_url=strangers.base_url, name="Moved"
        )
        assert (moved.status_code, moved.json()["code"]) == (400, "key_needed")
        assert (await keys.all())["items"] == [made]
        renamed = await keys.call("PATCH", made["id"], revision=1, name="Ours")
        assert (renamed.json()["name"], renamed.json()["state"]) == ("Ours", "ok")
        stale = await keys.call("PATCH", made["id"], revision=1, name="Theirs")
        assert (stale.status_code, stale.json()["code"]) == (409, "changed_meanwhile")
        assert not strangers.records.authorizations
        again = await keys.call(
            "PATCH", made["id"], revision=2, base_url=strangers.base_url, given="new-key-of-theirs"
        )
    assert (again.json()["state"], again.json()["last4"]) == ("ok", "eirs")
    assert set(strangers.records.authorizations) == {"Bearer new-key-of-theirs"}


async def test_a_key_that_does_not_open_is_sent_to_nobody_shown_and_told(
    keys: Keys, acme: World, superuser: psycopg.Connection
) -> None:
    async with ScriptedModel(api_key=KEY) as model:
        made = await keys.add(model)
        asked = len(model.records.authorizations)
        superuser.execute("UPDATE secrets SET owner_id = gen_random_uuid() WHERE field = 'api_key'")
        tried = await keys.call("POST", made["id"], "test")
        assert tried.json()["state"] == "unreadable"
        assert len(model.records.authorizations) == asked
        assert items(superuser) == [("unreadable", True)]
        assert [each["state"] for each in (await keys.all())["items"]] == ["unreadable"]
        mended = await keys.call("PATCH", made["id"], revision=1, given=KEY)
    assert mended.json()["state"] == "ok"
    assert items(superuser) == [("unreadable", False)]


async def test_admins_are_told_once_and_no_more_when_it_works_again(
    keys: Keys, acme: World, superuser: psycopg.Connection
) -> None:
    async with ScriptedModel() as model:
        made = await keys.add(model)
    key = await key_in_use(acme.id, made["id"])
    for _ in range(3):
        await marking.failed_in_use(acme.id, key.id, key.version, "refused")
    await marking.failed_in_use(acme.id, key.id, key.version - 1, "no_quota")  # of an old one
    assert items(superuser) == [("refused", True)]
    assert (await keys.all())["items"][0]["sentence"].startswith("The provider refuses")
    await marking.worked(acme.id, key.id, key.version)
    assert items(superuser) == [("refused", False)]
    assert (await keys.all())["items"][0]["used_at"]
    await marking.failed_in_use(acme.id, key.id, key.version, "no_quota")
    gone = await keys.call("DELETE", made["id"])
    assert gone.status_code == 204
    assert items(superuser)[-1] == ("no_quota", False)
    assert superuser.execute(
        "SELECT count(*) FROM secrets WHERE owner_table = 'llm_keys'"
    ).fetchone() == (0,)
    assert chain(superuser, acme) is None


async def test_who_answers_is_chosen_for_all_and_for_one(
    keys: Keys, acme: World, superuser: psycopg.Connection
) -> None:
    async with ScriptedModel() as model:
        first, second = await keys.add(model), await keys.add(model)
    choice = {"default_key_id": first["id"], "fallback_key_id": second["id"]}
    revision = (await keys.all())["choice"]["revision"]
    chosen = await keys.call("PATCH", "choice", revision=revision, **choice)
    assert chosen.status_code == 200, chosen.text
    assert [link[0] for link in chain(superuser, acme)] == [first["id"], second["id"]]
    own = await keys.call("PATCH", "employees", acme.agent_id, key_id=second["id"])
    assert own.status_code == 204
    assert [link[0] for link in chain(superuser, acme)] == [second["id"], first["id"]]
    assert (await keys.all())["employees"] == {str(acme.agent_id): second["id"]}
    stale = await keys.call("PATCH", "choice", revision=revision, **choice)
    assert stale.status_code == 409
    await keys.call(
        "PATCH", "choice", revision=revision + 1, default_key_id=first["id"],
        falls_back_to_installation=True,
    )  # fmt: skip
    assert [link[0] for link in chain(superuser, acme)] == [second["id"], first["id"], None]
    await keys.call("DELETE", second["id"])
    assert [link[0] for link in chain(superuser, acme)] == [first["id"], None]


async def test_only_admins_of_the_business_and_only_theirs(
    keys: Keys, api: httpx.AsyncClient, acme: World, globex: World, platform_admin: Person
) -> None:
    async with ScriptedModel() as model:
        made = await keys.add(model)
    theirs = Keys(api, globex)
    for method, *parts in (("POST", made["id"], "test"), ("DELETE", made["id"])):
        assert (await theirs.call(method, *parts)).status_code == 404
    refused = await theirs.call("PATCH", "choice", revision=0, default_key_id=made["id"])
    assert refused.status_code == 404
    operator = Keys(api, acme, acme.anna)
    assert (await operator.call("GET")).status_code == 403
    assert (await keys.call("GET", "local")).status_code == 403
    assert (await keys.call("POST", "local", server="ollama")).status_code == 403
    granted = await keys.call(
        "PATCH", "choice", revision=1, default_key_id=None, installation_granted=True
    )
    assert granted.status_code == 403
    found = await Keys(api, acme, platform_admin).call("GET", "local")
    assert found.status_code == 200, found.text


INSIDE = (
    "http://127.0.0.1:{port}/v1",
    "http://2130706433:{port}/v1",
    "http://0x7f000001:{port}/v1",
    "http://[::ffff:127.0.0.1]:{port}/v1",
    "http://[::1]:{port}/v1",
    "https://[64:ff9b::7f00:1]:{port}/v1",
    "https://169.254.169.254/v1",
    "http://localhost:{port}/v1",
)


async def test_no_address_inside_is_reached_whatever_its_form_and_no_redirect_is_followed(
    keys: Keys, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    async with ScriptedModel() as inside, ScriptedModel(Script(fail="302")) as leads_inside:
        assert (await keys.add(leads_inside))["state"] == "unreachable"
        settings_of_its_own.delenv("KONSTRUCT_EGRESS_ALLOW")
        get_settings.cache_clear()
        port = inside.base_url.rpartition(":")[2].partition("/")[0]
        for address in INSIDE:
            made = await keys.call("POST", given=address.format(port=port), key=KEY)
            assert made.json()["state"] == "blocked_address", address
        assert not inside.records.authorizations
