"""Each setting of `config.py`, set to nonsense, stops gateway and worker and is found by doctor.

A setting that is added is covered by itself if it is a number or a switch; one that is a text says
below what is nonsense for it.
"""

from collections.abc import Collection
from pathlib import Path
from typing import Any, get_args

import pytest
from gateway import server
from konstruct.devstack.preflight import Check
from orchestrator import worker
from shared.config import GROUPS, get_settings, read_settings, variables
from shared.errors import ConfigError

from tests.support.cli import Ran, konstruct

DATABASE = (
    "mysql://u:s3cr3t@h/d",
    "h:5432/d",
    "postgresql+asyncpg://h/d",
    "postgresql://u:s3cr3t@[::1/d",
    "postgresql://u:s3cr3t@[::zz]/d",
    "postgresql://u:s3cr3t@::1:5432/d",
    "postgresql://u:s3cr3t@h:port/d",
    "postgresql://u:s3cr3t@h:99999/d",
    "postgresql://u:sec@ret@h/d",
    "postgresql://u:s3cr3t@h h/d",
)
LIMIT = ("many", "0/minute", "-1/minute", "30 per fortnight", "30/")
ADDRESS = ("not a host", "[::1]", "::zz", "http://h", "a..b", "127.0.0.1:80")
HTTP = (
    "ftp://h/v1",
    "llm.example.com/v1",
    "http://",
    "http://[::1/v1",
    "http://h:port/v1",
    "http://h/v1?key=s3cr3t",
    "https://h h/v1",
)
RING = ("ksk1.s3cr3t", "s3cr3t", "/nowhere/at/all", ",")
KEY = ("schlüssel", "a\x07b", "a\nb")
TEXTS = {
    "database_url": DATABASE,
    "owner_database_url": DATABASE,
    "redis_url": (
        "http://h",
        "h:6379",
        "unix:///run/valkey",
        "redis://[::1",
        "redis://:s3cr3t@h:port",
        "redis://h/zero",
    ),
    "signing_key": ("short",),
    "host": ADDRESS,
    "metrics_host": ADDRESS,
    "allowed_origins": ("https://a.example\x07", "chat.example.com", "ftp://a.example"),
    "public_url": ("chat.example.com", "ftp://a.example", "https://[::1", "https://h/chat"),
    "trusted_proxies": ("caddy", "10.0.0.0/99", "1.2.3"),
    "portal_dir": ("/nowhere/at/all", "/etc/passwd"),
    "login_limit": LIMIT,
    "login_address_limit": LIMIT,
    "invitation_limit": LIMIT,
    "message_limit": LIMIT,
    "contact_limit": LIMIT,
    "visit_limit": LIMIT,
    "visitor_message_limit": LIMIT,
    "visitor_address_limit": LIMIT,
    "door_message_limit": LIMIT,
    "llm_base_url": HTTP,
    "embeddings_url": HTTP,
    "embeddings_api_key": KEY,
    "embeddings_model": ("a\x07b",),
    "embeddings_query_prefix": ("a\x07b",),
    "embeddings_passage_prefix": ("a\x07b",),
    "scripted_api_url": HTTP,
    "telegram_api_url": HTTP,
    "slack_api_url": HTTP,
    "whatsapp_api_url": HTTP,
    "scripted_signing_secret": KEY,
    "slack_signing_secret": KEY,
    "slack_client_id": ("A0123456", "12345", "1.2.3", "xoxb-1"),
    "slack_client_secret": KEY,
    "whatsapp_app_secret": KEY,
    "whatsapp_verify_token": KEY,
    "scripted_service_url": HTTP,
    "llm_api_key": KEY,
    "metrics_token": KEY,
    "llm_model": ("gpt", "nobody:gpt", "openai:", "openai:gpt\u202e5"),
    "egress_allow": ("10.0.0.0/99", "https://llm.internal", "1.2.3", "a b", "10.0.0.1/8"),
    "log_level": ("loud",),
    "secrets_keys": (*RING, f"kpk1.{'s3cr3t-' * 6}A"),
    "secrets_seal_to": (*RING, f"ksk1.{'s3cr3t-' * 6}A"),
    "verify_keys": (*RING, f"kpk1.{'s3cr3t-' * 6}A"),
}
NUMBERS = ("many", "-1", "nan", "inf", "1e400", "3000000000")
SWITCHES = ("perhaps", "2")


