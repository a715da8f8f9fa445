"""WhatsApp's webhooks (docs/channels/whatsapp.md)."""

from gateway.channels.outside import routes_of
from gateway.channels.whatsapp.reader import READER, normalize_whatsapp_event

__all__ = ["READER", "normalize_whatsapp_event", "whatsapp_router"]

whatsapp_router = routes_of(READER)
