"""WhatsApp on this machine: Meta's Graph API and webhooks, for tests and development.

People write to numbers and it delivers signed webhooks; it takes messages, tells what became of
them, keeps the 24-hour window, and fails with Meta's codes. docs/scripted-whatsapp.md is its page.
`python -m orchestrator.scripted_whatsapp --port 0` serves it as a process; `ScriptedWhatsApp` on
the running event loop. It shares no code with the adapter that speaks to it.
"""

from orchestrator.scripted_channel.faults import Fault
from orchestrator.scripted_channel.webhooks import How
from orchestrator.scripted_whatsapp.apps import App, sign
from orchestrator.scripted_whatsapp.numbers import Number, Received
from orchestrator.scripted_whatsapp.people import Person
from orchestrator.scripted_whatsapp.server import ScriptedWhatsApp

__all__ = ["App", "Fault", "How", "Number", "Person", "Received", "ScriptedWhatsApp", "sign"]
