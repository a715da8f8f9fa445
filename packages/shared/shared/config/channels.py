"""Channels of other platforms."""

from shared.config.kinds import CheckedSettings, HttpUrl, named


class ChannelSettings(CheckedSettings):
    """Where platforms are reached, and which channels there are."""

    development: bool = named("DEVELOPMENT_CHANNELS", False)
    """Whether the channel `scripted` can be connected: on it, whoever reaches the scripted platform
    writes in anybody's name."""
    scripted_api_url: HttpUrl = named("SCRIPTED_API_URL", "http://127.0.0.1:9099")
