"""A public key by which a site's signatures are checked, and the one algorithm it is for."""

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

PublicKey = EllipticCurvePublicKey | Ed25519PublicKey


def public_key(pem: str) -> tuple[PublicKey, str]:
    """The key, and its algorithm as a JWT names it. Raises ValueError with a sentence."""
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError("it is no public key in PEM, which begins with BEGIN PUBLIC KEY") from None
    if isinstance(key, Ed25519PublicKey):
        return key, "EdDSA"
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        return key, "ES256"
    raise ValueError("the key is for another algorithm than ES256 (P-256) or EdDSA (Ed25519)")
