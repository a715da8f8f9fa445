"""An outside service that an employee's tools act on, for tests and development: real HTTP, real
faults.

`python -m orchestrator.scripted_service --port 0` serves it as a process; `ScriptedService` on the
running event loop. It can be asked what it did, so that a test counts effects where they are.
"""

from orchestrator.scripted_service.server import Fault, ScriptedService

__all__ = ["Fault", "ScriptedService"]
