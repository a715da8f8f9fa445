"""Settings of log-in sessions and tokens."""

from shared.config.kinds import HOW_TO_SIGN, CheckedSettings, SigningKey
from shared.errors import ConfigError


class IdentitySettings(CheckedSettings):
    """How tokens are signed and how long they are valid."""

    signing_key: SigningKey | None = None
    access_token_ttl_s: int = 15 * 60
    refresh_token_ttl_s: int = 30 * 24 * 3600
    invitation_ttl_s: int = 7 * 24 * 3600
    session_check_ttl_s: float = 5.0
    """How long a socket or request may rely on its last check of the caller's rights."""
    cookie_secure: bool = False
    """Set to true where the portal is served over HTTPS."""

    def require_signing_key(self) -> str:
        if self.signing_key is None:
            raise ConfigError(f"KONSTRUCT_SIGNING_KEY is not set: {HOW_TO_SIGN}.")
        return self.signing_key.get_secret_value()
