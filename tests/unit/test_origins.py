"""Origins are compared as browsers spell them, however people write them."""

import pytest
from shared.origins import origin_of, warning_about


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("https://Chat.Example.com", "https://chat.example.com"),
        (" HTTPS://chat.example.com/ ", "https://chat.example.com"),
        ("https://chat.example.com:443", "https://chat.example.com"),
        ("http://chat.example.com:80/", "http://chat.example.com"),
        ("http://chat.example.com:443", "http://chat.example.com:443"),
        ("https://müller.example", "https://xn--mller-kva.example"),
        ("https://MÜLLER.example", "https://xn--mller-kva.example"),
        ("https://straße.example", "https://xn--strae-oqa.example"),
        ("https://例え。テスト", "https://xn--r8jz45g.xn--zckzah"),
        ("http://[0:0:0:0:0:0:0:1]:8000", "http://[::1]:8000"),
        ("http://[2001:DB8::5]", "http://[2001:db8::5]"),
        ("http://127.1:8000", "http://127.0.0.1:8000"),
        ("http://0x7f.1", "http://127.0.0.1"),
        ("http://my_host:8000", "http://my_host:8000"),
    ],
)
def test_one_origin_has_one_spelling(written: str, spelled: str) -> None:
    assert origin_of(written) == spelled
    assert origin_of(spelled) == spelled


@pytest.mark.parametrize(
    "nonsense",
    [
        "",
        "https://",
        "https:chat.example",
        "https://a b",
        "https://a..b",
        "https://.a",
        "https://a:0",
        "https://a:x",
        "https://a?",
        "https://a#b",
        "http://256.1.1.1",
        "http://1.2.3.4.5",
        "http://[gg::]",
        "http://[fe80::1%eth0]",
        "https://a,https://b",
    ],
)
def test_what_is_no_origin_is_refused(nonsense: str) -> None:
    with pytest.raises(ValueError, match=r"address|host|port|says more|card"):
        origin_of(nonsense)


@pytest.mark.parametrize(
    ("base", "warned"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://127.8.8.8", True),
        ("http://[::1]:8000", True),
        ("http://localhost:8000", True),
        ("http://chat.localhost", True),
        ("http://192.168.1.5:8000", False),
        ("https://chat.example.com", False),
    ],
)
def test_a_link_that_opens_on_this_machine_alone_is_warned_of(base: str, warned: bool) -> None:
    assert (warning_about(base) is not None) is warned
