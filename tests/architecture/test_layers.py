"""What lives where: layers, SQL, Redis keys, model SDKs, and who may look past one tenant."""

import ast
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import get_args

import pytest
from shared import redis_keys
from shared.db.scopes import HousePurpose, SystemPurpose

from tests.support.servers import ROOT

PACKAGES = ROOT / "packages"

# Who opens a session that sees every tenant, what for, and why it must.
LOOKS_PAST_ONE_TENANT = {
    "shared.identity.standing": {"identity"},  # is a token's session, person, role still good
    "shared.identity.sessions": {"identity"},  # log-in, refresh, log-out know no tenant yet
    "shared.identity.own_account": {"identity"},  # a person is in several tenants, or in none
    "shared.identity.password_resets": {"identity"},
    "shared.identity.login_links": {"identity"},  # nor does who holds one of these
    "shared.identity.invitations": {"identity"},  # who holds a link is in no tenant yet
    "shared.api.rbac": {"platform_admin"},
    "shared.api.me": {"identity"},  # a person may be in several tenants
    "shared.api.tenants": {"identity"},
    "shared.channels.known_accounts": {"inbound"},  # whose account a platform's request is about
    "shared.secrets.verifying": {"verify"},  # a request is proved before its tenant is believed
    "shared.secrets.opening": {"secrets"},  # the application's role reads nothing that is sealed
    "shared.secrets.rotation": {"secrets"},
    "shared.channels.leases": {"lease"},  # a worker sends for every tenant
    "shared.jobs.queue": {"jobs"},  # and does the jobs of all
    "shared.conversations.handover": {"sweep"},  # a hold expires in whatever tenant it is
    "shared.conversations.waiting": {"sweep"},  # as do those wait whom nobody can answer
    "orchestrator.life.lease": {"lease"},  # a worker serves every tenant
    "orchestrator.life.sweep": {"sweep"},  # and nudges for every tenant
    "orchestrator.life.backlog": {"sweep"},  # what waits, of all tenants together, as figures
    "konstruct.doctor.channels": {"setup"},
    "konstruct.doctor.worker": {"lease", "sweep"},
    "konstruct.local_access": {"identity"},
    "konstruct.cli.channel": {"setup"},
    "konstruct.cli.agent": {"setup"},  # whoever runs the command holds the database's password
    "konstruct.cli.demo": {"setup"},
    "konstruct.cli.hello": {"setup"},
    "konstruct.cli.inbox": {"setup"},
    "konstruct.cli.key": {"setup"},
    "konstruct.cli.template": {"setup"},
    "konstruct.cli.tenant": {"setup"},
    "konstruct.cli.user": {"setup"},
    "konstruct.cli.wording": {"setup"},
    "konstruct.knowledge": {"setup"},  # a source is named by its id alone
}

# Who opens one that sees both sides of a conversation, for whole transactions of our own.
WORKS_FOR_THE_HOUSE: dict[str, set[str]] = {
    "shared.channels.connections": {"jobs"},  # what is wrong with an account is for its staff
    "shared.channels.cursors": {"listen"},  # whatever is told, before it is known of whom
    "shared.channels.deliveries": {"send"},  # what is sent, and where to
    "shared.channels.people": {"jobs"},  # who somebody is that wrote
    "shared.channels.renewing": {"jobs"},
    "shared.channels.reports": {"send"},  # what became of it, told by the platform
    "shared.channels.received_files": {"jobs"},  # what somebody sent, when it is fetched
    "shared.channels.verdicts": {"send"},
    "shared.channels.widget.asking": {"visit"},  # items for its staff
    "shared.channels.widget.repository": {"visit"},  # whose token it is, before anybody is known
    "shared.channels.widget.sessions": {"visit"},
    "shared.conversations.handover": {"hand_over", "reset"},  # items, and both sides' messages
    "shared.conversations.addresses": {"receive"},  # who has another address now
    "shared.conversations.receive": {"receive"},  # who wrote, and where from
    "shared.conversations.revisions": {"receive"},
    "shared.conversations.waiting": {"receive"},  # what was received and not answered
    "shared.conversations.turns.ending": {"outcome"},  # the answer, and what is sent of it
    "shared.conversations.turns.trying_again": {"outcome"},  # what is no outcome yet
    "konstruct.cli.key": {"jobs"},  # what waits for its staff goes with a key
    "shared.llm_keys.marking": {"jobs"},  # what is wrong with a key is for its staff
    "shared.runs.facts": {"tools"},  # what a tool did, and an item for staff where nobody knows
}

