"""`konstruct chat`: talk to an agent from the terminal, over the same WebSocket as a browser."""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from konstruct.cli.epilog import examples
from konstruct.cli.installation import (
    DEFAULT_DATA_DIR,
    SIGNING_KEY,
    DataDirOption,
    attach_to_database,
)
from konstruct.cli.running import run

if TYPE_CHECKING:
    from uuid import UUID

    from konstruct.chat.client import ChatClient
    from konstruct.chat.talk import Talk
    from konstruct.chat.terminal import Terminal
    from konstruct.identity import Identity
    from konstruct.portal import Portal, SignIn

DEMO_OPERATOR = "operator@demo.konstruct.example"
TOKEN_TTL_S = 24 * 3600
INTERACTIVE_GIVE_UP_S = 900.0


def register(app: typer.Typer) -> None:
    app.command(
        epilog=examples(
            "konstruct chat --agent Ada 'What can you do for me?'",
            "konstruct chat --agent Ada",
            "konstruct chat --agent Ada --email eva@acme.com --tenant acme < questions.txt",
            "KONSTRUCT_PASSWORD=… konstruct chat --url https://chat.acme.com \\",
            "    --email eva@acme.com --agent Ada 'Hello'",
            closing=(
                "Without TEXT it is a conversation; /stop, /retry, /reset, /help and /quit "
                "are its commands.",
                "The answer goes to standard output, everything else to standard error. "
                "From a pipe, each line is finished before the next one or command begins. "
                "Exit codes: 0 every answer is complete; 1 one failed, was stopped or refused.",
            ),
        )
    )(chat)


def chat(
    agent: Annotated[str, typer.Option(help="With whom: the agent's name.")],
    text: Annotated[
        str | None, typer.Argument(show_default=False, help="What to say; then it ends.")
    ] = None,
    email: Annotated[
        str, typer.Option(help="Who you are; on another machine, with a password.")
    ] = DEMO_OPERATOR,
    tenant: Annotated[
        str | None, typer.Option(help="In which tenant: slug or id (your first).")
    ] = None,
    url: Annotated[
        str | None, typer.Option(help="The gateway (that of the data directory's `konstruct up`).")
    ] = None,
    token: Annotated[
        str | None,
        typer.Option(envvar="KONSTRUCT_TOKEN", help="An access token, instead of a log-in."),
    ] = None,
    history: Annotated[
        int, typer.Option(min=0, max=200, help="How many earlier messages to show.")
    ] = 6,
    timeout: Annotated[
        float, typer.Option(min=1, max=3600, help="Seconds to wait for an answer.")
    ] = 300,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
) -> None:
    """Talk to an agent.

    On the machine of the gateway it needs no password: whoever may read its keys may speak for
    anybody. With --url it logs in as --email with KONSTRUCT_PASSWORD, or asks for the password.
    """
    from konstruct.portal import Portal

    sign_in: SignIn | None = None
    if url is None:
        attach_to_database(data_dir, *(() if token else (SIGNING_KEY,)))
        url = _local_gateway(data_dir)
        sign_in = _by_keys(email, tenant)
    portal = Portal(url)
    if token:
        portal.sign_in = _by_token(portal, token)
    else:
        portal.sign_in = sign_in or _by_password(portal, email, _password(email))
    if not run(_chat(portal, agent, text, tenant, history, timeout)):
        raise typer.Exit(1)


async def _chat(
    portal: "Portal",
    agent: str,
    text: str | None,
    tenant: str | None,
    history: int,
    timeout_s: float,
) -> bool:
    """Run the chat; whether all went well."""
    from konstruct.chat.client import GIVE_UP_S, ChatClient
    from konstruct.chat.talk import ask
    from konstruct.chat.terminal import Terminal

    async with portal:
        tenant_id = await portal.enter_tenant(tenant)
        agent_id, name = await portal.agent(tenant_id, agent)
        terminal = Terminal(agent=name)
        conversation_id = await portal.open_conversation(tenant_id, agent_id)
        earlier = await portal.history(conversation_id, limit=max(history, 1))
        terminal.show_history(earlier[-history:] if history else [])
        async with ChatClient(
            portal,
            tenant_id,
            conversation_id,
            last_seq=earlier[-1].seq if earlier else 0,
            give_up_s=GIVE_UP_S if text else INTERACTIVE_GIVE_UP_S,
            bursts=text is None,  # one question has one answer
        ) as client:
            if text is not None:
                return await ask(client, text, terminal, timeout_s=timeout_s)
            return await _converse(client, portal, conversation_id, terminal, timeout_s)


