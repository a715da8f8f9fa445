"""An answer with a business's own keys: who is asked, with what, and what is noted of it.

Model servers are scripted ones on loopback, which the guard lets through as an operator allows it.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from orchestrator.llm import (
    AgentDeps,
    AnswerLimits,
    ModelFailure,
    ModelRegistry,
    OwnKeys,
    Prompt,
    keyed_models,
)
from orchestrator.llm.chain import Link
from orchestrator.llm.trying_keys import try_key
from orchestrator.scripted_model import Script, ScriptedModel
from shared.config import get_settings
from shared.errors import NotFound
from shared.llm_keys.in_use import KeyInUse
from shared.llm_keys.providers import SERVER
from shared.llm_keys.states import State
from shared.secrets.envelope import SecretUnreadable
from structlog.testing import capture_logs

TENANT = uuid4()
DEPS = AgentDeps(tenant_id=TENANT, agent_id=uuid4(), thread_id="t")
LIMITS = AnswerLimits(first_byte_s=5.0, between_pieces_s=5.0)
THEIRS, OURS = "key-of-a-business-1234", "key-of-the-installation-1234"
QUOTA = '{"error":{"code":"insufficient_quota"}}'
ECHO = '{"error":{"message":"you sent {authorization}","code":"invalid_api_key"}}'


@dataclass
class Noted:
    failed_: list[tuple[Link, State]] = field(default_factory=list)
    worked_: list[Link] = field(default_factory=list)

    def failed(self, tenant_id: UUID, link: Link, state: State) -> None:
        assert tenant_id == TENANT
        self.failed_.append((link, state))

    def worked(self, tenant_id: UUID, link: Link) -> None:
        assert tenant_id == TENANT
        self.worked_.append(link)


@dataclass
class Here:
    """Keys by id, the installation's model, and what was noted."""

    installation: ScriptedModel
    stack: AsyncExitStack
    keys: dict[UUID, KeyInUse | Exception] = field(default_factory=dict)
    noted: Noted = field(default_factory=Noted)
    read: list[UUID] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.registry = ModelRegistry(
            model="theirs", base_url=self.installation.base_url, api_key=OURS
        )
        self.own = OwnKeys(self.registry, self._read, self.noted)

    async def _read(self, tenant_id: UUID, key_id: UUID) -> KeyInUse:
        assert tenant_id == TENANT
        self.read.append(key_id)
        found = self.keys[key_id]
        if isinstance(found, Exception):
            raise found
        return found

    async def key(
        self,
        script: Script | None = None,
        secret: str = THEIRS,
        wants: str | None = None,
        **more: Any,
    ) -> "Keyed":
        """A key to a server that `wants` this one, or none."""
        served = await self.stack.enter_async_context(ScriptedModel(script, api_key=wants))
        key = KeyInUse(
            id=uuid4(), tenant_id=TENANT, version=1, provider=SERVER, base_url=served.base_url,
            dialect="openai", guarded=True, model="scripted", secret=secret,
        )  # fmt: skip
        self.keys[key.id] = replace(key, **more)
        return Keyed(served, key)

    async def ask(self, *chain: Sequence[object], text: str = "hi") -> str:
        prompt = Prompt("Be kind.", [], text)
        async with self.own.open_answer(TENANT, chain, prompt, DEPS, LIMITS) as answer:
            return "".join([piece async for piece in answer])

    async def failure(self, *chain: Sequence[object], text: str = "hi") -> ModelFailure:
        with pytest.raises(ModelFailure) as raised:
            await self.ask(*chain, text=text)
        return raised.value


@dataclass
class Keyed:
    served: ScriptedModel
    key: KeyInUse

    @property
    def link(self) -> list[object]:
        return [str(self.key.id), self.key.version, "scripted"]

    @property
    def asked(self) -> int:
        return self.served.records.stats.requests


INSTALLATION = [None, 0, None]


