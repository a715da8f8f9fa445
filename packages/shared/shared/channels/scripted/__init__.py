"""The channel `scripted`, as both halves know it (docs/scripted-channel.md)."""