# Who opens one that sees what a tenant's staff keeps among itself.
SEES_WHAT_IS_THE_STAFFS = {"shared.api.dependencies"}  # who was let in as staff

# What reads for a person opens one that sees what is that person's own, and no other.
READS_FOR_A_PERSON = {
    "shared.conversations.catch_up",  # what a socket has missed
    "shared.api.chat",  # lists of one's chats
    "shared.api.rbac",  # the history of one's chat, over REST
}
AND_LETS_OTHERS_IN = {"shared.api.rbac"}

DOORS = {
    "system": {"SystemSession", "SystemScope", "enter_system"},
    "house": {"HouseSession", "HouseScope"},
    "staff": {"StaffSession", "StaffScope", "enter_staff"},
    "person": {"PersonSession", "PersonScope", "enter_person"},
    "tenant": {"TenantSession", "TenantScope", "enter_tenant"},
}
"""What opens each scope: a session, a transaction sent at once, a request that enters it."""

# Who else may write SQL, and why.
WRITES_SQL = {
    "gateway.health": "asks whether PostgreSQL answers",
    "konstruct.schema": "roles and the migrations' own table",
    "konstruct.devstack": "sets servers up, before there are tables",
}
SQL_LAYERS = (
    "shared.models",
    "shared.db",
    "shared.agents.counters",
    "shared.agents.model_chain",
    "shared.agents.repository",
    "shared.agents.version_repository",
    "shared.audit.record",
    "shared.channels.cursors",
    "shared.channels.deliveries",
    "shared.channels.leases",
    "shared.channels.received_files",
    "shared.channels.recipients",
    "shared.channels.repository",
    "shared.channels.reports",
    "shared.channels.verdicts",
    "shared.channels.widget.records",
    "shared.channels.widget.repository",
    "shared.attention.items",
    "shared.conversations.repository",
    "shared.conversations.catch_up",
    "shared.conversations.holding",
    "shared.conversations.in_bulk",
    "shared.conversations.addresses",
    "shared.conversations.contacts",
    "shared.conversations.inbound",
    "shared.conversations.inbound_events",
    "shared.conversations.outcomes",
    "shared.conversations.predicates",
    "shared.conversations.interrupting",
    "shared.conversations.said_before",
    "shared.conversations.speaking",
    "shared.conversations.turns",
    "shared.conversations.unanswered",
    "shared.conversations.wording",
    "shared.conversations.writing",
    "shared.grounding",
    "shared.housekeeping",
    "shared.identity.in_bulk",
    "shared.identity.invitation_repository",
    "shared.identity.repository",
    "shared.identity.standing",
    "shared.jobs.queue",
    "shared.knowledge.embeddings",
    "shared.knowledge.gaps",
    "shared.knowledge.indexing",
    "shared.knowledge.lexemes",
    "shared.knowledge.outline",
    "shared.knowledge.repository",
    "shared.knowledge.search",
    "shared.knowledge.trial_repository",
    "shared.llm_keys.repository",
    "shared.runs.bursts",
    "shared.runs.facts",
    "shared.runs.leases",
    "shared.runs.predicates",
    "shared.runs.queue",
    "shared.runs.steps",
    "shared.runs.resuming",
    "shared.runs.sweep",
    "shared.runs.writing",
    "shared.secrets.repository",
    "shared.tenants.hours_repository",
    "shared.tenants.quota_repository",
    "shared.tenants.repository",
)
SESSIONS = {
    "TenantSession", "StaffSession", "PersonSession", "HouseSession", "SystemSession",
    "WithinTenant", "AcrossTenants", "AnySession",
}  # fmt: skip
NO_SQL = {"sqlalchemy.exc", "sqlalchemy.orm.exc"}
"""What others may import of SQLAlchemy: errors."""


@lru_cache(maxsize=1)
def modules() -> dict[str, ast.Module]:
    """Every module of the product, by name."""
    found = {}
    for package in ("shared", "gateway", "orchestrator", "konstruct"):
        base = PACKAGES / package
        for path in sorted((base / package).rglob("*.py")):
            name = ".".join(path.relative_to(base).with_suffix("").parts).removesuffix(".__init__")
            found[name] = ast.parse(path.read_text(), str(path))
    return found


def within(module: str, places: tuple[str, ...] | dict[str, str]) -> bool:
    return any(module == place or module.startswith(f"{place}.") for place in places)