def nonsense() -> list[tuple[str, str]]:
    cases = []
    for variable, group, name in variables():
        said = TEXTS.get(variable.removeprefix("KONSTRUCT_").lower())
        values = said or nonsense_for(GROUPS[group].model_fields[name].annotation)
        assert values, f"say in TEXTS of {__file__} what is nonsense for the new setting {variable}"
        cases += [(variable, value) for value in values]
    return cases


def nonsense_for(kind: Any) -> tuple[str, ...]:
    """By the first plain type within an `Annotated` or an optional one."""
    while inner := get_args(kind):
        kind = inner[0]
    return {int: NUMBERS, float: NUMBERS, bool: SWITCHES}.get(kind, ())


@pytest.fixture
def started(settings_of_its_own: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment that names everything, and processes that say when they get too far."""
    for name, value in {
        "KONSTRUCT_DATABASE_URL": "postgresql://u@127.0.0.1:1/d",
        "KONSTRUCT_REDIS_URL": "redis://127.0.0.1:1/0",
    }.items():
        settings_of_its_own.setenv(name, value)
    for module in (server, worker):
        settings_of_its_own.setattr(module, "configure_logging", started_all_the_same)
    settings_of_its_own.setattr("konstruct.doctor.look_at_parts", no_parts)
    return settings_of_its_own


async def no_parts(_: Path, __: Collection[str]) -> list[Check]:
    return []


def started_all_the_same(*_: object, **__: object) -> None:
    raise AssertionError("it starts with this setting")


FIRST_OF_EACH = list({name: (name, value) for name, value in reversed(nonsense())}.values())


@pytest.mark.parametrize(("name", "value"), nonsense())
def test_nonsense_is_named_when_it_is_read(
    name: str, value: str, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    settings_of_its_own.setenv(name, value)
    with pytest.raises(ConfigError) as raised:
        get_settings()
    assert names_it(raised.value.message, name)


@pytest.mark.parametrize(("name", "value"), FIRST_OF_EACH)
def test_nonsense_stops_gateway_worker_and_doctor_with_a_sentence(
    name: str, value: str, started: pytest.MonkeyPatch
) -> None:
    started.setenv(name, value)
    for ran in (konstruct("gateway"), konstruct("worker")):
        assert names_it(ran.sentence, name), ran
    looked = konstruct("doctor")
    assert looked.code == 1
    (line,) = (line for line in looked.out.splitlines() if " settings " in line)
    assert names_it(line, name)


def names_it(sentence: str, name: str) -> bool:
    assert "s3cr3t" not in sentence
    assert "Error" not in sentence
    return f"{name} is not right: " in sentence


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("database_url", "postgres://u:p/w?#@[::1]:5432/d?sslmode=require"),
        ("database_url", "postgresql:///konstruct?host=/run/postgresql"),
        ("database_url", "postgresql+psycopg://u@db.example.com/d"),
        ("redis_url", "rediss://user:p%40ss@[fe80::1]:6380/15?ssl_cert_reqs=none"),
        ("redis_url", "redis://valkey"),
        ("llm_base_url", "http://[::1]:8080/v1/"),
        ("llm_base_url", "https://müller.example/v1"),
        ("host", "::"),
        ("host", "gateway-1.internal"),
        ("log_level", "debug"),
        ("message_limit", "30 per minute"),
        ("metrics_port", "0"),
        ("drain_timeout_s", "0"),
    ],
)
def test_what_is_right_is_taken(
    name: str, value: str, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    variable = f"KONSTRUCT_{name.upper()}"
    settings_of_its_own.setenv(variable, value)
    (where,) = ((group, field) for known, group, field in variables() if known == variable)
    read = getattr(getattr(read_settings(), where[0]), where[1])
    assert str(read).lower() in (value, f"{value}.0")


def test_all_that_is_wrong_is_told_at_once(started: pytest.MonkeyPatch) -> None:
    started.setenv("KONSTRUCT_PORT", "eighty")
    started.setenv("KONSTRUCT_MESSAGE_LIMIT", "many")
    ran: Ran = konstruct("gateway")
    assert ran.err.count("is not right") == 2


def test_a_setting_of_blanks_is_not_set(settings_of_its_own: pytest.MonkeyPatch) -> None:
    settings_of_its_own.setenv("KONSTRUCT_PORT", " \r\n")
    settings_of_its_own.setenv("KONSTRUCT_LLM_BASE_URL", "\ufeff")
    read = read_settings()
    assert (read.gateway.port, read.model.base_url) == (8000, None)
