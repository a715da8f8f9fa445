"""WhatsApp, as both halves know it (docs/channels/whatsapp.md)."""
