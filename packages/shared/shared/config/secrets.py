"""Settings of the rings of keys that seal secrets."""

from shared.config.kinds import CheckedSettings, PrivateRing, PublicRing, named


class SecretsSettings(CheckedSettings):
    """Each is a ring of keys, newest first, or the path of a file that holds it."""

    private: PrivateRing | None = named("SECRETS_KEYS", None)
    """Private keys. Only workers and `konstruct secrets` have them."""
    seal_to: PublicRing | None = named("SECRETS_SEAL_TO", None)
    """Their public halves. With these, gateways store a secret that they cannot read."""
    verify: PrivateRing | None = named("VERIFY_KEYS", None)
    """Private keys of the second ring, for what a gateway needs to check a platform's requests."""
