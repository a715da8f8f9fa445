"""Settings come from the environment, at first use; a missing one says what to do."""

import re
import subprocess
import sys

import pytest
from shared.config import get_settings, read_settings, settings
from shared.config.gateway import GatewaySettings
from shared.config.identity import IdentitySettings
from shared.config.model import ModelSettings
from shared.config.servers import DatabaseSettings
from shared.errors import ConfigError

from tests.support.servers import ROOT


def test_the_environment_is_read_at_first_use_and_not_again(
    settings_of_its_own: pytest.MonkeyPatch,
) -> None:
    settings_of_its_own.setenv("KONSTRUCT_PORT", "8123")
    assert settings.gateway.port == 8123
    settings_of_its_own.setenv("KONSTRUCT_PORT", "9999")
    assert settings.gateway.port == 8123
    get_settings.cache_clear()
    assert settings.gateway.port == 9999


def test_a_frame_may_have_what_the_longest_message_needs(
    settings_of_its_own: pytest.MonkeyPatch,
) -> None:
    settings_of_its_own.setenv("KONSTRUCT_MAX_MESSAGE_CHARS", "100000")
    get_settings.cache_clear()
    assert settings.sockets.frame_bytes() >= 12 * 100_000


@pytest.mark.parametrize("module", ["gateway.main", "orchestrator.tasks"])
def test_importing_needs_no_setting_and_no_server(module: str) -> None:
    """Even with settings that are wrong: they are looked at when first needed."""
    done = subprocess.run(
        [sys.executable, "-c", f"import {module}"],
        env={"PATH": "", "KONSTRUCT_PORT": "no number", "KONSTRUCT_REDIS_URL": "redis://nowhere"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("value", "origins"),
    [
        ("", []),
        ("https://a.example", ["https://a.example"]),
        (" https://a.example , https://b.example,", ["https://a.example", "https://b.example"]),
    ],
)
def test_allowed_origins_are_given_with_commas(
    settings_of_its_own: pytest.MonkeyPatch, value: str, origins: list[str]
) -> None:
    settings_of_its_own.setenv("KONSTRUCT_ALLOWED_ORIGINS", value)
    assert read_settings().gateway.allowed_origins == origins


def test_proxies_to_be_believed_are_addresses_and_networks(
    settings_of_its_own: pytest.MonkeyPatch,
) -> None:
    assert read_settings().gateway.trusted_proxies == []
    settings_of_its_own.setenv("KONSTRUCT_TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.7")
    assert read_settings().gateway.trusted_proxies == ["10.0.0.0/8", "192.0.2.7"]
    settings_of_its_own.setenv("KONSTRUCT_TRUSTED_PROXIES", "caddy")
    with pytest.raises(ConfigError, match="TRUSTED_PROXIES is not right: 'caddy' is no address"):
        get_settings()


def test_own_origins_are_the_gateways_address_and_the_allowed_ones_and_no_others() -> None:
    own = GatewaySettings(host="0.0.0.0", port=8001, allowed_origins=["https://portal.example/"])
    assert own.own_origins() == {
        "http://0.0.0.0:8001",
        "http://127.0.0.1:8001",
        "http://localhost:8001",
        "http://[::1]:8001",
        "https://portal.example",
    }


@pytest.mark.parametrize(
    ("host", "port", "printed"),
    [
        ("127.0.0.1", 8000, "http://127.0.0.1:8000"),
        ("0.0.0.0", 80, "http://127.0.0.1"),
        ("::", 8000, "http://[::1]:8000"),
        ("::1", 8000, "http://[::1]:8000"),
        ("0:0:0:0:0:0:0:1", 80, "http://[::1]"),
        ("2001:DB8::5", 8000, "http://[2001:db8::5]:8000"),
        ("Chat.Local", 8000, "http://chat.local:8000"),
        ("192.168.1.5", 443, "http://192.168.1.5:443"),
    ],
)
def test_where_a_gateway_is_said_to_be_a_browser_is_let_in(
    host: str, port: int, printed: str
) -> None:
    own = GatewaySettings(host=host, port=port)
    assert own.local_url() == printed
    assert own.allows_origin(printed)


@pytest.mark.parametrize("name", ["KONSTRUCT_ALLOWED_ORIGINS", "KONSTRUCT_PUBLIC_URL"])
@pytest.mark.parametrize(
    ("nonsense", "said"),
    [
        ("chat.example.com", "is no http:// or https:// address"),
        ("*", "is no http:// or https:// address"),
        ("null", "is no http:// or https:// address"),
        ("wss://chat.example.com", "is no http:// or https:// address"),
        ("https://*.example.com", "is no host's name"),
        ("https://chat.example.com/konstruct", "says more than scheme, host and port"),
        ("https://eva:secret@chat.example.com", "name or password"),
        ("http://[::1", "is no address"),
        ("https://chat.example.com:80000", "port"),
    ],
)
def test_an_origin_that_is_none_stops_the_start_and_says_what_would_be_right(
    settings_of_its_own: pytest.MonkeyPatch, name: str, nonsense: str, said: str
) -> None:
    settings_of_its_own.setenv(name, nonsense)
    with pytest.raises(ConfigError, match=f"{name} is not right: .*{re.escape(said)}") as refused:
        get_settings()
    assert "secret" not in refused.value.message


def test_the_public_url_is_an_origin_of_ours() -> None:
    assert GatewaySettings(public_url="https://Chat.Example.com:443/").allows_origin(
        "https://chat.example.com"
    )


def test_a_missing_database_says_what_to_do() -> None:
    with pytest.raises(ConfigError, match=r"KONSTRUCT_DATABASE_URL is not set.*konstruct up"):
        DatabaseSettings(url=None).require_url()


@pytest.mark.parametrize("key", [None, "", "x" * 31])
def test_a_missing_or_short_signing_key_says_how_to_make_one(
    settings_of_its_own: pytest.MonkeyPatch, key: str | None
) -> None:
    settings_of_its_own.delenv("KONSTRUCT_SIGNING_KEY")
    if key is not None:
        settings_of_its_own.setenv("KONSTRUCT_SIGNING_KEY", key)
    with pytest.raises(ConfigError, match=r"KONSTRUCT_SIGNING_KEY .*must hold at least 32 bytes"):
        get_settings().identity.require_signing_key()


def test_secrets_do_not_show_when_settings_are_printed() -> None:
    shown = repr(IdentitySettings(signing_key="s" * 40)) + repr(ModelSettings(api_key="sk-secret"))
    assert "sssss" not in shown
    assert "sk-secret" not in shown


def test_there_is_no_secret_in_the_defaults(settings_of_its_own: pytest.MonkeyPatch) -> None:
    settings_of_its_own.delenv("KONSTRUCT_SIGNING_KEY")
    defaults = read_settings()
    assert defaults.identity.signing_key is None
    assert defaults.model.api_key is None
    assert defaults.database.url is None
    assert defaults.database.owner_url is None


@pytest.mark.parametrize(
    ("name", "value"),
    [("KONSTRUCT_PORT", "eighty"), ("KONSTRUCT_LIMITS_ENABLED", "perhaps")],
)
def test_a_setting_that_cannot_be_read_is_named(
    settings_of_its_own: pytest.MonkeyPatch, name: str, value: str
) -> None:
    settings_of_its_own.setenv(name, value)
    with pytest.raises(ConfigError, match=f"{name} is not right"):
        read_settings()
