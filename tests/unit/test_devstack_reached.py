"""What `konstruct up` says of the addresses at which a browser is refused."""

from pathlib import Path

import pytest
from konstruct.devstack.options import UpOptions
from konstruct.devstack.reached import where_pages_are_refused
from shared.config.gateway import GatewaySettings

HERE = frozenset({"box.local", "192.168.1.5"})


@pytest.mark.parametrize(
    ("known", "named"),
    [
        ({"host": "127.0.0.1"}, []),
        ({"host": "192.168.1.5"}, []),
        ({"host": "0.0.0.0"}, ["http://192.168.1.5:8000", "http://box.local:8000"]),
        ({"host": "::"}, ["http://192.168.1.5:8000", "http://box.local:8000"]),
        ({"host": "0.0.0.0", "public_url": "http://box.local:8000"}, ["http://192.168.1.5:8000"]),
        ({"host": "0.0.0.0", "allowed_origins": [f"http://{h}:8000" for h in HERE]}, []),
    ],
)
def test_addresses_that_are_found_but_refused_are_named(
    known: dict[str, object], named: list[str]
) -> None:
    said = where_pages_are_refused(GatewaySettings(port=8000, **known), HERE)  # type: ignore[arg-type]
    assert (said is None) == (not named)
    for origin in ("http://192.168.1.5:8000", "http://box.local:8000"):
        assert (origin in (said or "")) == (origin in named)
    assert not named or "KONSTRUCT_ALLOWED_ORIGINS" in (said or "")


def test_this_machine_is_asked_for_its_addresses() -> None:
    said = where_pages_are_refused(GatewaySettings(host="0.0.0.0", port=8000))
    assert said is None or "http://" in said


@pytest.mark.parametrize(
    ("host", "port"), [("::1", 8000), ("::", 80), ("0.0.0.0", 8080), ("LocalHost", 8000)]
)
def test_what_is_printed_is_what_a_browser_is_let_in_at(host: str, port: int) -> None:
    printed = UpOptions(data_dir=Path(), port=port, host=host).url
    assert GatewaySettings(host=host, port=port).allows_origin(printed)
