"""An access token is believed only if it is ours, whole, for this use and not expired."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from shared.config import get_settings
from shared.errors import ConfigError, NotAuthenticated
from shared.identity import tokens
from shared.identity.tokens import issue_access_token, new_secret, secret_hash, verify_access_token

from tests.support.servers import SIGNING_KEY

USER, TENANT, SESSION = uuid4(), uuid4(), uuid4()


def claims(**changes: Any) -> dict[str, Any]:
    """Those of a good token, changed; a change to None leaves the claim out."""
    now = datetime.now(UTC)
    good = {
        "iss": tokens.ISSUER,
        "aud": tokens.AUDIENCE,
        "sub": str(USER),
        "role": "customer_operator",
        "tid": str(TENANT),
        "sid": str(SESSION),
        "iat": now,
        "exp": now + timedelta(minutes=5),
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def signed(payload: dict[str, Any], key: Any = SIGNING_KEY, algorithm: str = "HS256") -> str:
    return jwt.encode(payload, key, algorithm=algorithm)


def refused(token: str) -> NotAuthenticated:
    with pytest.raises(NotAuthenticated) as refusal:
        verify_access_token(token)
    return refusal.value


def test_what_was_issued_is_what_is_verified() -> None:
    token, expires_at = issue_access_token(
        user_id=USER, role="customer_admin", tenant_id=TENANT, session_id=SESSION, ttl_s=60
    )
    verified = verify_access_token(token)
    assert (verified.user_id, verified.tenant_id, verified.session_id) == (USER, TENANT, SESSION)
    assert verified.role == "customer_admin"
    assert verified.expires_at == expires_at
    assert timedelta(seconds=55) < expires_at - datetime.now(UTC) <= timedelta(seconds=60)


def test_a_platform_admins_token_names_no_tenant() -> None:
    token, _ = issue_access_token(
        user_id=USER, role="platform_admin", tenant_id=None, session_id=SESSION
    )
    assert verify_access_token(token).tenant_id is None


def test_the_good_claims_below_would_be_accepted() -> None:
    assert verify_access_token(signed(claims())).user_id == USER


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": None},
        {"iat": None},
        {"sub": None},
        {"role": None},
        {"sid": None},
        {"iss": None},
        {"aud": None},
        {"aud": "konstruct-somewhere-else"},
        {"iss": "someone else"},
        {"sub": "admin"},
        {"sub": 7},
        {"sid": "'; --"},
        {"tid": "acme"},
        {"tid": ""},
        {"tid": 1},
        {"role": "root"},
        {"role": ["platform_admin"]},
        {"role": {"is": "platform_admin"}},
        {"exp": "tomorrow"},
        {"iat": datetime.now(UTC) + timedelta(hours=1)},
        {"nbf": datetime.now(UTC) + timedelta(hours=1)},
        {"exp": 10**30},
    ],
    ids=lambda changes: "-".join(f"{name}={type(to).__name__}" for name, to in changes.items()),
)
def test_a_token_that_lacks_or_bends_a_claim_is_refused(changes: dict[str, Any]) -> None:
    try:
        token = signed(claims(**changes))
    except TypeError:  # what the library will not sign itself
        token = by_hand(claims(**changes))
    assert refused(token).code == "not_authenticated"


def by_hand(payload: dict[str, Any], header: dict[str, Any] | None = None) -> str:
    """Signed without the library's own checks of what it signs."""
    plain = {k: v.timestamp() if isinstance(v, datetime) else v for k, v in payload.items()}
    head = header or {"alg": "HS256", "typ": "JWT"}
    signing_input = b".".join(segment(json.dumps(part).encode()) for part in (head, plain))
    algorithm = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    signature = algorithm.sign(signing_input, algorithm.prepare_key(SIGNING_KEY))
    return (signing_input + b"." + segment(signature)).decode()


