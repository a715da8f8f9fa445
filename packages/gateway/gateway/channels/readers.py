"""The routes of all platforms that tell us what happens, one row each."""

from typing import Final

from fastapi import APIRouter
from shared.models.message import ChannelType

from gateway.channels.scripted import scripted_router
from gateway.channels.slack import slack_router
from gateway.channels.telegram import telegram_router
from gateway.channels.whatsapp import whatsapp_router

CHANNEL_ROUTERS: Final[dict[ChannelType, APIRouter]] = {
    ChannelType.SCRIPTED: scripted_router,
    ChannelType.SLACK: slack_router,
    ChannelType.TELEGRAM: telegram_router,
    ChannelType.WHATSAPP: whatsapp_router,
}