@pytest.fixture
async def here(settings_of_its_own: pytest.MonkeyPatch) -> AsyncIterator[Here]:
    settings_of_its_own.setenv("KONSTRUCT_EGRESS_ALLOW", "127.0.0.0/8")
    get_settings.cache_clear()
    async with AsyncExitStack() as stack:
        installation = await stack.enter_async_context(ScriptedModel(Script(text="ours")))
        made = Here(installation, stack)
        yield made
        await made.own.aclose()
        await made.registry.aclose()


async def test_a_business_is_answered_with_its_own_key_and_the_installations_goes_nowhere(
    here: Here,
) -> None:
    mine, bare = await here.key(Script(text="mine")), await here.key(Script(text="bare"), secret="")
    assert await here.ask(mine.link) == "mine"
    assert await here.ask(bare.link) == "bare"
    assert set(mine.served.records.authorizations) == {f"Bearer {THEIRS}"}
    assert set(bare.served.records.authorizations) == {None}, "one that asks for none gets none"
    assert not here.installation.records.authorizations
    assert [str(link.key_id) for link in here.noted.worked_] == [mine.link[0], bare.link[0]]


@pytest.mark.parametrize(
    ("script", "state"),
    [
        (Script(fail="401", body=ECHO), "refused"),
        (Script(fail="403", body=ECHO), "refused"),
        (Script(fail="402", body=ECHO), "no_quota"),
        (Script(fail="429", body=QUOTA), "no_quota"),
        (Script(fail="404", body='{"error":{"code":"model_not_found"}}'), "no_model"),
        (Script(fail="page"), "unreachable"),
        (Script(fail="301"), "unreachable"),
        (Script(fail="429"), None),
        (Script(fail="500"), None),
        (Script(fail="refuse"), None),
        (Script(fail="garbage"), None),
        (Script(fail="empty"), None),
        (Script(fail="error"), None),
    ],
    ids=lambda value: getattr(value, "fail", None) or "",
)
async def test_before_a_word_is_said_the_next_answers_and_what_a_person_must_mend_is_noted(
    here: Here, script: Script, state: State | None
) -> None:
    bad, good = await here.key(script), await here.key(Script(text="the next"))
    with capture_logs() as logs:
        assert await here.ask(bad.link, good.link, INSTALLATION) == "the next"
    assert [said for _, said in here.noted.failed_] == ([state] if state else [])
    assert THEIRS not in str(logs)
    assert not here.installation.records.stats.requests
    # Paused: whoever failed is asked last for a while, so the next message costs no detour.
    asked = bad.asked
    assert await here.ask(bad.link, good.link) == "the next"
    assert bad.asked == asked


async def test_after_a_word_is_said_nobody_takes_it_back(here: Here) -> None:
    bad, good = await here.key(Script(fail="cut", after=2, tokens=5)), await here.key()
    failure = await here.failure(bad.link, good.link)
    assert failure.code == "model_cut"
    assert good.asked == 0


@pytest.mark.parametrize(
    "script", [Script(fail="400"), Script(context=1), Script(finish="content_filter")]
)
async def test_what_others_would_refuse_as_well_is_asked_of_nobody_else(
    here: Here, script: Script
) -> None:
    bad, good = await here.key(script), await here.key()
    await here.failure(bad.link, good.link, text="this is longer than that")
    assert (good.asked, here.noted.failed_) == (0, [])


async def test_the_installation_answers_only_where_the_chain_names_it(here: Here) -> None:
    bad = await here.key(Script(fail="401", body=ECHO))
    failure = await here.failure(bad.link)
    assert failure.code == "model_key_refused"
    assert "KONSTRUCT" not in failure.message, "no setting of the installation's would mend it"
    assert "{authorization}" not in str(failure.said)
    assert THEIRS not in str(failure.said)
    assert not here.installation.records.stats.requests
    assert await here.ask(bad.link, INSTALLATION) == "ours"
    assert (await here.failure()).code == "model_not_chosen"


