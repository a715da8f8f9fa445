"""What we reach into of libraries that promise nothing about it: listed, still there, still used.

An upgrade that takes one of these away fails here, with the reason it was wanted, and not in an
installation. `~=` in the packages' metadata keeps others from installing a version we have not
looked at. What the reverse sees are names with an underscore; that a public name is no interface is
for people to say, and for the rows of uvicorn's protocols, whose every inherited name is compared.
"""

import ast
import importlib
import inspect
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from types import ModuleType
from typing import Any

import orjson
import pytest
from kombu import Connection
from packaging.requirements import Requirement
from shared.runs.nudges import Task, pack, unpack

from tests.architecture.test_layers import modules
from tests.support.servers import ROOT

STDLIB = "python"
FULL_NAMES = {"os._exit"}
"""With an underscore, and documented all the same."""


@dataclass(frozen=True)
class Reach:
    """`owner` is `module` or `module:Class` of the library `of`; we take `names` of it."""

    module: str
    of: str
    owner: str
    names: tuple[str, ...]
    why: str
    without: str


REACHES = (
    Reach(
        "shared.db.connection_room",
        "sqlalchemy",
        "sqlalchemy.pool:AsyncAdaptedQueuePool",
        ("_do_get", "_max_overflow", "_pool", "_timeout"),
        "a pool in which whoever came first is served first",
        "under load the one who gave a connection back takes it again and the others time out",
    ),
    Reach(
        "shared.db.connection_room",
        "sqlalchemy",
        "sqlalchemy.util.queue",
        ("Empty",),
        "waiting for a connection of ours while PostgreSQL has no room for another",
        "the first in line is told an error instead of waiting",
    ),
    Reach(
        "shared.db.pipelined",
        "psycopg",
        "psycopg.pq:PGconn",
        (
            "consume_input",
            "enter_pipeline_mode",
            "exit_pipeline_mode",
            "flush",
            "get_result",
            "is_busy",
            "pipeline_sync",
            "send_prepare",
            "send_query_prepared",
            "socket",
        ),
        "a transaction in one round trip and without psycopg's cursors",
        "a message costs a round trip and 0.4 ms of CPU for each of its statements",
    ),
    Reach(
        "shared.db.pipelined",
        "psycopg",
        "psycopg.adapt:Transformer",
        ("load_rows", "set_pgresult"),
        "rows as psycopg's cursors would read them",
        "each type would have to be read by us",
    ),
    Reach(
        "shared.db.pipelined",
        "psycopg",
        "psycopg.errors",
        ("error_from_result",),
        "the error a cursor would raise",
        "whoever waits cannot tell a lost connection from a wrong statement",
    ),
    Reach(
        "shared.spelling",
        "email-validator",
        "email_validator",
        ("SPECIAL_USE_DOMAIN_NAMES",),
        "addresses of inner domains (.local, .test) are allowed; no mail is sent",
        "people of such a company cannot log in",
    ),
    Reach(
        "shared.valkey.client",
        "redis",
        "redis.asyncio:BlockingConnectionPool",
        ("_condition", "_in_use_connections"),
        "how full the pool is, as figures",
        "the figures are gone; nothing else",
    ),
    Reach(
        "shared.valkey.client",
        STDLIB,
        "asyncio:Condition",
        ("_waiters",),
        "how many wait for a connection to Valkey, as a figure",
        "the figure is gone; nothing else",
    ),
    Reach(
        "orchestrator.llm.reader",
        "aiohttp",
        "aiohttp:StreamReader",
        ("_read_nowait",),
        "what a model had said before its connection broke",
        "the end of a broken answer is lost",
    ),
    Reach(
        "orchestrator.llm.reader",
        "aiohttp",
        "aiohttp.connector:Connection",
        ("protocol",),
        "reading is paused between two looks, so that the kernel gathers a model's tokens",
        "a token costs the worker's loop a turn of its own",
    ),
    Reach(
        "orchestrator.llm.clients",
        "openai",
        "openai.resources.chat.completions:AsyncCompletions",
        ("_client",),
        "the SDK's streams are read by our own reader",
        "a token costs ten times the CPU, and odd endpoints are not understood",
    ),
    Reach(
        "gateway.uvicorn_protocols.http",
        "uvicorn",
        "uvicorn.protocols.http.httptools_impl:HttpToolsProtocol",
        (
            "client",
            "connection_lost",
            "connection_made",
            "cycle",
            "data_received",
            "flow",
            "handle_websocket_upgrade",
            "headers",
            "loop",
            "on_headers_complete",
            "on_message_begin",
            "on_message_complete",
            "on_response_complete",
            "parser",
            "pause_writing",
            "pipeline",
            "scope",
            "send_400_response",
            "transport",
        ),
        "every request comes to its end, and has the size of one",
        "who sends slowly or takes nothing holds a connection for ever",
    ),
    Reach(
        "gateway.uvicorn_protocols.websocket",
        "uvicorn",
        "uvicorn.protocols.websockets.websockets_sansio_impl:WebSocketsSansIOProtocol",
        (
            "close_sent",
            "conn",
            "connection_lost",
            "data_received",
            "disconnected",
            "frames",
            "handle_connect",
            "handle_cont",
            "handle_ping",
            "handshake_complete",
            "handshake_initiated",
            "loop",
            "on_task_complete",
            "pause_writing",
            "queue",
            "read_paused",
            "request",
            "response",
            "resume_writing",
            "scope",
            "send",
            "transport",
            "writable",
        ),
        "frames are written at once, and a message in pieces comes to its end",
        "each frame costs a task; who sends pieces for ever fills the memory",
    ),
    Reach(
        "gateway.uvicorn_protocols.websocket",
        "websockets",
        "websockets.protocol:Protocol",
        ("data_to_send", "debug", "fail", "reader", "state"),
        "whether a frame is begun, whether the socket is open, and that nothing said is logged",
        "half a frame is no sign of life any more; under DEBUG the log holds what people say",
    ),
    Reach(
        "gateway.uvicorn_protocols.websocket",
        "websockets",
        "websockets.streams:StreamReader",
        ("buffer",),
        "whether a frame has begun and not come to its end",
        "half a frame may be held for ever",
    ),
    Reach(
        "gateway.server",
        "uvicorn",
        "uvicorn:Server",
        ("handle_exit", "should_exit"),
        "every socket is told to reconnect before the server stops",
        "all sockets are cut off without a word",
    ),
)


