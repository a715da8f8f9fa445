"""The channel `scripted`: a platform for tests and development (docs/scripted-channel.md)."""
