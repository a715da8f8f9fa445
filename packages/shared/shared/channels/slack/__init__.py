"""The channel `slack`, as both halves know it (docs/channels/slack.md)."""
