"""The channel `telegram`, as both halves know it (docs/channels/telegram.md)."""
