"""The scripted platform's webhooks (docs/scripted-channel.md); only for development."""

from gateway.channels.outside import routes_of
from gateway.channels.scripted.reader import READER, normalize_scripted_event

__all__ = ["READER", "normalize_scripted_event", "scripted_router"]

scripted_router = routes_of(READER)
