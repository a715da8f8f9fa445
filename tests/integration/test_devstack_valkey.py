"""Valkey in our charge: forgets everything when it restarts, and nothing else changes."""

import stat
from pathlib import Path

import psutil
import pytest
import redis
from konstruct.devstack.child import leftovers
from konstruct.devstack.errors import DevstackError
from konstruct.devstack.ports import free_port
from konstruct.devstack.valkey import EmbeddedValkey, server_binary
from redis.backoff import NoBackoff
from redis.retry import Retry


def test_restarts_empty_on_the_same_address(tmp_path: Path) -> None:
    with EmbeddedValkey(tmp_path / "with a space") as valkey:
        url = valkey.url
        with redis.Redis.from_url(url) as client:
            client.set("key", "value")
        valkey.restart(empty=True)
        with redis.Redis.from_url(url) as client:
            assert client.get("key") is None

        valkey.kill()
        valkey.start()
        assert valkey.url == url
        with pytest.raises(DevstackError, match="restarts empty"):
            valkey.restart(empty=False)

    assert list(leftovers(server_binary(), valkey.directory)) == []
    with EmbeddedValkey(tmp_path / "with a space") as again:
        assert again.url == url


def test_a_password_is_needed_and_kept_private(tmp_path: Path) -> None:
    with EmbeddedValkey(tmp_path / "valkey") as valkey:
        with (
            redis.Redis(host=valkey.host, port=valkey.port, retry=Retry(NoBackoff(), 0)) as client,
            pytest.raises(redis.AuthenticationError),
        ):
            client.ping()
        for name in ("password", "valkey.conf", "valkey.log"):
            assert stat.S_IMODE((valkey.directory / name).stat().st_mode) == 0o600
        command = " ".join(psutil.Process(valkey.pid).cmdline())
        assert (valkey.directory / "password").read_text() not in command


def test_the_port_given_is_used(tmp_path: Path) -> None:
    port = free_port()
    with EmbeddedValkey(tmp_path / "valkey", port=port) as valkey:
        assert valkey.port == port


def test_a_server_left_behind_is_ended(tmp_path: Path) -> None:
    with EmbeddedValkey(tmp_path / "valkey") as former:
        left_behind = psutil.Process(former.pid)
        with EmbeddedValkey(tmp_path / "valkey") as valkey:
            assert not left_behind.is_running() or left_behind.status() == psutil.STATUS_ZOMBIE
            assert valkey.is_ready()