def segment(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def test_an_expired_token_is_refused_with_a_code_of_its_own() -> None:
    assert refused(signed(claims(exp=datetime.now(UTC) - timedelta(seconds=1)))).code == (
        "token_expired"
    )


@pytest.mark.parametrize("spelling", ["none", "None", "NONE", "nOnE"])
def test_alg_none_is_refused(spelling: str) -> None:
    header = segment(json.dumps({"alg": spelling, "typ": "JWT"}).encode()).decode()
    payload = signed(claims()).split(".")[1]
    signature = signed(claims()).split(".")[2]
    refused(f"{header}.{payload}.")
    refused(f"{header}.{payload}.{signature}")


def test_a_token_signed_with_another_key_is_refused() -> None:
    for key in ("another key that is long enough to be one", SIGNING_KEY + " ", SIGNING_KEY[:-1]):
        refused(signed(claims(), key))


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_the_right_key_with_another_algorithm_is_refused(
    settings_of_its_own: pytest.MonkeyPatch, algorithm: str
) -> None:
    settings_of_its_own.setenv("KONSTRUCT_SIGNING_KEY", SIGNING_KEY * 2)  # long enough for both
    get_settings.cache_clear()
    verify_access_token(signed(claims(), SIGNING_KEY * 2))
    refused(signed(claims(), SIGNING_KEY * 2, algorithm))


def test_a_public_key_as_signing_key_cannot_be_turned_against_us(
    settings_of_its_own: pytest.MonkeyPatch,
) -> None:
    """The confusion of key types: signed HS256 with what another service publishes, or RS256."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    refused(signed(claims(), private, "RS256"))
    settings_of_its_own.setenv("KONSTRUCT_SIGNING_KEY", pem.decode())
    get_settings.cache_clear()
    refused(signed(claims(), private, "RS256"))


@pytest.mark.parametrize(
    "header",
    [{"alg": "HS256", "jku": "http://evil.example/keys"}, {"alg": "HS256", "kid": "../../dev/null"},
     {"alg": "HS256", "crit": ["exp"]}, {"alg": "HS256", "jwk": {"kty": "oct", "k": "AA"}}],
    ids=str,
)  # fmt: skip
def test_nothing_in_a_header_chooses_the_key(header: dict[str, Any]) -> None:
    forged = by_hand(claims(role="platform_admin"), header).rsplit(".", 1)[0] + ".AAAA"
    refused(forged)


def test_a_changed_token_is_refused() -> None:
    head, payload, signature = signed(claims()).split(".")
    raised = segment(json.dumps({"role": "platform_admin"}).encode()).decode()
    for token in (
        f"{head}.{raised}.{signature}",
        f"{head}.{payload}",
        f"{head}.{payload}.",
        f"{head}.{payload}.{signature[:-4]}AAAA",
        f"{head}.{payload}.{signature}.{signature}",
        f" {head}.{payload}.{signature}x",
    ):
        refused(token)


@pytest.mark.parametrize("token", ["", ".", "..", "a.b.c", "é.ü.ß", "\x00", "x" * 20_000, "null"])
def test_what_is_no_token_is_refused(token: str) -> None:
    refused(token)


def test_a_token_of_another_installation_is_refused_after_the_key_changed(
    settings_of_its_own: pytest.MonkeyPatch,
) -> None:
    token = signed(claims())
    verify_access_token(token)
    settings_of_its_own.setenv("KONSTRUCT_SIGNING_KEY", "a new key, at least as long as is needed")
    get_settings.cache_clear()
    refused(token)


@pytest.mark.parametrize("use", [
    lambda: issue_access_token(user_id=USER, role="customer_admin", tenant_id=TENANT,
                               session_id=SESSION),
    lambda: verify_access_token("a.b.c"),
])  # fmt: skip
@pytest.mark.parametrize("key", ["", "too short", "x" * 31])
def test_without_a_long_enough_key_nothing_is_signed_nor_believed(
    settings_of_its_own: pytest.MonkeyPatch, key: str, use: Callable[[], Any]
) -> None:
    settings_of_its_own.setenv("KONSTRUCT_SIGNING_KEY", key)
    get_settings.cache_clear()
    with pytest.raises(ConfigError, match="at least 32 bytes"):
        use()


def test_refresh_tokens_are_random_and_stored_as_a_hash() -> None:
    made = {new_secret() for _ in range(100)}
    assert len(made) == 100
    assert all(len(token) >= 43 for token in made), "256 bits"
    token = made.pop()
    assert secret_hash(token) == secret_hash(token)
    assert token not in secret_hash(token)
