"""`konstruct key`: a business's own keys to language models."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from konstruct.cli.epilog import examples
from konstruct.cli.installation import (
    DEFAULT_DATA_DIR,
    REDIS,
    DataDirOption,
    JsonOption,
    attach_to_database,
)
from konstruct.cli.output import Row, print_json, print_rows, tell
from konstruct.cli.running import run

if TYPE_CHECKING:
    from shared.llm_keys.given import Given
    from shared.models import LlmKey

app = typer.Typer(
    help="Keys to language models that a business brings itself: add, test, list, remove.",
    no_args_is_help=True,
)

WAIT_S = 30.0
KeyArgument = Annotated[UUID, typer.Argument(metavar="ID", help="The key, as `list` shows it.")]
CLOSING = ("Exit codes: 0 it works; 1 it does not, and the sentence says why; 2 wrong usage.",)


@app.command(
    epilog=examples(
        "konstruct key add --tenant acme",
        "konstruct key add --tenant acme --json < key.txt",
        "konstruct key add --tenant acme --from-env OPENAI_API_KEY --employee Ada",
        "konstruct key add --tenant acme --address https://llm.acme.com/v1 --model qwen3",
        "konstruct key add --tenant acme --local ollama",
        closing=CLOSING,
    )
)
def add(
    tenant: Annotated[str, typer.Option(help="The tenant: slug or id.")],
    address: Annotated[
        str | None, typer.Option(help="Of an OpenAI-compatible server; its key is asked for.")
    ] = None,
    local: Annotated[
        str | None, typer.Option(help="A server on the worker's machine: ollama, vllm, lmstudio.")
    ] = None,
    from_env: Annotated[
        str | None, typer.Option(metavar="VARIABLE", help="The variable that has the key.")
    ] = None,
    provider: Annotated[
        str | None, typer.Option(help="Whose key it is, where its form does not say.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="What it is called in lists.")] = None,
    model: Annotated[str | None, typer.Option(help="The model; else a usual one is taken.")] = None,
    employee: Annotated[
        str | None, typer.Option(help="Have it answer for this employee alone.")
    ] = None,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """Keep a key and have a worker test it. The first that works answers from then on.

    The key is read from standard input, from the variable of --from-env, or asked for. It never
    stands on the command line, where others on this machine could read it.
    """
    from shared.llm_keys import given as pasted

    if address is not None and local is not None:
        raise typer.BadParameter("Give --address or --local, not both.")
    if local is not None:
        given = pasted.local(local)
    else:
        secret = _secret(from_env, needed=address is None)
        given = (
            pasted.read(secret or "", provider=provider)
            if address is None
            else pasted.read(address, key=secret)
        )
    attach_to_database(data_dir, REDIS)
    _say(run(_add(tenant, given, name, model, employee)), as_json=as_json)


@app.command("list", epilog=examples("konstruct key list --tenant acme --json"))
def list_(
    tenant: Annotated[str, typer.Option(help="The tenant: slug or id.")],
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """List a tenant's keys, oldest first. What is shown of a key is its last four characters."""
    attach_to_database(data_dir)
    rows = run(_list(tenant))
    columns = ("id", "name", "last4", "model", "state", "answers")
    print_rows(rows, columns, as_json=as_json)


@app.command(
    "test",
    epilog=examples("konstruct key test 7a1f9d0e-5b7c-4f0e-9f49-0d6a1f4b2c11", closing=CLOSING),
)
def try_(
    key: KeyArgument, data_dir: DataDirOption = Path(DEFAULT_DATA_DIR), as_json: JsonOption = False
) -> None:
    """Have a worker ask its provider now."""
    attach_to_database(data_dir, REDIS)
    _say(run(_test(key)), as_json=as_json)


@app.command(epilog=examples("konstruct key remove 7a1f9d0e-5b7c-4f0e-9f49-0d6a1f4b2c11"))
def remove(
    key: KeyArgument, data_dir: DataDirOption = Path(DEFAULT_DATA_DIR), as_json: JsonOption = False
) -> None:
    """Forget a key. Employees that had it have the business's default again."""
    attach_to_database(data_dir, REDIS)
    run(_remove(key))
    if as_json:
        print_json({"id": key, "removed": True})
    else:
        tell("It is forgotten.")


