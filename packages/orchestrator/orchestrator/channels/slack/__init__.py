"""Slack, spoken to by its Web API and Socket Mode (docs/channels/slack.md)."""
