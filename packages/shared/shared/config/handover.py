"""People who take conversations over."""

from shared.config.kinds import CheckedSettings


class HandoverSettings(CheckedSettings):
    """Who may speak, and for how long."""

    hold_expires_s: float = 1800.0
    """A person who has waited so long for the colleague who has the conversation is given to
    another."""
