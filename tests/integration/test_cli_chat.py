"""`konstruct chat` as a person or a script runs it, against real processes."""

import asyncio
import dataclasses
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from tests.support.people import Person, World, make_person
from tests.support.processes import Gateway
from tests.support.stack import Stack

WITHIN_S = 30.0


@dataclass(frozen=True)
class Said:
    code: int | None
    out: str
    err: str


@asynccontextmanager
async def chat(
    gateway: Gateway, person: Person, *arguments: str, stdin: int = PIPE, stdout: int = PIPE
) -> AsyncIterator[Process]:
    """The command, as this person; killed if it does not end."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "konstruct", "chat", "--email", person.email, *arguments),
        env={**os.environ, "KONSTRUCT_HOST": "127.0.0.1", "KONSTRUCT_PORT": str(gateway.port)},
        stdin=stdin,
        stdout=stdout,
        stderr=PIPE,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def ended(process: Process, typed: str = "") -> Said:
    async with asyncio.timeout(WITHIN_S):
        out, err = await process.communicate(typed.encode() if process.stdin else None)
    return Said(process.returncode, (out or b"").decode(), err.decode(errors="replace"))


async def ask(
    stack: Stack, person: Person, *arguments: str, typed: str = "", agent: str = "Ada"
) -> Said:
    async with chat(stack.gateways[0], person, "--agent", agent, *arguments) as process:
        return await ended(process, typed)


async def read_until(process: Process, wanted: str) -> str:
    """What it printed on standard output up to there."""
    assert process.stdout is not None
    read = b""
    async with asyncio.timeout(WITHIN_S):
        while wanted.encode() not in read:
            piece = await process.stdout.read(64)
            assert piece, f"ended before {wanted!r}: {read!r}"
            read += piece
    return read.decode()


async def test_the_answer_alone_is_on_standard_output(stack: Stack, acme: World) -> None:
    said = await ask(stack, acme.anna, '[[model: text="Hello, Anna."]] hello', agent="ada")
    assert (said.code, said.out) == (0, "Hello, Anna.\n"), said
    again = await ask(stack, acme.anna, '[[model: text="Good-bye."]] bye')
    assert again.out == "Good-bye.\n"
    assert "you: " in again.err
    assert "Ada: Hello, Anna." in again.err


async def test_a_failed_answer_is_a_sentence_and_exit_code_1(stack: Stack, acme: World) -> None:
    said = await ask(stack, acme.anna, "[[model: fail=401]] hello", "--history", "0")
    assert (said.code, said.out) == (1, "")
    assert said.err.strip().endswith(".")
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--agent", "Nobody", "hi"), "There is: Ada"),
        (("--agent", "Ada", " "), "The message is empty"),
        (("--agent", "Ada", "--tenant", "nowhere", "hi"), "no tenant 'nowhere'"),
        (("--agent", "Ada", "--url", "nonsense", "--token", "x", "hi"), "no gateway's address"),
        (("--agent", "Ada", "--url", "http://127.0.0.1:1", "--token", "x", "hi"), "answers at"),
    ],
)
async def test_what_cannot_be_is_refused(
    stack: Stack, acme: World, arguments: tuple[str, ...], says: str
) -> None:
    async with chat(stack.gateways[0], acme.anna, *arguments) as process:
        said = await ended(process)
    assert (said.code, said.out) == (1, "")
    assert says in said.err
    assert "Traceback" not in said.err


async def test_a_remote_gateway_wants_a_password_or_a_token(
    stack: Stack, acme: World, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    remote = ("--url", stack.gateways[0].url, "--history", "0", '[[model: text="Hi."]] hi')
    with_token = await ask(stack, acme.anna, "--token", acme.anna.token, *remote)
    assert with_token.out == "Hi.\n", with_token
    eva = await make_person(f"eva.{uuid4().hex[:8]}", acme.id, password="a long enough secret")
    settings_of_its_own.setenv("KONSTRUCT_PASSWORD", "a long enough secret")
    assert (await ask(stack, eva, *remote)).out == "Hi.\n"
    settings_of_its_own.setenv("KONSTRUCT_PASSWORD", "not the password")
    refused = await ask(stack, eva, *remote)
    assert (refused.code, refused.out) == (1, "")
    assert "do not match" in refused.err


async def test_on_a_screen_the_answer_has_a_name_and_no_marks(stack: Stack, acme: World) -> None:
    screen, its_end = os.openpty()
    said = '[[model: text="It is **so**, `x`."]] hello'
    async with chat(
        stack.gateways[0], acme.anna, "--agent", "ada", said, stdout=its_end
    ) as process:
        assert (await ended(process)).code == 0
    shown = os.read(screen, 4096).decode()
    os.close(screen)
    os.close(its_end)
    assert shown == "Ada: It is \x1b[1mso\x1b[0m, \x1b[36mx\x1b[0m.\r\n"


async def test_a_terminal_of_another_encoding_or_none_at_all(
    stack: Stack, acme: World, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    settings_of_its_own.setenv("PYTHONIOENCODING", "latin-1")
    said = await ask(stack, acme.anna, '[[model: text="日本"]] Grüße')
    assert (said.code, said.out) == (0, "\\u65e5\\u672c\n"), said
    full = os.open("/dev/full", os.O_WRONLY)
    async with chat(
        stack.gateways[0], acme.anna, "--agent", "Ada", "hello", stdout=full
    ) as process:
        refused = await ended(process)
    os.close(full)
    assert (refused.code, "No space left" in refused.err) == (1, True)
    assert "Traceback" not in refused.err


async def test_without_a_demo_it_asks_who_speaks(stack: Stack, acme: World) -> None:
    nobody = dataclasses.replace(acme.ben, email="operator@demo.konstruct.example")
    said = await ask(stack, nobody, "hello")
    assert said.code == 1
    assert "say who you are with --email" in said.err


async def test_history_says_why_an_answer_failed(stack: Stack, acme: World) -> None:
    first = await ask(stack, acme.ben, "[[model: fail=401]] hello")
    assert first.err.count("refused our access") == 1, "told once"
    again = await ask(stack, acme.ben, "hello", "--history", "2")
    assert f"Ada [failed]: {first.err.strip()}" in again.err


async def test_a_conversation_from_a_file(stack: Stack, acme: World) -> None:
    typed = (
        '[[model: text="One."]] first\n'
        "\n/nonsense\n/help\n/retry\n"
        '[[model: text="Two, \\u00fc."]] second\n'
    )
    said = await ask(stack, acme.ben, typed=typed)
    assert (said.code, said.out) == (0, "One.\nTwo, ü.\n"), said
    assert "There is no command /nonsense. There is: /stop" in said.err
    assert "  /retry  has one that failed answered again" in said.err
    assert "no answer that failed" in said.err


async def test_what_is_too_long_is_refused_and_the_conversation_goes_on(
    stack: Stack, acme: World
) -> None:
    whole = "😀" * 7_900
    typed = f"{'x' * 9_000}\n{'x' * 300_000}\n{whole}\n"
    said = await ask(stack, acme.ben, typed=typed)
    assert said.code == 1, said.err
    assert "at most 8000 are possible" in said.err
    assert "far too long" in said.err
    assert whole in said.out


@pytest.mark.parametrize("last", ["/quit\n", ""])
async def test_a_scripts_line_is_finished_before_the_next(
    stack: Stack, acme: World, last: str
) -> None:
    typed = '[[model: text="One."]] first\n/stop\n/reset\n/reset\n[[model: text="Two."]] second\n'
    said = await ask(stack, acme.ben, typed=typed + last)
    assert (said.code, said.out) == (0, "One.\nTwo.\n"), said
    assert "The conversation is empty now." in said.err
    left = await ask(stack, acme.ben, '[[model: text="Three."]] third')
    assert "Ada: Two." in left.err
    assert "One." not in left.err


async def test_a_script_of_which_one_line_fails_ends_with_1(stack: Stack, acme: World) -> None:
    typed = '[[model: fail=401]] first\n[[model: text="Two."]] second\n/quit\n'
    said = await ask(stack, acme.ben, typed=typed)
    assert (said.code, said.out) == (1, "Two.\n"), said


async def test_stop_retry_and_reset_at_a_terminal(stack: Stack, acme: World) -> None:
    keys, terminal = os.openpty()
    try:
        async with chat(stack.gateways[0], acme.ben, "--agent", "Ada", stdin=terminal) as process:
            os.write(keys, b"[[model: tokens=500 rate=20]] talk\n")
            await read_until(process, "the order")
            os.write(keys, b"/stop\n")
            os.write(keys, b'[[model: fail=401 once=retried text="Now it goes."]] fails\n')
            await asyncio.sleep(2)
            os.write(keys, b"/retry\n")
            await read_until(process, "Now it goes.\n")
            os.write(keys, b"/reset\n")
            await asyncio.sleep(1)
            os.write(keys, b"/quit\n")
            said = await ended(process)
    finally:
        os.close(keys)
        os.close(terminal)
    assert said.code == 0, said
    assert "(stopped)" in said.err
    assert "The conversation is empty now." in said.err


@pytest.mark.parametrize("arguments", [(), ("[[model: tokens=500 rate=20]] talk",)])
async def test_ctrl_c_leaves_at_once(stack: Stack, acme: World, arguments: tuple[str, ...]) -> None:
    async with chat(stack.gateways[0], acme.anna, "--agent", "Bob", *arguments) as process:
        if arguments:
            await read_until(process, "order")
        else:
            assert process.stderr is not None
            assert b"/quit" in await process.stderr.readline()
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(20):
            assert await process.wait() == 130
        assert process.stderr is not None
        assert b"Traceback" not in await process.stderr.read()


async def test_a_gateway_that_dies_loses_and_doubles_nothing(
    stack: Stack, acme: World, superuser: psycopg.Connection, tmp_path: Path
) -> None:
    """It is killed while the answer streams, and comes back on the same port."""
    gateway = Gateway("mortal", tmp_path, stack.environment)
    gateway.start()
    try:
        question = "[[model: tokens=60 rate=20]] talk"
        async with chat(gateway, acme.anna, "--agent", "Ada", question) as process:
            first = await read_until(process, "order")
            gateway.kill()
            gateway.start()
            said = await ended(process)
    finally:
        gateway.stop()
    assert said.code == 0, said
    stored = superuser.execute(
        "SELECT role, content FROM web_conversation_messages m"
        " JOIN web_conversations c ON c.id = m.conversation_id"
        " WHERE c.user_id = %s ORDER BY seq",
        (acme.anna.id,),
    ).fetchall()
    assert [role for role, _ in stored] == ["user", "assistant"]
    assert first + said.out == f"{stored[1][1]}\n"
    assert "Trying again" in said.err
