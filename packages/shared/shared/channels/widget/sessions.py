"""A visit, from its beginning to its end: who is let in, and into which conversation.

Everything that can refuse somebody is asked before anything is stored. Whoever was unknown and is
then signed by the site keeps their conversation, once; whoever is signed as somebody else begins
another visit, and the one before is over.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from shared.channels.widget import records, repository
from shared.channels.widget.door import Door
from shared.channels.widget.identity import Identity, identity
from shared.channels.widget.repository import Visit
from shared.channels.widget.tokens import digest, new_token, over
from shared.channels.widget.visitors import Visitor
from shared.conversations import contacts, control, inbound
from shared.conversations.contacts import Author
from shared.conversations.places import WIDGET_CHANNEL
from shared.db import HouseSession
from shared.errors import Conflict, Forbidden, NotAuthenticated, Unavailable
from shared.valkey.publish import publish_access_revoked

DAYS = 30
"""After which somebody who has not come back is not known any more."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A visit. `adopted`: what was said before its person was known is theirs now."""

    token: str
    conversation_id: UUID
    expires_at: datetime
    name: str | None
    adopted: bool = False


async def begin(
    door: Door,
    *,
    token: str | None = None,
    signed: str | None = None,
    agreed_to: str | None = None,
    language: str | None = None,
) -> Begun:
    """The visit of this `token`, renewed; or another one, without a token or for somebody signed.

    `signed` says who the visitor is, `agreed_to` to which version of the door's text they have
    agreed. Raises NotAuthenticated, Forbidden, Conflict; then nothing is stored.
    """
    who = identity(signed, door) if signed else None
    async with HouseSession(door.tenant_id, "visit") as session, session.transaction():
        known = await _known(session, door, token)
        if who is not None and await repository.was_ended(session, door.id, who.token_id):
            raise NotAuthenticated(
                "This proof of who you are was ended by a log-out. The site signs another one.",
                code="identity_refused",
            )
        if known is not None and token and _goes_on(known, who):
            return await _renewed(session, door, known, token, who, agreed_to)
        if who is None and token:
            raise over()
        if who is None and door.mode == "required":
            raise Forbidden("Log in on the website first.", code="identity_required")
        return await _new(session, door, known, who, agreed_to, language)


async def _known(session: HouseSession, door: Door, token: str | None) -> Visit | None:
    """The visit of this token; None if it is over."""
    found = await repository.locked(session, digest(token)) if token else None
    if found is None or found.door_id != door.id or found.ends_at <= datetime.now(UTC):
        return None
    return None if door.mode == "required" and found.subject is None else found


def _goes_on(known: Visit, who: Identity | None) -> bool:
    return who is None or who.subject == known.subject


async def _renewed(
    session: HouseSession,
    door: Door,
    known: Visit,
    token: str,
    who: Identity | None,
    agreed_to: str | None,
) -> Begun:
    await _agree(session, door, known.contact_id, agreed_to)
    until = await repository.renew(
        session,
        known.id,
        days=DAYS,
        identity_id=who.token_id if who else None,
        identity_until=who.until if who else None,
    )
    return Begun(token, known.conversation_id, until, known.name)


async def _new(
    session: HouseSession,
    door: Door,
    before: Visit | None,
    who: Identity | None,
    agreed_to: str | None,
    language: str | None,
) -> Begun:
    session_id, token = uuid4(), new_token(door.id)
    author = Author(
        f"signed:{who.subject}" if who else f"visit:{session_id}",
        display_name=who.name if who else None,
        language=language,
    )
    contact_id = await contacts.contact_of(session, door.id, author)
    adopted = await _take_along(session, before, contact_id) if who and before else None
    await _agree(session, door, contact_id, agreed_to)
    conversation_id = adopted or await _conversation(session, door, contact_id, language)
    ends_at = datetime.now(UTC) + timedelta(days=DAYS)
    await repository.add(
        session,
        id=session_id,
        door_id=door.id,
        contact_id=contact_id,
        conversation_id=conversation_id,
        token_sha256=digest(token),
        days=DAYS,
        subject=who.subject if who else None,
        identity_id=who.token_id if who else None,
        identity_until=who.until if who else None,
    )
    return Begun(
        token,
        conversation_id,
        min(ends_at, who.until) if who else ends_at,
        who.name if who else None,
        adopted=adopted is not None,
    )


