"""`konstruct inbox`: people take a conversation over, answer in it, and give it back."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar
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
from konstruct.cli.output import Row, print_json, tell
from konstruct.cli.running import run

if TYPE_CHECKING:
    from shared.conversations.changing_hands import Holding
    from shared.conversations.handover import Replied
    from shared.db import SystemSession
    from shared.models import PortalUser

Done = TypeVar("Done")

TOLD_WITHIN_S = 2.0
"""For what is told of it after its commit."""

app = typer.Typer(
    help="Conversations: take them over, answer, give them back.", no_args_is_help=True
)

ConversationArgument = Annotated[UUID, typer.Argument(metavar="ID", help="The conversation's id.")]
AsOption = Annotated[
    str | None,
    typer.Option("--as", metavar="EMAIL", help="The member who does it (the only admin)."),
]


@app.command(
    epilog=examples(
        "konstruct inbox take 0197e9c2-0f4e-7f7a-9d2b-4a51c3f0c111 --as eva@acme.com",
        "konstruct inbox take 0197e9c2-0f4e-7f7a-9d2b-4a51c3f0c111 --as eva@acme.com --force",
    )
)
def take(
    conversation: ConversationArgument,
    as_: AsOption = None,
    force: Annotated[bool, typer.Option("--force", help="Also from a colleague.")] = False,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """Answer in a conversation from now on, in the place of its employee."""
    attach_to_database(data_dir, REDIS)
    from shared.conversations import handover

    def work(tenant_id: UUID, member_id: UUID) -> "Awaitable[Holding]":
        return handover.take(tenant_id, conversation, member_id, force=force)

    _show(run(_as_member(conversation, as_, work)), as_json)


@app.command(
    epilog=examples(
        "konstruct inbox reply 0197e9c2-0f4e-7f7a-9d2b-4a51c3f0c111 'I am here.' --as eva@acme.com",
    )
)
def reply(
    conversation: ConversationArgument,
    text: Annotated[str, typer.Argument(help="What to say.")],
    as_: AsOption = None,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """Say something as a member, who takes the conversation with it."""
    attach_to_database(data_dir, REDIS)
    from shared.conversations import handover

    def work(tenant_id: UUID, member_id: UUID) -> "Awaitable[Replied]":
        return handover.reply(tenant_id, conversation, member_id, text)

    replied = run(_as_member(conversation, as_, work))
    message = replied.message
    said: Row = {
        "id": message.id,
        "seq": message.seq,
        "created_at": message.created_at,
        "content": replied.content,
        "author": replied.author,
        "reply_to": message.reply_to,
    }
    if as_json:
        print_json(said)
    else:
        tell(f"{replied.author} has said it.")


@app.command(
    epilog=examples(
        "konstruct inbox release 0197e9c2-0f4e-7f7a-9d2b-4a51c3f0c111 --as eva@acme.com"
    )
)
def release(
    conversation: ConversationArgument,
    as_: AsOption = None,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """Give a conversation back to its employee, who answers what is unanswered."""
    attach_to_database(data_dir, REDIS)
    from shared.conversations import handover

    def work(tenant_id: UUID, member_id: UUID) -> "Awaitable[Holding]":
        return handover.give_back(tenant_id, conversation, member_id)

    _show(run(_as_member(conversation, as_, work)), as_json)


@app.command(
    epilog=examples(
        "konstruct inbox show 0197e9c2-0f4e-7f7a-9d2b-4a51c3f0c111 --as anna@acme.com", closing=()
    )
)
def show(
    conversation: ConversationArgument,
    as_: AsOption = None,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """Show a member's own chat to their colleagues, of whom one may take it."""
    attach_to_database(data_dir, REDIS)
    from shared.conversations import handover

    def work(tenant_id: UUID, member_id: UUID) -> "Awaitable[Holding]":
        return handover.show_to_colleague(tenant_id, conversation, member_id)

    _show(run(_as_member(conversation, as_, work)), as_json)


def _show(holding: "Holding", as_json: bool) -> None:
    if as_json:
        print_json(asdict(holding))
    elif holding.holder_name is not None:
        tell(f"{holding.holder_name} answers there now.")
    elif holding.handling == "waiting":
        tell("It waits for a colleague to take it.")
    else:
        tell("Its employee answers there again.")


async def _as_member(
    conversation_id: UUID, email: str | None, work: Callable[[UUID, UUID], Awaitable[Done]]
) -> Done:
    from shared.conversations.holding import tenant_of
    from shared.db import SystemSession
    from shared.identity.users import find_user
    from shared.valkey.batch import get_batch

    async with SystemSession("setup") as session, session.transaction():
        tenant_id = await tenant_of(session, conversation_id)
        user = await (find_user(session, email) if email else _only_admin(session, tenant_id))
        member_id = user.id
    try:
        return await work(tenant_id, member_id)
    finally:
        await get_batch().empty(TOLD_WITHIN_S)


async def _only_admin(session: "SystemSession", tenant_id: UUID) -> "PortalUser":
    from shared.identity.roles import CUSTOMER_ADMIN
    from shared.identity.users import list_people
    from shared.tenants.rules import find_tenant

    tenant = await find_tenant(session, str(tenant_id))
    people = await list_people(session, tenant)
    admins = [person.user for person in people if person.role == CUSTOMER_ADMIN]
    if len(admins) != 1:
        raise typer.BadParameter(
            f"{tenant.name} has {len(admins)} admins. Say which member does it: --as EMAIL."
        )
    return admins[0]
