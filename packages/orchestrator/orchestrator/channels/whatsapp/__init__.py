"""WhatsApp: speaks to Meta's Graph API (docs/channels/whatsapp.md)."""
