"""Addresses and paths that are typed: a sentence for what can be none."""

import pytest

from tests.support.cli import konstruct


@pytest.mark.parametrize("path", ["", "  ", "~nobody-here/x", "x" * 300])
@pytest.mark.parametrize("command", [("up",), ("doctor",), ("env",), ("migrate",), ("gateway",)])
def test_an_empty_or_impossible_path_is_refused(command: tuple[str, ...], path: str) -> None:
    ran = konstruct(*command, "--data-dir", path)
    assert (ran.code, ran.out) == (2, "")
    assert "--data-dir" in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("host", ["", " ", "[::1]", "not a host", "http://h"])
@pytest.mark.parametrize("command", ["up", "gateway"])
def test_an_empty_or_impossible_host_is_refused(command: str, host: str) -> None:
    """Empty would be every address of the machine."""
    ran = konstruct(command, "--host", host)
    assert (ran.code, ran.out) == (2, "")
    assert "--host" in ran.err


@pytest.mark.parametrize(
    "url",
    ["", "mysql://u:hidden@h/d", "postgresql://u:hidden@[::1/d", "postgresql://u:hidden@h:x/d"],
)
def test_an_impossible_superuser_url_gets_a_sentence(url: str) -> None:
    ran = konstruct("migrate", "--superuser-url", url or "h")
    assert ran.code == 1
    assert "postgresql://USER:PASSWORD@HOST:5432/DATABASE" in ran.err
    assert "hidden" not in ran.err


@pytest.mark.parametrize(
    "url", ["", "chat.acme.com", "ftp://h", "http://", "http://[::1", "http://h:x"]
)
def test_an_impossible_gateway_gets_a_sentence(url: str) -> None:
    sentence = konstruct("chat", "--agent", "Ada", "--token", "t", "--url", url, "hi").err
    assert "is no gateway's address: " in sentence
    assert "Traceback" not in sentence
