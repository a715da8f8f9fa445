"""What people may call tenants, agents and each other."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shared.errors import BadRequest
from shared.services.names import one_line, prose
from shared.services.people import checked_email, checked_role, new_password
from shared.services.tenants import MAX_SLUG_CHARS, SLUG, check_slug, slug_of


@given(st.text(max_size=80))
def test_every_name_gives_a_slug(name: str) -> None:
    slug = slug_of(name)
    check_slug(slug)
    assert SLUG.fullmatch(slug)
    assert len(slug) <= MAX_SLUG_CHARS


@pytest.mark.parametrize("slug", ["", "A", "a_b", "-a", "a-", "a--b", "a b", "ä", "a" * 49, "a\n"])
def test_what_is_no_slug(slug: str) -> None:
    with pytest.raises(BadRequest, match="is no slug"):
        check_slug(slug)


@given(st.text(max_size=50))
def test_a_name_that_is_taken_can_be_stored_on_one_line(text: str) -> None:
    with suppress(BadRequest):
        name = one_line("The name", text, max_chars=40)
        assert 0 < len(name) <= 40
        assert not set(name) & set("\0\n\r\u2028")
        name.encode()


@pytest.mark.parametrize("text", ["a\0b", "a\x1b[31mb", "a\ud800b", "a\u2028b"])
def test_what_cannot_be_written(text: str) -> None:
    with pytest.raises(BadRequest, match="plain text"):
        prose("The instructions", text, max_chars=100)


def test_prose_keeps_its_lines() -> None:
    assert prose("It", " One\r\n\tTwo \n", max_chars=20) == "One\n\tTwo"
    with pytest.raises(BadRequest, match="It has 21 characters; at most 20"):
        prose("It", "x" * 21, max_chars=20)


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        (" Ada@Acme.COM ", "ada@acme.com"),
        ("a.b+c@mail.acme.co.uk", "a.b+c@mail.acme.co.uk"),
        ("operator@demo.konstruct.example", "operator@demo.konstruct.example"),
    ],
)
def test_an_address_is_kept_in_lower_case(given_: str, kept: str) -> None:
    assert checked_email(given_) == kept


@pytest.mark.parametrize("address", ["", "a", "a@", "@b.com", "a@b", "a b@c.com", "a@b.com\0"])
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(BadRequest, match="is no e-mail address"):
        checked_email(address)


def test_roles() -> None:
    assert checked_role("customer_admin") == "customer_admin"
    with pytest.raises(BadRequest, match="Choose one of: platform_admin, customer_admin"):
        checked_role("owner")


def test_passwords_made_up_differ_and_keep_the_rules() -> None:
    assert len({new_password() for _ in range(100)}) == 100
    assert all(len(new_password()) == 16 for _ in range(10))