def imported(tree: ast.Module) -> Iterator[tuple[str, list[str]]]:
    """(module, names) of every import, wherever it stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, []) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "", [alias.name for alias in node.names]


def test_the_layers_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def openings(scope: str) -> dict[str, set[str | None]]:
    """Where this scope is opened, and what for where it says so."""
    found: dict[str, set[str | None]] = {}
    for module, tree in modules().items():
        if module.startswith("shared.db."):
            continue
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            called = node.func
            name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
            if name in DOORS[scope]:
                literals = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
                found.setdefault(module, set()).add(literals[-1] if literals else None)
    return found


def test_only_the_listed_look_past_one_tenant_and_say_what_for() -> None:
    assert openings("system") == LOOKS_PAST_ONE_TENANT


def test_every_purpose_is_one_of_the_declared_and_all_are_used() -> None:
    used = {purpose for purposes in openings("system").values() for purpose in purposes}
    assert used == set(get_args(SystemPurpose))


def test_only_the_listed_see_both_sides_of_a_conversation_and_say_what_for() -> None:
    assert openings("house") == WORKS_FOR_THE_HOUSE
    purposes = [purpose for named in WORKS_FOR_THE_HOUSE.values() for purpose in named]
    assert set(purposes) <= set(get_args(HousePurpose))


def test_only_the_listed_see_what_is_the_staffs() -> None:
    assert set(openings("staff")) == SEES_WHAT_IS_THE_STAFFS


def test_what_reads_for_a_person_sees_what_is_theirs_and_no_more() -> None:
    assert set(openings("person")) == READS_FOR_A_PERSON
    for scope in ("tenant", "staff", "house", "system"):
        assert set(openings(scope)) & READS_FOR_A_PERSON <= AND_LETS_OTHERS_IN, scope


def test_scopes_are_chosen_by_what_opens_them_and_by_nobody_else() -> None:
    """A name of `shared.db.scopes` that is imported is called there, or is a type of the doors."""
    for module, tree in modules().items():
        if not module.startswith("shared.db"):
            for origin, names in imported(tree):
                if origin == "shared.db.scopes":
                    known = {name for doors in DOORS.values() for name in doors}
                    assert set(names) <= known | {"SYSTEM_ROLE"}, module


def test_a_session_is_always_of_a_type_that_says_its_power() -> None:
    """A bare one may be anybody's. mypy holds callers to what is said here."""
    bare = {"AsyncConnection", "AsyncSession", "Connection", "Session"}
    reads_the_catalogue_before_there_are_rows = {"shared.models.schema", "konstruct.schema"}
    wrong = []
    for module, tree in modules().items():
        if module.startswith("shared.db.") or module in reads_the_catalogue_before_there_are_rows:
            continue
        for origin, names in imported(tree):
            if origin.startswith("sqlalchemy") and bare & set(names):
                wrong.append(f"{module} imports {names} from {origin}")
        wrong += [
            f"{module}.{function} takes a session of type {kind or 'any'}"
            for function, kind in sessions_taken(tree)
            if within(module, SQL_LAYERS) and not set(kind.split(" | ")) <= SESSIONS
        ]
    assert wrong == []