async def _converse(
    client: "ChatClient",
    portal: "Portal",
    conversation_id: "UUID",
    terminal: "Terminal",
    timeout_s: float,
) -> bool:
    """Talk until /quit or the end of input, and then until every message is answered.

    Returns whether all went well, for a script; a person at a terminal has seen it and gets True.
    """
    from konstruct.chat.talk import Talk

    talk = Talk(client, terminal)
    terminal.say("Write, and press Enter. /help lists the commands, /quit ends.")
    terminal.prompt()
    showing = asyncio.create_task(talk.show())
    typing = asyncio.create_task(_type(talk, portal, conversation_id, terminal, timeout_s))
    try:
        await asyncio.wait({showing, typing}, return_when=asyncio.FIRST_COMPLETED)
        for ended in (showing, typing):
            if ended.done():
                ended.result()
    finally:
        showing.cancel()
        typing.cancel()
        terminal.leave_line()
    return sys.stdin.isatty() or talk.all_complete


async def _type(
    talk: "Talk",
    portal: "Portal",
    conversation_id: "UUID",
    terminal: "Terminal",
    timeout_s: float,
) -> None:
    """Send typed lines: a person's at once, a script's each after the one before is answered."""
    from shared.errors import KonstructError

    from konstruct.chat.terminal import COMMANDS, HELP, typed_lines

    at_once = sys.stdin.isatty()
    async for line in typed_lines():
        match line.strip():
            case "":
                terminal.prompt()
            case "/quit":
                return
            case "/help":
                terminal.say(HELP)
                terminal.prompt()
            case "/stop":
                talk.stop()
            case "/retry":
                if not talk.retry():
                    terminal.say("There is no answer that failed.")
            case "/reset":
                try:
                    await talk.reset(portal.reset(conversation_id))
                except KonstructError as error:
                    terminal.say(error.message)
                    talk.failed("/reset")
            case command if command.startswith("/"):
                terminal.say(f"There is no command {command}. There is: {', '.join(COMMANDS)}.")
                terminal.prompt()
            case _:
                talk.send(line)
        if not at_once:
            await _settled(talk, timeout_s)
    await _settled(talk, timeout_s)


async def _settled(talk: "Talk", timeout_s: float) -> None:
    """Wait until every message is answered. Raises Unavailable."""
    from shared.errors import Unavailable

    try:
        async with asyncio.timeout(timeout_s):
            await talk.settled()
    except TimeoutError:
        raise Unavailable(
            f"No answer came within {timeout_s:.0f} seconds. It will be in the conversation."
        ) from None


def _local_gateway(data_dir: Path) -> str:
    from shared.config import settings

    from konstruct.devstack.options import UpOptions

    return UpOptions(data_dir=data_dir, port=settings.gateway.port, host=settings.gateway.host).url


def _password(email: str) -> str:
    import os

    given = os.environ.get("KONSTRUCT_PASSWORD")
    return given or str(typer.prompt(f"Password of {email}", hide_input=True, err=True))


def _by_keys(email: str, tenant: str | None) -> "SignIn":
    from shared.db.engine import dispose_engine
    from shared.errors import NotFound

    from konstruct.database_errors import DATABASE_ERRORS, as_sentence
    from konstruct.local_access import issue

    async def sign_in() -> "Identity":
        try:
            return await issue(email, tenant=tenant, ttl_s=TOKEN_TTL_S)
        except NotFound as error:
            if email == DEMO_OPERATOR and email in error.message:
                raise NotFound(
                    f"{error.message} No demo was made here: say who you are with --email."
                ) from None
            raise
        except DATABASE_ERRORS as error:
            raise as_sentence(error) from error
        finally:
            await dispose_engine()  # the rest of a long conversation needs no database

    return sign_in


def _by_token(portal: "Portal", token: str) -> "SignIn":
    async def sign_in() -> "Identity":
        return await portal.whose(token)

    return sign_in


def _by_password(portal: "Portal", email: str, password: str) -> "SignIn":
    """Log in, or use an earlier log-in's cookie while it is valid."""
    from shared.errors import NotAuthenticated

    async def sign_in() -> "Identity":
        try:
            return await portal.refresh()
        except NotAuthenticated:
            return await portal.log_in(email, password)

    return sign_in
