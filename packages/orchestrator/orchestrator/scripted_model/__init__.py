"""A model that says what it is told to, for tests and load tests: real HTTP, scripted answers.

`python -m orchestrator.scripted_model --port 0` serves it as a process; `ScriptedModel` on the
running event loop; `serve_in_thread` beside code that has none. What a request can ask for is told
in `script.py`.
"""

from orchestrator.scripted_model.script import BadScript, Script
from orchestrator.scripted_model.server import ScriptedModel
from orchestrator.scripted_model.threaded import serve_in_thread

__all__ = ["BadScript", "Script", "ScriptedModel", "serve_in_thread"]
