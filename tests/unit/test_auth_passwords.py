"""Passwords are stored as argon2id hashes, and checking one tells nothing but whether it fits."""

import pytest
from shared.errors import BadRequest
from shared.identity import passwords
from shared.identity.passwords import check_password_rules, hash_password, verify_password

PASSWORD = "correct horse battery"


def test_a_hash_is_argon2id_and_different_every_time() -> None:
    first, second = hash_password(PASSWORD), hash_password(PASSWORD)
    assert first.startswith("$argon2id$")
    assert first != second
    assert PASSWORD not in first


async def test_the_password_fits_and_no_other_does() -> None:
    stored = hash_password(PASSWORD)
    assert await verify_password(PASSWORD, stored)
    for wrong in (PASSWORD + " ", PASSWORD.upper(), PASSWORD[:-1], "", "é" * 20, PASSWORD + "\x00"):
        assert not await verify_password(wrong, stored)


@pytest.mark.parametrize("password", [PASSWORD, "nobody has this password", ""])
async def test_nothing_fits_somebody_without_a_password(password: str) -> None:
    assert not await verify_password(password, None)


async def test_someone_who_does_not_exist_costs_the_same_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hasher = passwords._hasher()
    verified: list[str] = []

    class Counting:
        def verify(self, password: str, stored: str) -> bool:
            verified.append(stored)
            return hasher.verify(password, stored)

    stored = hash_password(PASSWORD)
    nobody = passwords._hash_of_nobody()
    monkeypatch.setattr(passwords, "_hasher", Counting)
    await verify_password("wrong password", stored)
    await verify_password("wrong password", None)
    assert verified == [stored, nobody]
    assert stored.split("$")[:4] == nobody.split("$")[:4], "the same algorithm and costs"


async def test_an_enormous_password_is_not_hashed(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = hash_password(PASSWORD)
    monkeypatch.setattr(passwords, "_hasher", lambda: pytest.fail("it was hashed"))
    assert not await verify_password("x" * 1_000_000, stored)


@pytest.mark.parametrize("password", ["", "short", "x" * 9, "x" * 257])
def test_a_password_too_short_or_too_long_is_refused_with_the_bounds(password: str) -> None:
    with pytest.raises(BadRequest, match="10 to 256 characters"):
        check_password_rules(password)
    with pytest.raises(BadRequest):
        hash_password(password)


@pytest.mark.parametrize("password", ["x1y2z3x1y2", "wxyz" * 64, "пароль, который длинный"])
def test_a_password_within_the_bounds_is_accepted(password: str) -> None:
    check_password_rules(password)


NAMES = ("eva.berg@acme.com", "Eva Berg", "Acme Zürich GmbH", "acme-zurich")


@pytest.mark.parametrize(
    ("password", "says"),
    [
        (" " * 10, "repeats itself"),
        ("\u3000\u00a0" * 5, "repeats itself"),
        ("aaaaaaaaaa", "repeats itself"),
        ("AaAaAaAaAa", "repeats itself"),
        ("1212121212", "repeats itself"),
        ("eva.berg@acme.com", "e-mail address"),
        ("EVA.BERG@ACME.COM", "e-mail address"),
        ("evaberg2024", None),
        ("eva.berg.12", "your name"),
        ("Berg Eva Berg", "your name"),
        ("Acme Zürich GmbH", "business's name"),
        ("acme-zurich!", "business's name"),
        ("a\tcorrect horse", "one line"),
        ("Acme's correct horse", None),
        ("1234567890", None),
    ],
)
def test_a_password_that_others_know_is_refused(password: str, says: str | None) -> None:
    if says is None:
        check_password_rules(password, *NAMES)
        return
    with pytest.raises(BadRequest, match=says):
        check_password_rules(password, *NAMES)


@pytest.mark.parametrize(
    "typed", ["caf\u00e9 du marché", "cafe\u0301 du marche\u0301", "caf\u00e9\u00a0du marché"]
)
async def test_a_password_fits_in_every_spelling_a_keyboard_gives_it(typed: str) -> None:
    stored = hash_password("cafe\u0301 du marché")
    assert await verify_password(typed, stored)
    assert not await verify_password("cafe du marché", stored), "the accent counts"


@pytest.mark.parametrize("typed", ["cafe\u0301 du marche\u0301", "café\u00a0du\u00a0marché"])
async def test_a_password_hashed_as_it_was_typed_still_fits(typed: str) -> None:
    stored = passwords._hasher().hash(typed)
    assert await verify_password(typed, stored)
    assert not await verify_password("another password", stored)