async def test_a_key_that_does_not_open_is_sent_to_nobody(here: Here) -> None:
    gone, sealed, good = await here.key(), await here.key(), await here.key(Script(text="good"))
    here.keys[gone.key.id] = NotFound("gone")
    here.keys[sealed.key.id] = SecretUnreadable("k1.ciphertext-of-it")
    assert await here.ask(gone.link, sealed.link, good.link) == "good"
    assert (gone.asked, sealed.asked) == (0, 0)
    assert [state for _, state in here.noted.failed_] == ["unreadable"]
    assert (await here.failure(sealed.link)).code == "model_key_unreadable"


async def test_a_changed_key_is_used_from_the_next_message_on_and_few_are_kept(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyed_models, "MAX_MODELS", 2)
    mine = await here.key(Script(text="mine"))
    assert await here.ask(mine.link) == await here.ask(mine.link) == "mine"
    assert len(here.read) == 1, "an answer with a known key asks the database for nothing"
    here.keys[mine.key.id] = replace(mine.key, version=2, secret="another-key-1234")
    for version in (2, 3, 4):
        await here.ask([str(mine.key.id), version, "scripted"])
    assert mine.served.records.authorizations[-1] == "Bearer another-key-1234"
    assert len(here.own._keyed._models) == 2


async def test_an_address_inside_is_not_reached_and_the_next_answers(
    here: Here, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    settings_of_its_own.delenv("KONSTRUCT_EGRESS_ALLOW")
    get_settings.cache_clear()
    inside, local = await here.key(), await here.key(Script(text="local"), guarded=False)
    assert await here.ask(inside.link, local.link) == "local"
    assert inside.served.records.authorizations == type(inside.served.records.authorizations)()
    assert [state for _, state in here.noted.failed_] == ["blocked_address"]


@pytest.mark.parametrize("dialect", ["", "whole", "bytes", "cr", "tight"])
async def test_through_the_guard_an_answer_is_read_as_any_other(here: Here, dialect: str) -> None:
    text = "".join(f"{i} ünï🙂 " for i in range(60))
    mine = await here.key(Script(text=text, pieces=40, rate=4000, dialect=dialect))
    assert await here.ask(mine.link) == text


@pytest.mark.parametrize(
    ("script", "wants", "wanted", "state", "model"),
    [
        (Script(models="nomic-embed,llama3,qwen3"), THEIRS, None, "ok", "llama3"),
        (Script(models="a,b"), None, "b", "ok", "b"),
        (Script(), "another-key", None, "refused", None),
        (Script(fail="402"), None, None, "no_quota", None),
        (Script(fail="429", body=QUOTA), None, None, "no_quota", None),
        (Script(models="nomic-embed"), None, None, "no_model", None),
        (Script(models=""), None, None, "unreachable", None),
        (Script(fail="503"), None, None, "unreachable", None),
        (Script(fail="301"), None, None, "unreachable", None),
    ],
)  # fmt: skip
async def test_trying_a_key_tells_what_is_wrong_with_it(
    here: Here,
    script: Script,
    wants: str | None,
    wanted: str | None,
    state: State,
    model: str | None,
) -> None:
    mine = await here.key(script, wants=wants, model=wanted)
    key = here.keys[mine.key.id]
    assert isinstance(key, KeyInUse)
    with capture_logs() as logs:
        found = await try_key(key)
    assert (found.state, found.model) == (state, model)
    assert THEIRS not in str(logs) + repr(found) + repr(key)


async def test_a_server_inside_is_told_from_one_that_is_away(
    here: Here, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    mine = await here.key()
    away = replace(mine.key, base_url="http://127.0.0.1:9/v1")
    assert (await try_key(away)).state == "unreachable"
    settings_of_its_own.delenv("KONSTRUCT_EGRESS_ALLOW")
    get_settings.cache_clear()
    assert (await try_key(mine.key)).state == "blocked_address"
    assert mine.asked == 0
