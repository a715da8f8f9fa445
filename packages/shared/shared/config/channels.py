"""Settings of channels on other platforms."""

from shared.config.kinds import CheckedSettings, HttpUrl, named


class ChannelSettings(CheckedSettings):
    """Which channels exist and where their platforms are reached."""

    development: bool = named("DEVELOPMENT_CHANNELS", False)
    """Allow the channel `scripted` to be connected. Anybody who reaches the scripted platform can
    write there in any name, so this is for development only."""
    scripted_api_url: HttpUrl = named("SCRIPTED_API_URL", "http://127.0.0.1:9099")