def sessions_taken(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """(function, its session's type) of every function that takes one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for argument in node.args.args + node.args.kwonlyargs:
                if argument.arg == "session":
                    yield node.name, ast.unparse(argument.annotation) if argument.annotation else ""


def test_nobody_else_becomes_the_system_role_or_turns_the_wall_off() -> None:
    """The role's name and the option that chooses it stay within shared.db and its set-up."""
    allowed = {"shared.db.rls", "shared.db.roles", "shared.db.engine", "shared.db.sessions",
               "shared.db.pipelined", "shared.db.scopes",
               "konstruct.schema", "konstruct.devstack.stack"}  # fmt: skip
    for module, tree in modules().items():
        if module in allowed:
            continue
        for text in strings(tree):
            assert "set role" not in text.lower(), module
            assert "row_security" not in text, module
            assert not re.search(r"set_config\(\s*'?(role|app)\b", text), module
            assert not re.search(r"\bapp\.(current_tenant|person|staff|house)\b", text), module
        for origin, names in imported(tree):
            if origin == "shared.db.rls":
                assert "SCOPE_OPTION" not in names, module


def test_sql_is_written_where_it_is_listed_alone() -> None:
    wrong = []
    for module, tree in modules().items():
        if within(module, SQL_LAYERS) or within(module, WRITES_SQL):
            continue
        for origin, names in imported(tree):
            if origin.split(".")[0] == "sqlalchemy" and origin not in NO_SQL:
                wrong.append(f"{module} imports {origin} {names}")
        wrong += [f"{module}: {text[:40]!r}" for text in strings(tree) if looks_like_sql(text)]
    assert wrong == []


def looks_like_sql(text: str) -> bool:
    words = text.split()
    return len(words) > 2 and (
        (words[0] == "SELECT" and "FROM" in words)
        or (words[0] == "UPDATE" and "SET" in words)
        or words[:2] in (["INSERT", "INTO"], ["DELETE", "FROM"])
    )


def test_redis_keys_are_spelled_in_redis_keys_alone() -> None:
    kinds = set()
    for name, function in vars(redis_keys).items():
        if inspect.isfunction(function) and name.endswith("_key"):
            made = function(*["x" for _ in inspect.signature(function).parameters])
            kinds.add(":".join(made.split(":")[1:3]) if made.startswith("x:") else "platform:")
    assert len(kinds) >= 4
    wrong = [
        f"{module}: {text!r}"
        for module, tree in modules().items()
        if module != "shared.redis_keys"
        for text in strings(tree)
        if any(kind in text for kind in kinds)
    ]
    assert wrong == []


def strings(tree: ast.Module) -> Iterator[str]:
    """Every string but documentation, the fixed parts of f-strings included."""
    documentation = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in documentation:
            yield node.value


def test_the_doors_for_scripts_are_used_by_nothing_of_ours() -> None:
    """What agents say goes by `orchestrator.channels` and its deliveries."""
    doors = {"_send_response", "_build_response_extras"}
    called = [
        module
        for module, tree in modules().items()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Name) and node.id in doors)
        or (isinstance(node, ast.Attribute) and node.attr in doors)
        or (isinstance(node, ast.ImportFrom) and doors & {alias.name for alias in node.names})
    ]
    assert called == []


SAYS_WEB = re.compile(r"\w+\.channels\.web(\W|_|$)|.*\.channels\.registry$|shared\.models\.")


def test_whether_it_is_the_web_chat_is_asked_in_its_own_rooms_alone() -> None:
    asked = [
        module
        for module, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr == "WEB"
        and isinstance(node.value, ast.Name)
        and node.value.id == "ChannelType"
        and not SAYS_WEB.match(module)
        and module not in STILL_SAY_WEB
    ]
    assert asked == []


STILL_SAY_WEB = {
    "orchestrator.tasks": "its door for scripts publishes",
}


def test_tasks_are_sync() -> None:
    """Celery never awaits what an `async def` task gives back."""
    tasks = [
        node
        for tree in modules().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and any("app.task" in ast.unparse(decorator) for decorator in node.decorator_list)
    ]
    assert "handle_message" in {task.name for task in tasks}
    assert [task.name for task in tasks if isinstance(task, ast.AsyncFunctionDef)] == []


@pytest.mark.parametrize("word", ["utils", "helpers", "common", "manager", "misc"])
def test_no_module_is_a_drawer(word: str) -> None:
    tests = [path.stem for path in (ROOT / "tests").rglob("*.py")]
    names = [part for module in modules() for part in module.split(".")] + tests
    assert not [name for name in names if word in name.split("_")]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("packages/shared/shared/models/chat.py", "class WebConversation"),
        ("packages/gateway/gateway/channels/web.py", "async def chat_websocket"),
        ("packages/gateway/gateway/channels/web.py", "handle_message.delay"),
        ("packages/gateway/gateway/channels/web.py", "webchat_response_key"),
        ("packages/orchestrator/orchestrator/tasks.py", "webchat_response_key"),
        ("packages/shared/shared/api/chat.py", "require_tenant_member"),
        ("migrations/versions/008_web_chat.py", "web_conversations"),
        ("tests/unit/test_web_channel.py", "test_normalize_web_event"),
        ("tests/unit/test_chat_api.py", "test_chat_rbac_enforcement"),
    ],
)
def test_what_others_look_for_is_where_they_look(path: str, text: str) -> None:
    assert text in (ROOT / path).read_text()


MOST_LINES = 350
GENERATED = {"portal/src/wire/schema.ts"}


def test_no_file_is_more_than_one_room() -> None:
    """Of the product and of what tests share; the page's tests hold the page to it, too."""
    sizes = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines())
        for folder in ("packages", "portal/src", "tests/support")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".ts", ".tsx") and "node_modules" not in path.parts
    }
    assert {name: size for name, size in sizes.items() if size >= MOST_LINES}.keys() <= GENERATED
