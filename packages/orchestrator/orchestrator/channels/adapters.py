"""The adapters of all platforms that can be spoken to, one row each."""

from typing import Final

from shared.models.message import ChannelType

from orchestrator.channels.adapter import Adapter
from orchestrator.channels.scripted.adapter import ScriptedAdapter
from orchestrator.channels.slack.adapter import SlackAdapter
from orchestrator.channels.telegram.adapter import TelegramAdapter
from orchestrator.channels.whatsapp.adapter import WhatsAppAdapter
from orchestrator.channels.widget.adapter import WidgetAdapter

_ADAPTERS: Final[dict[str, Adapter]] = {
    ChannelType.SCRIPTED: ScriptedAdapter(),
    ChannelType.SLACK: SlackAdapter(),
    ChannelType.TELEGRAM: TelegramAdapter(),
    ChannelType.WHATSAPP: WhatsAppAdapter(),
    ChannelType.WIDGET: WidgetAdapter(),
}


def adapter_of(channel: str) -> Adapter | None:
    return _ADAPTERS.get(channel)
