"""What people may call tenants, agents and each other."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shared.errors import BadRequest
from shared.identity.users import checked_email, checked_role, new_password
from shared.plain_text import one_line, prose
from shared.spelling import name_key
from shared.tenants.rules import MAX_SLUG_CHARS, SLUG, check_slug, slug_of


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


@pytest.mark.parametrize(
    "name",
    ["\u200bAda", "Ad\u00ada", "Ada\ufeff", "\u202eadA", "A\u2066da", "Ada\u200e", "\u3164",
     "\u2800\u2800", "Ada \u115f", "\uffa0", "\u200dAda", "Ada\u200c", "A \u200d da",
     "A\U000e0041da", "\u0301", "\ufe0f"],
    ids=ascii,
)  # fmt: skip
def test_a_name_hides_nothing(name: str) -> None:
    with pytest.raises(BadRequest) as refused:
        one_line("The agent's name", name, max_chars=80)
    assert refused.value.code == "name_unseen"


@pytest.mark.parametrize(
    "name",
    ["👩\u200d💻 Ada", "❤\ufe0f\u200d🔥", "👨🏽\u200d🚀", "می\u200cخواهم", "क्\u200dष", "日本 太郎",
     "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"],
)  # fmt: skip
def test_joiners_that_shape_a_name_are_kept(name: str) -> None:
    assert one_line("The agent's name", name, max_chars=80) == name


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("Zoe\u0308", "Zoë"), ("\u3000太郎\u3000", "太郎"), ("Ada\u00a0 Lovelace ", "Ada Lovelace")],
)
def test_a_name_has_one_spelling(typed: str, kept: str) -> None:
    assert one_line("The name", typed, max_chars=40) == kept


@pytest.mark.parametrize(
    ("one", "other"),
    [("Zoë", "ZOE\u0308"), ("Ada", "Ａｄａ"), ("Straße", "STRASSE"), ("Ada", " ada\u3000"),
     ("Ada", "A\u200dda"), ("Σίσυφος", "ΣΊΣΥΦΟΣ")],
)  # fmt: skip
def test_two_spellings_are_one_name(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize("text", ["a\0b", "a\x1b[31mb", "a\ud800b", "a\u2028b"])
def test_what_cannot_be_written(text: str) -> None:
    with pytest.raises(BadRequest, match="plain text"):
        prose("The instructions", text, max_chars=100)


def test_prose_keeps_its_lines() -> None:
    assert prose("It", " One\r\n\tTwo \n", max_chars=20) == "One\n\tTwo"
    with pytest.raises(BadRequest, match="It may have at most 20 characters, and you gave 21"):
        prose("It", "x" * 21, max_chars=20)


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        (" Ada@Acme.COM ", "ada@acme.com"),
        ("a.b+c@mail.acme.co.uk", "a.b+c@mail.acme.co.uk"),
        ("operator@demo.konstruct.example", "operator@demo.konstruct.example"),
        ("mia@xn--mller-kva.example", "mia@müller.example"),
        ("MIA@XN--MLLER-KVA.EXAMPLE", "mia@müller.example"),
        ("mia@mu\u0308ller.example", "mia@müller.example"),
        ("Mia@MÜLLER。example\u3000", "mia@müller.example"),
        ("re\u0301mi@acme.com", "rémi@acme.com"),
        ("eva@office.local", "eva@office.local"),
        ("eva@acme.test", "eva@acme.test"),
        ("eva@nas.home.arpa", "eva@nas.home.arpa"),
    ],
)
def test_an_address_has_one_spelling(given_: str, kept: str) -> None:
    assert checked_email(given_) == kept
    assert checked_email(kept) == kept


@pytest.mark.parametrize(
    "address",
    ["", "a", "a@", "@b.com", "a@b", "a b@c.com", "a@b.com\0", "a\u200b@b.com", "\u202ea@b.com"],
)
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
