"""Telegram's webhooks (docs/channels/telegram.md)."""

from gateway.channels.outside import routes_of
from gateway.channels.telegram.reader import READER, normalize_telegram_event

__all__ = ["READER", "normalize_telegram_event", "telegram_router"]

telegram_router = routes_of(READER)
