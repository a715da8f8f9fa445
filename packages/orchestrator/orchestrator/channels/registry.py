"""Every channel and what it provides, one row each."""

from typing import Final

from shared.models.message import ChannelType

from orchestrator.channels.outside import OutsideChannel
from orchestrator.channels.port import Channel
from orchestrator.channels.web import WebChannel
from orchestrator.channels.whatsapp.channel import WhatsAppChannel

_OUTSIDE: Final = OutsideChannel()
_CHANNELS: Final[dict[ChannelType, Channel]] = {
    ChannelType.WEB: WebChannel(),
    ChannelType.WIDGET: WebChannel(),
    ChannelType.WHATSAPP: WhatsAppChannel(),
}


def channel_of(type_: ChannelType) -> Channel:
    return _CHANNELS.get(type_, _OUTSIDE)
