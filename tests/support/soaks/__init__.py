"""The channels that are soaked, one row each."""

from collections.abc import Callable

from tests.support.soaks.scripted import ScriptedSoak
from tests.support.soaks.slack import SlackSoak
from tests.support.soaks.soak import Soak
from tests.support.soaks.telegram import TelegramSoak
from tests.support.soaks.whatsapp import WhatsAppSoak

SOAKS: dict[str, Callable[[int], Soak]] = {
    "scripted": ScriptedSoak,
    "slack": SlackSoak,
    "telegram": TelegramSoak,
    "whatsapp": WhatsAppSoak,
}
"""Each is made with the port of its fake."""
