"""An answer as the messages a platform takes: its Markdown is read, cut and written anew."""

from orchestrator.channels.rendering.parts import Text, render

__all__ = ["Text", "render"]
