"""How each platform writes a text."""

from orchestrator.channels.rendering.dialects.base import Dialect
from orchestrator.channels.rendering.dialects.markdown import MARKDOWN
from orchestrator.channels.rendering.dialects.slack import SLACK
from orchestrator.channels.rendering.dialects.telegram import TELEGRAM
from orchestrator.channels.rendering.dialects.whatsapp import WHATSAPP

__all__ = ["MARKDOWN", "SLACK", "TELEGRAM", "WHATSAPP", "Dialect"]
