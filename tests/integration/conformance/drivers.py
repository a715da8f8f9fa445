"""The channels that are shown to keep the promises, one row each."""

from collections.abc import Callable

from tests.integration.conformance.driver import Driver
from tests.integration.conformance.scripted import ScriptedDriver
from tests.integration.conformance.slack import SlackDriver
from tests.integration.conformance.telegram import TelegramDriver
from tests.integration.conformance.whatsapp import WhatsAppDriver

DRIVERS: dict[str, Callable[[], Driver]] = {
    "scripted": ScriptedDriver,
    "slack": SlackDriver,
    "telegram": TelegramDriver,
    "whatsapp": WhatsAppDriver,
}