async def _take_along(session: HouseSession, before: Visit, contact_id: UUID) -> UUID | None:
    """End the visit before. The conversation of somebody unknown is the known contact's from now
    on, if anything was said in it."""
    _shut_sockets(session, before.contact_id)
    if before.subject is not None:
        await repository.end(session, before.id)
        return None
    if not await repository.has_messages(session, before.conversation_id):
        await repository.forget(session, before.contact_id)
        return None
    await repository.end_all(session, before.conversation_id)
    await repository.adopt(
        session, before.conversation_id, unknown=before.contact_id, known=contact_id
    )
    return before.conversation_id


async def _conversation(
    session: HouseSession, door: Door, contact_id: UUID, language: str | None
) -> UUID:
    """The one that went on last; else a new one."""
    if door.agent_id is None:
        raise Unavailable("Nobody answers here at the moment.", code="nobody_answers")
    for _ in range(2):
        found = await repository.newest_conversation(session, door.id, contact_id)
        if found is not None:
            return found
        await inbound.add_conversation(
            session,
            channel=WIDGET_CHANNEL,
            agent_id=door.agent_id,
            connection_id=door.id,
            external_key=str(contact_id),
            contact_id=contact_id,
            language=language,
        )
    raise Unavailable("Konstruct is very busy. Try again shortly.")


async def _agree(
    session: HouseSession, door: Door, contact_id: UUID, agreed_to: str | None
) -> None:
    """Raises Conflict, and nothing is stored, unless they have agreed to the door's text of now."""
    version = door.consent_version
    if not version or await records.has_consented(session, door.id, contact_id, version):
        return
    if agreed_to != version:
        raise Conflict(
            "Agree to the text first: give its version as `agreed_to`.", code="consent_required"
        )
    await records.add_consent(session, door.id, contact_id, text=door.consent, version=version)


async def link(door: Door, seen: Visitor) -> str:
    """A token of its own for coming back to this conversation from elsewhere. Raises Forbidden for
    whom the site signs: they come back by logging in there."""
    if seen.subject is not None:
        raise Forbidden("Come back by logging in on the website.", code="identity_required")
    token = new_token(door.id)
    async with HouseSession(door.tenant_id, "visit") as session, session.transaction():
        await repository.add(
            session,
            id=uuid4(),
            door_id=door.id,
            contact_id=seen.user_id,
            conversation_id=seen.conversation_id,
            token_sha256=digest(token),
            days=DAYS,
            subject=None,
            identity_id=None,
            identity_until=None,
        )
    return token


async def leave(seen: Visitor) -> None:
    """A log-out: this token, and the proof that it was had for, are good for nothing any more."""
    async with HouseSession(seen.tenant_id, "visit") as session, session.transaction():
        await repository.end(session, seen.session_id)
        _shut_sockets(session, seen.user_id)


async def forget(seen: Visitor) -> None:
    """What was said is deleted, and every visit of the conversation ends."""
    async with HouseSession(seen.tenant_id, "visit") as session, session.transaction():
        await control.reset(session, seen.conversation_id, channel=WIDGET_CHANNEL)
        await repository.end_all(session, seen.conversation_id)
        _shut_sockets(session, seen.user_id)


def _shut_sockets(session: HouseSession, contact_id: UUID) -> None:
    """Their sockets ask, after the commit, whether their visit goes on."""
    session.after_commit(lambda: publish_access_revoked(contact_id))
