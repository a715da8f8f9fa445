"""Settings of channels on other platforms."""

from typing import Annotated

from pydantic import Field

from shared.config.kinds import CheckedSettings, HttpUrl, SentKey, named

SlackClientId = Annotated[str, Field(pattern=r"^\d+\.\d+$")]


class ChannelSettings(CheckedSettings):
    """Which channels exist, where their platforms are reached, and the operator's apps there."""

    development: bool = named("DEVELOPMENT_CHANNELS", False)
    """Allow the channel `scripted` to be connected. Anybody who reaches the scripted platform can
    write there in any name, so this is for development only."""
    scripted_api_url: HttpUrl = named("SCRIPTED_API_URL", "http://127.0.0.1:9099")
    scripted_signing_secret: SentKey | None = named("SCRIPTED_SIGNING_SECRET", None)
    """Of the operator's app on the scripted platform."""

    telegram_api_url: HttpUrl = named("TELEGRAM_API_URL", "https://api.telegram.org")
    """Where bots are spoken to; another address for a Bot API server of one's own."""
    slack_api_url: HttpUrl = named("SLACK_API_URL", "https://slack.com/api/")
    slack_signing_secret: SentKey | None = named("SLACK_SIGNING_SECRET", None)
    """Of the operator's Slack app, which all businesses of this installation may add. Without one,
    each makes an app of its own."""
    slack_client_id: SlackClientId | None = named("SLACK_CLIENT_ID", None)
    """Of the same app, with which businesses add it to their workspaces by one click."""
    slack_client_secret: SentKey | None = named("SLACK_CLIENT_SECRET", None)
    whatsapp_api_url: HttpUrl = named("WHATSAPP_API_URL", "https://graph.facebook.com")
    whatsapp_app_secret: SentKey | None = named("WHATSAPP_APP_SECRET", None)
    """Of the operator's Meta app, by which all businesses of this installation may be reached."""
    whatsapp_verify_token: SentKey | None = named("WHATSAPP_VERIFY_TOKEN", None)
    """What Meta says when it asks whether that app's webhook is ours."""
