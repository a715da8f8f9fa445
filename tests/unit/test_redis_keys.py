"""Every Redis key begins with its tenant or with `platform:`, and no two mean the same."""

import inspect
from uuid import UUID, uuid4

import pytest
from shared import redis_keys
from shared.redis_keys import escalation_status_key, memory_short_key, webchat_response_key

KEYS = [
    function for name, function in vars(redis_keys).items()
    if inspect.isfunction(function) and name.endswith("_key")
]  # fmt: skip


def test_keys_are_as_the_contract_spells_them() -> None:
    t, a, u = "tenant", "agent", "user"
    assert webchat_response_key(t, "c") == "tenant:webchat:response:c"
    assert memory_short_key(t, a, u) == "tenant:memory:short:agent:user"
    assert escalation_status_key(t, "thread") == "tenant:escalation:status:thread"


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.__name__)
def test_a_key_begins_with_its_tenant_or_with_platform(key: object) -> None:
    parameters = list(inspect.signature(key).parameters)
    arguments = [uuid4() if name != "attempt" else 1 for name in parameters]
    made = key(*arguments)
    if "tenant_id" in parameters:
        assert parameters[0] == "tenant_id"
        assert made.startswith(f"{arguments[0]}:")
        assert made.count(":") >= 2
    else:
        assert made.startswith("platform:")
    for argument in arguments:
        assert str(argument) in made


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.__name__)
def test_ids_may_be_given_as_uuid_or_as_text(key: object) -> None:
    parameters = inspect.signature(key).parameters
    ids = [uuid4() if name != "attempt" else 1 for name in parameters]
    as_text = [str(each) if isinstance(each, UUID) else each for each in ids]
    assert key(*ids) == key(*as_text)


def test_no_two_keys_are_the_same_for_the_same_ids() -> None:
    same = uuid4()
    made = [
        key(*[1 if name == "attempt" else same for name in inspect.signature(key).parameters])
        for key in KEYS
    ]
    assert len(set(made)) == len(KEYS)


def test_prefixes_of_broker_and_limits_belong_to_the_platform() -> None:
    assert redis_keys.BROKER_PREFIX.startswith("platform:")
    assert redis_keys.LIMITS_PREFIX.startswith("platform:")
