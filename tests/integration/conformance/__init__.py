"""Every promise of channels, shown on every channel with its platform's fake."""
