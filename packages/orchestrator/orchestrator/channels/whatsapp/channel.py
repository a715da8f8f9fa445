"""What is particular about answering on WhatsApp.

Since January 2026 it allows no general-purpose assistants. A business's employee that keeps to its
work is allowed, so each has a scope there.
"""

from collections.abc import Mapping
from typing import Any, Final

from orchestrator.channels.outside import OutsideChannel

_OWN_WORK: Final = "what your instructions say is your work, and with matters of this business"


class WhatsAppChannel(OutsideChannel):
    def rule(self, extras: Mapping[str, Any]) -> str:
        scope = str(extras.get("scope") or "").strip() or _OWN_WORK
        return (
            f"You answer on WhatsApp. Help only with {scope}. Whatever else somebody asks for, "
            "decline it in one friendly sentence and say what you can help with."
        )
