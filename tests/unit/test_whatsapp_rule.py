"""An employee on WhatsApp keeps to its work, which WhatsApp asks for."""

from orchestrator.channels.registry import channel_of
from orchestrator.pipeline.context import build_prompt
from shared.conversations.turns.claiming import AgentAtWork
from shared.models.message import ChannelType

ADA = AgentAtWork("Ada", "baker", "Sell cake.", None)


def instructions(channel: ChannelType, **extras: str) -> str:
    return build_prompt(ADA, [], "hi", channel_of(channel).rule(extras)).instructions


def test_its_scope_is_what_the_business_says_or_else_its_work() -> None:
    told = instructions(ChannelType.WHATSAPP, scope="orders and opening hours")
    assert told.startswith("You are Ada, baker.\n\nSell cake.\n\n")
    assert "Help only with orders and opening hours." in told
    assert "Help only with what your instructions say" in instructions(ChannelType.WHATSAPP)


def test_elsewhere_nothing_is_added() -> None:
    for channel in (ChannelType.WEB, ChannelType.SLACK, ChannelType.TELEGRAM):
        assert instructions(channel, scope="x") == "You are Ada, baker.\n\nSell cake."