def test_what_we_reach_for_is_there() -> None:
    missing = [
        f"{reach.owner} has no {name} ({reach.module}: {reach.why}; else {reach.without})"
        for reach in REACHES
        for name in reach.names
        if not _has(reach.owner, name)
    ]
    assert missing == []


def test_what_is_listed_is_still_reached_for() -> None:
    idle = [
        f"{reach.module} has nothing of {name}: take it off the list"
        for reach in REACHES
        for name in reach.names
        if name not in _named_in(modules()[reach.module])
    ]
    assert idle == []


def test_no_private_name_of_a_library_is_reached_for_unlisted() -> None:
    listed = {(reach.module, name) for reach in REACHES for name in reach.names}
    found = {(module, name) for module, tree in modules().items() for name in _private(tree)}
    found |= set(_overridden())
    own = _defined_anywhere()
    unlisted = {
        f"{module} reaches for {name}: list it with why, and what happens without it"
        for module, name in found - listed
        if name not in own[module]
    }
    assert unlisted == set()


@pytest.mark.parametrize(
    ("module", "ours"), [("http", "BoundedHttp"), ("websocket", "BoundedWebSocket")]
)
def test_every_name_taken_from_uvicorns_protocols_is_listed(module: str, ours: str) -> None:
    (cls,) = [
        node
        for node in modules()[f"gateway.uvicorn_protocols.{module}"].body
        if isinstance(node, ast.ClassDef) and node.name == ours
    ]
    (reach,) = [
        reach
        for reach in REACHES
        if reach.of == "uvicorn" and reach.module == f"gateway.uvicorn_protocols.{module}"
    ]
    functions = {node.name for node in cls.body if isinstance(node, _FUNCTIONS)}
    fields = {
        target.id for node in cls.body for target in _targets(node) if isinstance(target, ast.Name)
    }
    used = {
        node.attr
        for node in ast.walk(cls)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) in ("self", "super()")
    }
    base = _resolved(reach.owner)
    taken = (used - functions - fields) | {name for name in functions if hasattr(base, name)}
    assert {name for name in taken if not name.startswith("__")} == set(reach.names)


def test_kombu_reads_the_envelope_we_pack_and_we_read_kombus() -> None:
    """With Celery itself on a real broker: tests/integration/test_broker.py."""
    task = Task("orchestrator.handle_message", [{"id": "1"}], {})
    with Connection("memory://").channel() as channel:
        read = channel.Message(orjson.loads(pack(task)), channel=channel)
        assert read.payload[:2] == [task.args, task.kwargs]
        assert (read.headers["task"], read.content_type) == (task.name, "application/json")
        assert read.delivery_tag

        body = orjson.dumps([[], {"a": 1}, {}]).decode()
        packed = channel.prepare_message(body, 0, read.content_type, "utf-8", {"task": "x"}, {})
        packed["body"], _ = channel.encode_body(packed["body"], channel.body_encoding)
        assert unpack(orjson.dumps(packed)) == Task("x", [], {"a": 1})


