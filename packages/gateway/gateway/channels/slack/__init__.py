"""Slack's Events API (docs/channels/slack.md)."""

from gateway.channels.outside import routes_of
from gateway.channels.slack.reader import READER, normalize_slack_event

__all__ = ["READER", "normalize_slack_event", "slack_router"]

slack_router = routes_of(READER)
