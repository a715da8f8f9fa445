"""A model that says what a script tells it to, for tests and load tests: real HTTP, scripted
answers.

`python -m orchestrator.scripted_model --port 0` serves it as a process, `ScriptedModel` on the
running event loop, `serve_in_thread` beside synchronous code. `script.py` documents the script.
"""

from orchestrator.scripted_model.script import BadScript, Script
from orchestrator.scripted_model.server import ScriptedModel
from orchestrator.scripted_model.threaded import serve_in_thread

__all__ = ["BadScript", "Script", "ScriptedModel", "serve_in_thread"]
