"""Whom a business's site has signed: what is taken, and what is refused with a code."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from shared.channels import forms
from shared.channels.accounts import Account
from shared.channels.widget.door import Door, door_of, version_of
from shared.channels.widget.identity import identity
from shared.channels.widget.tokens import digest, door_named, new_token
from shared.errors import BadRequest, NotAuthenticated

DOOR, SECRET = uuid4(), "a-secret-of-the-site-of-32-characters-or-more"
EC, ED = ec.generate_private_key(ec.SECP256R1()), Ed25519PrivateKey.generate()


def public(key: Any) -> str:
    pem: bytes = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return pem.decode()


def a_door(secret: str = "", key: str = "", **settings: Any) -> Door:
    return door_of(
        Account(
            DOOR,
            uuid4(),
            uuid4(),
            "widget",
            str(DOOR),
            "live",
            credentials={"identity_secret": secret} if secret else {},
            settings={"identity_key": key, **settings},
        )
    )


def signed(key: Any = SECRET, alg: str = "HS256", **changes: Any) -> str:
    claims: Mapping[str, Any] = {
        "aud": str(DOOR),
        "sub": "customer-7",
        "jti": "j1",
        "exp": datetime.now(UTC)
        + timedelta(minutes=55),  # made when this is read, used when its turn comes
    } | changes
    return jwt.encode({k: v for k, v in claims.items() if v is not None}, key, algorithm=alg)


@pytest.mark.parametrize(
    ("door", "proof"),
    [
        (a_door(SECRET), signed(name="  Ana ")),
        (a_door(key=public(EC)), signed(EC, "ES256", name="Ana")),
        (a_door(key=public(ED)), signed(ED, "EdDSA", name="Ana")),
        (a_door(SECRET, public(ED)), signed(name="Ana")),
        (a_door(SECRET, public(ED)), signed(ED, "EdDSA", name="Ana", aud=["x", str(DOOR)])),
    ],
)
def test_what_the_site_has_signed_with_the_doors_own_key_is_taken(door: Door, proof: str) -> None:
    found = identity(proof, door)
    assert (found.subject, found.token_id, found.name) == ("customer-7", "j1", "Ana")


LATER = datetime.now(UTC) + timedelta(hours=2)


@pytest.mark.parametrize(
    ("proof", "code"),
    [
        (signed("another-secret-of-the-site-of-32-characters"), "identity_refused"),
        (signed("", "none"), "identity_refused"),
        (signed(SECRET * 2, "HS512"), "identity_refused"),
        (signed(ED, "EdDSA"), "identity_refused"),
        (signed(aud=str(uuid4())), "identity_refused"),
        (signed(aud=None), "identity_refused"),
        (signed(sub=None), "identity_refused"),
        (signed(sub=""), "identity_refused"),
        (signed(sub="x" * 201), "identity_refused"),
        (signed(sub="a\0b"), "identity_refused"),
        (signed(sub="a\ud800"), "identity_refused"),
        (signed(sub=7), "identity_refused"),
        (signed(jti=None), "identity_refused"),
        (signed(exp=None), "identity_refused"),
        (signed(exp=LATER), "identity_refused"),
        (signed(nbf=LATER), "identity_refused"),
        (signed(exp=datetime.now(UTC) - timedelta(minutes=2)), "identity_expired"),
        (signed()[:-4] + "AAAA", "identity_refused"),
        (signed(more="x" * 5_000), "identity_refused"),
        ("", "identity_refused"),
        ("a.b.c", "identity_refused"),
        ("é", "identity_refused"),
    ],
)
def test_what_is_forged_over_or_not_for_this_door_is_refused(proof: str, code: str) -> None:
    with pytest.raises(NotAuthenticated) as refused:
        identity(proof, a_door(SECRET))
    assert refused.value.code == code


def test_a_public_key_is_never_a_secret() -> None:
    """What everybody may know signs nothing, though a token's header asks for it."""
    door = a_door(key=public(EC))
    header = {"alg": "HS256", "typ": "JWT"}
    import hmac
    from base64 import urlsafe_b64encode
    from json import dumps

    def part(value: dict[str, Any]) -> bytes:
        return urlsafe_b64encode(dumps(value, default=str).encode()).rstrip(b"=")

    in_five = int((datetime.now(UTC) + timedelta(minutes=5)).timestamp())
    body = part(header) + b"." + part({"aud": str(DOOR), "sub": "a", "jti": "j", "exp": in_five})
    mac = hmac.digest(public(EC).encode(), body, "sha256")
    forged = (body + b"." + urlsafe_b64encode(mac).rstrip(b"=")).decode()
    with pytest.raises(NotAuthenticated):
        identity(forged, door)
    with pytest.raises(NotAuthenticated):
        identity(forged, a_door(SECRET, public(EC)))


def test_a_token_names_its_door_and_is_kept_as_a_digest() -> None:
    token = new_token(DOOR)
    assert door_named(token) == DOOR
    assert token not in digest(token)
    assert token != new_token(DOOR)
    for wrong in ("", "x", f"{DOOR}é.y", "." * 9):
        with pytest.raises(NotAuthenticated):
            door_named(wrong)


def test_a_doors_form_reads_addresses_as_people_write_them_and_says_what_is_wrong() -> None:
    filled = forms.fill(
        "widget", {"hosts": "Shop.Example, http://localhost:3000 www.shop.example:8443"}
    )
    assert filled.settings["hosts"] == [
        "https://shop.example",
        "http://localhost:3000",
        "https://www.shop.example:8443",
    ]
    assert filled.settings["languages"] == ["en", "es", "pt"]
    assert "identity_secret" not in filled.settings
    for wrong in (
        {"hosts": "https://shop.example/page"},
        {"hosts": "*.example.com"},
        {"languages": "xx"},
        {"identity_secret": "short"},
        {"identity_key": "-----BEGIN PUBLIC KEY-----"},
        {"privacy_url": "javascript:alert(1)"},
        {"mode": "sometimes"},
    ):
        with pytest.raises(BadRequest) as refused:
            forms.fill("widget", wrong)
        (name,) = wrong
        assert refused.value.message.startswith(f"`{name}` "), refused.value.message
        assert "short" not in refused.value.message.replace("shop", "")


def test_another_text_has_another_version() -> None:
    assert version_of("We keep it.") != version_of("We keep it!")
    assert version_of("") == ""
