"""The channel `telegram`, spoken to (docs/channels/telegram.md)."""