def test_metadata_bounds_what_we_reach_into_and_the_locks_are_within() -> None:
    borrowed = {reach.of for reach in REACHES} - {STDLIB} | {"celery", "kombu"}
    bounds: dict[str, list[Requirement]] = {}
    for path in ROOT.glob("packages/*/pyproject.toml"):
        for line in tomllib.loads(path.read_text())["project"]["dependencies"]:
            requirement = Requirement(line)
            bounds.setdefault(requirement.name, []).append(requirement)
    unbounded = sorted(
        str(requirement)
        for name in borrowed
        for requirement in bounds.get(name, [Requirement(name)])
        if not any(specifier.operator == "~=" for specifier in requirement.specifier)
    )
    assert unbounded == []
    locked = dict(
        re.findall(r"^([\w.-]+)==([\w.]+)", (ROOT / "requirements.lock").read_text(), re.M)
    )
    for name in borrowed:
        for requirement in bounds[name]:
            assert requirement.specifier.contains(locked[name]), requirement
            assert requirement.specifier.contains(version(name)), requirement


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def _resolved(owner: str) -> Any:
    module, _, name = owner.partition(":")
    found: Any = importlib.import_module(module)
    return getattr(found, name) if name else found


def _has(owner: str, name: str) -> bool:
    """Also for what an object gets when it is made, which its class does not show."""
    found = _resolved(owner)
    if hasattr(found, name):
        return True
    if not inspect.isclass(found):
        return False
    for cls in found.__mro__[:-1]:
        if name in getattr(cls, "__annotations__", {}):
            return True
        try:
            source = inspect.getsource(cls)
        except (OSError, TypeError):
            continue
        if re.search(rf"\bself\.{re.escape(name)}\b\s*(:[^=\n]+)?=[^=]", source):
            return True
    return False


def _named_in(tree: ast.Module) -> set[str]:
    names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    names |= {node.name for node in ast.walk(tree) if isinstance(node, _FUNCTIONS)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names |= {alias.name for alias in node.names}
    return names


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def _private(tree: ast.Module) -> Iterator[str]:
    """Private names that are taken of something, and those imported."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and _is_private(node.attr):
            if ast.unparse(node) not in FULL_NAMES:
                yield node.attr
        elif isinstance(node, ast.ImportFrom):
            yield from filter(_is_private, (node.module or "").split("."))
            yield from (alias.name for alias in node.names if _is_private(alias.name))
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("getattr", "setattr"):
            name = node.args[1]
            if isinstance(name, ast.Constant) and _is_private(str(name.value)):
                yield str(name.value)


def _defined(tree: ast.Module) -> set[str]:
    """What a module defines: functions, fields, attributes it sets, and its classes' slots."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            if ast.unparse(node.value) == "self":
                names.add(node.attr)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return names


def _defined_anywhere() -> dict[str, set[str]]:
    """What is our own in each module: what it defines, and what those it imports from us do."""
    defined = {module: _defined(tree) for module, tree in modules().items()}
    own: dict[str, set[str]] = {}
    for module, tree in modules().items():
        own[module] = set(defined[module])
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module in defined:
                own[module] |= defined[node.module]
    return own


def _overridden() -> Iterator[tuple[str, str]]:
    """Private methods and fields of a foreign class that one of ours puts its own in place of."""
    for module, tree in modules().items():
        if not any(isinstance(node, ast.ClassDef) and node.bases for node in tree.body):
            continue
        loaded = _loaded(module)
        for node in tree.body:
            cls = getattr(loaded, node.name, None) if isinstance(node, ast.ClassDef) else None
            if not inspect.isclass(cls) or not isinstance(node, ast.ClassDef):
                continue
            foreign = [base for base in cls.__mro__[1:] if not _is_ours(base.__module__)]
            for name in _fields(node):
                if any(name in vars(base) for base in foreign):
                    yield module, name


def _fields(cls: ast.ClassDef) -> Iterator[str]:
    for node in cls.body:
        if isinstance(node, _FUNCTIONS) and _is_private(node.name):
            yield node.name
        for target in _targets(node):
            if isinstance(target, ast.Name) and _is_private(target.id):
                yield target.id


def _targets(node: ast.stmt) -> list[ast.expr]:
    if isinstance(node, ast.Assign):
        return node.targets
    return [node.target] if isinstance(node, ast.AnnAssign) else []


def _loaded(module: str) -> ModuleType | None:
    return sys.modules.get(module) or importlib.import_module(module)


def _is_ours(module: str) -> bool:
    return module.split(".", maxsplit=1)[0] in {"shared", "gateway", "orchestrator", "konstruct"}