def shown(key: "LlmKey") -> Row:
    """The key as JSON for scripts, without the key."""
    from shared.llm_keys.states import SENTENCES

    return {
        "id": key.id,
        "tenant_id": key.tenant_id,
        "name": key.name,
        "provider": key.provider,
        "base_url": key.base_url,
        "last4": key.last4,
        "key_id": key.sealed_to,
        "model": key.model,
        "state": key.state,
        "sentence": SENTENCES[key.state],  # type: ignore[index]
        "tested_at": key.tested_at,
        "used_at": key.used_at,
    }


def _secret(variable: str | None, *, needed: bool) -> str | None:
    """The key, or None where none is needed and none is there."""
    if variable is not None:
        value = os.environ.get(variable)
        if not value:
            raise typer.BadParameter(f"the variable {variable} is not set.")
        return value
    if sys.stdin.isatty():
        asked: str = typer.prompt(
            "Key" if needed else "Its key (Enter for none)", hide_input=True, err=True, default=""
        )
        return asked or None
    return sys.stdin.readline().strip() or None


def _say(key: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(key)
    else:
        tell(f"{key['name']} ({key['id']}): {key['sentence']}")
        if key["model"] and key["state"] == "ok":
            tell(f"The model is {key['model']}.")
    if key["state"] != "ok":
        raise typer.Exit(1)


async def _add(
    tenant: str, given: "Given", name: str | None, model: str | None, employee: str | None
) -> dict[str, Any]:
    from shared.agents import rules as agents
    from shared.db import SystemSession, TenantSession
    from shared.errors import NotFound
    from shared.llm_keys import rules
    from shared.tenants.rules import find_tenant

    async with SystemSession("setup") as session, session.transaction():
        tenant_id = (await find_tenant(session, tenant)).id
    async with TenantSession(tenant_id) as own, own.transaction():
        agent = await agents.find_by_name(own, tenant_id, employee) if employee else None
        if employee and agent is None:
            raise NotFound(f"This tenant has no employee called {employee!r}.")
        key, job_id = await rules.add(
            own, tenant_id, given, by=rules.By("command"), name=name, model=model
        )
        if agent is not None:
            await agents.choose_key(own, tenant_id, agent.id, key.id)
    return await _tested(tenant_id, key.id, job_id)


async def _list(tenant: str) -> list[Row]:
    from shared.db import SystemSession
    from shared.llm_keys import rules
    from shared.tenants.rules import find_tenant

    async with SystemSession("setup") as session, session.transaction():
        tenant_id = (await find_tenant(session, tenant)).id
        keys = await rules.list_keys(session, tenant_id)
        chosen = await rules.settings_of(session, tenant_id)
        own = list((await rules.choosers(session, tenant_id)).values())
    answers = {chosen.default_key_id: "default", chosen.fallback_key_id: "fallback"}
    return [
        {**shown(key), "answers": answers.get(key.id), "employees": own.count(key.id)}
        for key in keys
    ]


async def _test(key_id: UUID) -> dict[str, Any]:
    from shared.db import TenantSession
    from shared.llm_keys import rules

    tenant_id = await _tenant_of(key_id)
    async with TenantSession(tenant_id) as own, own.transaction():
        job_id = await rules.ask_for_test(own, await rules.find(own, tenant_id, key_id))
    return await _tested(tenant_id, key_id, job_id)


async def _remove(key_id: UUID) -> None:
    from shared.db import HouseSession
    from shared.llm_keys import rules

    tenant_id = await _tenant_of(key_id)
    async with HouseSession(tenant_id, "jobs") as own, own.transaction():
        key = await rules.find(own, tenant_id, key_id)
        await rules.remove(own, key, by=rules.By("command"))


async def _tenant_of(key_id: UUID) -> UUID:
    from shared.db import SystemSession
    from shared.llm_keys import rules

    async with SystemSession("setup") as session, session.transaction():
        return await rules.tenant_of(session, key_id)


async def _tested(tenant_id: UUID, key_id: UUID, job_id: UUID) -> dict[str, Any]:
    """The key after its test. Raises Unavailable if no worker does it."""
    from shared.db import TenantSession
    from shared.errors import Unavailable
    from shared.jobs.waiting import done_within
    from shared.llm_keys import rules

    if await done_within(tenant_id, job_id, WAIT_S) is None:
        raise Unavailable(
            f"It is kept ({key_id}), but no worker has tested it within {WAIT_S:.0f} s. It is "
            "tested when one runs; `konstruct key list` shows the state."
        )
    async with TenantSession(tenant_id) as own, own.transaction():
        return dict(shown(await rules.find(own, tenant_id, key_id)))
