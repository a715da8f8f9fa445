"""Whoever opens a connection to the outside is listed with whom it speaks to.

An address that a tenant names is asked by `orchestrator.egress` alone, which checks it. All others
speak to addresses of the operator's settings, to whom a test names, or to ourselves.
"""

import ast

from tests.architecture.test_layers import modules

OPENS = {
    "AsyncAnthropic", "AsyncClient", "AsyncConnectionPool", "AsyncHTTPTransport", "AsyncOpenAI",
    "Client", "ClientSession", "ConnectionPool", "HTTPConnection", "HTTPSConnection",
    "HTTPTransport", "TCPConnector", "UnixConnector", "create_connection", "open_connection",
    "urlopen", "websocket_connect",
}  # fmt: skip
"""What makes a client or a connection, by its last name."""

GUARDED = {"orchestrator.egress.client": "whom a tenant names"}
OF_THE_OPERATORS_SETTINGS = {
    "orchestrator.llm.clients": "models of the installation and at providers' own addresses",
    "orchestrator.llm.endpoint": "the same, by our own reader",
    "orchestrator.channels.sending.senders": "the platforms' own addresses, pinned by settings",
    "orchestrator.channels.at_once": "the same",
    "orchestrator.channels.listening.listeners": "the same",
    "orchestrator.jobs.runner": "the same",
    "orchestrator.knowledge.finding": "the embedder of the installation",
    "orchestrator.tools.scripted": "the scripted service",
}
WHOM_A_TEST_NAMES = (
    "orchestrator.scripted_channel",
    "orchestrator.scripted_slack",
    "orchestrator.scripted_telegram",
    "orchestrator.scripted_whatsapp",
)
OURSELVES = ("konstruct",)


def test_only_the_listed_open_connections_to_the_outside() -> None:
    others = {
        f"{module} calls {name}: use orchestrator.egress, or list it with whom it speaks to"
        for module, name in opened()
        if module not in GUARDED | OF_THE_OPERATORS_SETTINGS
        and not module.startswith((*WHOM_A_TEST_NAMES, *OURSELVES))
    }
    assert others == set()


def test_the_guard_is_there_and_is_no_door_of_the_gateways() -> None:
    assert {module for module, _ in opened()} >= set(GUARDED)
    assert not [module for module, _ in opened() if module.startswith(("gateway", "shared"))]


def opened() -> set[tuple[str, str]]:
    """(module, what it calls) of every call that opens one."""
    return {
        (module, name)
        for module, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and (name := ast.unparse(node.func).rpartition(".")[2]) in OPENS
    }
