"""What of the environment reaches us, and what does not."""

import os

import pytest
from konstruct.devstack.errors import DevstackError
from konstruct.devstack.given import GivenSettings
from konstruct.devstack.programs import complete_environment
from konstruct.devstack.waiting import wait_until
from shared.db.engine import await_wall, dispose_engine, get_engine
from shared.environment import clean, forget, keep_ours, persons_own
from shared.errors import Unavailable

from tests.support.cli import konstruct

LEAKS = {
    "PGCLIENTENCODING": "LATIN1",
    "PGSSLMODE": "require",
    "PGOPTIONS": "-c search_path=elsewhere",
    "PGSERVICE": "theirs",
    "PGTZ": "Asia/Tokyo",
    "PSYCOPG_IMPL": "none",
    "PSYCOPG_WAIT_FUNC": "none",
    "CELERY_BROKER_URL": "redis://elsewhere",
    "CELERY_CONFIG_MODULE": "theirs",
    "CELERY_LOADER": "theirs",
    "KOMBU_LOG_DEBUG": "1",
    "PICKLE_PROTOCOL": "none",
    "WEB_CONCURRENCY": "many",
    "FORWARDED_ALLOW_IPS": "*",
    "UVICORN_PORT": "1",
    "OPENAI_BASE_URL": "http://elsewhere",
    "OPENAI_ORG_ID": "theirs",
    "ANTHROPIC_BASE_URL": "http://elsewhere",
    "ANTHROPIC_AUTH_TOKEN": "theirs",
    "ANTHROPIC_CUSTOM_HEADERS": "x: y",
    "LLAMA_ARG_PORT": "1",
    "PROMETHEUS_MULTIPROC_DIR": "/nowhere",
    "PYTHONWARNINGS": "error",
    "PYTHONOPTIMIZE": "2",
    "PYTHONSTARTUP": "/nowhere",
    "SQLALCHEMY_WARN_20": "1",
    "NETRC": "/nowhere",
    "LD_PRELOAD": "/nowhere",
    "SSLKEYLOGFILE": "/nowhere",
}
NEEDED = {
    "PATH": "/bin",
    "HOME": "/home/eva",
    "LANG": "de_DE.UTF-8",
    "LC_ALL": "C.UTF-8",
    "TMPDIR": "/tmp/eva",
    "HTTPS_PROXY": "http://proxy:3128",
    "no_proxy": ".acme.com",
    "SSL_CERT_FILE": "/etc/ssl/company.pem",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318",
    "OPENAI_API_KEY": "sk-1",
    "KONSTRUCT_PORT": "8001",
}


def test_a_process_keeps_its_own_settings_and_what_a_program_needs() -> None:
    assert clean({**LEAKS, **NEEDED}) == NEEDED


@pytest.mark.parametrize("name", LEAKS)
def test_no_command_and_no_child_of_ours_hears_a_librarys_variable(
    name: str, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    settings_of_its_own.setenv(name, LEAKS[name])
    assert name not in complete_environment({})
    before = dict(os.environ)
    keep_ours()
    kept = dict(os.environ)
    own = persons_own()
    os.environ.update(before)
    assert name not in kept
    assert own[name] == LEAKS[name], "the person's browser is theirs"


def test_a_library_started_by_others_is_kept_from_its_variables(
    settings_of_its_own: pytest.MonkeyPatch,
) -> None:
    settings_of_its_own.setenv("PGSSLMODE", "require")
    settings_of_its_own.setenv("PATHOLOGY", "kept")
    forget("PG")
    assert "PGSSLMODE" not in os.environ
    assert os.environ["PATHOLOGY"] == "kept"


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("KONSTRUCT_LLM_API_KEY", "sk-1\r", "sk-1"),
        ("KONSTRUCT_LLM_API_KEY", "\ufeffsk-1\u200b\n", "sk-1"),
        ("KONSTRUCT_LLM_MODEL", "  big \t", "big"),
        ("KONSTRUCT_DATA_DIR", "/srv/konstruct\r\n", "/srv/konstruct"),
        ("KONSTRUCT_PASSWORD", " four words of mine \r\n", " four words of mine "),
        ("OPENAI_API_KEY", "sk-1\r\n", "sk-1"),
        ("HOME", "/home/eva ", "/home/eva "),
    ],
)
def test_what_an_editor_leaves_around_a_setting_is_not_read(
    name: str, value: str, read: str
) -> None:
    assert clean({name: value}) == {name: read}
    if name.startswith("KONSTRUCT_"):
        assert GivenSettings.from_environment({name: value}).values == {name: read}


def test_commands_run_in_the_clean_environment(settings_of_its_own: pytest.MonkeyPatch) -> None:
    settings_of_its_own.setenv("KONSTRUCT_DATABASE_URL", "postgresql://127.0.0.1:1/x\r\n")
    settings_of_its_own.setenv("PGCONNECT_TIMEOUT", "nonsense")
    sentence = konstruct("tenant", "list").sentence
    assert "port 1 failed" in sentence  # and neither of the line end nor of libpq's variable


async def test_what_libpq_says_while_a_start_waits_is_in_its_message(
    settings_of_its_own: pytest.MonkeyPatch,
) -> None:
    settings_of_its_own.setenv("KONSTRUCT_DATABASE_URL", "postgresql://u:s3cr3t@127.0.0.1:1/d")
    settings_of_its_own.setattr("shared.db.engine.START_WITHIN_S", 0)
    with pytest.raises(Unavailable, match=r"did not answer .*port 1 failed: .*refused") as raised:
        await await_wall(get_engine())
    await dispose_engine()
    assert "s3cr3t" not in raised.value.message


def test_what_a_part_last_said_is_in_the_message_of_a_start_that_waited_in_vain() -> None:
    with pytest.raises(DevstackError, match="was not ready within 0 seconds: no SSL here"):
        wait_until(lambda: False, what="PostgreSQL", timeout_s=0, why_not=lambda: "no SSL here")
