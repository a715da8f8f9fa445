"""What is said in the business's name where neither an employee nor a colleague speaks.

A tenant words each sentence in each language; what it has not worded is said as here. A sentence
says what is so and promises nothing that nobody has to keep. `{agent}` and `{business}` stand for
the names.
"""

from dataclasses import dataclass
from typing import Literal, TypedDict, get_args
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from shared.audit.record import record
from shared.conversations.notices import LANGUAGES, spoken
from shared.conversations.places import WEB_CHANNEL
from shared.db import AnySession, TenantSession, WithinTenant
from shared.errors import BadRequest, NotFound
from shared.models import ChannelSettings
from shared.plain_text import prose

Kind = Literal["machine", "paused", "limit", "failed", "opted_out", "opted_in"]
KINDS: tuple[Kind, ...] = get_args(Kind)
MAX_CHARS = 500

DEFAULTS: dict[str, dict[Kind, str]] = {
    "en": {
        "machine": "You are writing with {agent}, an AI assistant of {business}.",
        "paused": "{agent} does not answer at the moment. Your message has arrived and is kept.",
        "limit": "We cannot answer at the moment. Your message has arrived and is kept.",
        "failed": "We could not answer this. A colleague was asked to look at it.",
        "opted_out": "You get no more messages from us. Write START if you want them again.",
        "opted_in": "You get our messages again.",
    },
    "es": {
        "machine": "Está escribiendo con {agent}, un asistente de IA de {business}.",
        "paused": "{agent} no responde en este momento. Su mensaje ha llegado y queda guardado.",
        "limit": "No podemos responder en este momento. Su mensaje ha llegado y queda guardado.",
        "failed": "No hemos podido responder. Se ha pedido a una persona del equipo que lo mire.",
        "opted_out": "No recibirá más mensajes nuestros. Escriba START si los quiere de nuevo.",
        "opted_in": "Vuelve a recibir nuestros mensajes.",
    },
    "pt": {
        "machine": "Está a escrever com {agent}, um assistente de IA de {business}.",
        "paused": "{agent} não responde neste momento. A sua mensagem chegou e fica guardada.",
        "limit": "Não podemos responder neste momento. A sua mensagem chegou e fica guardada.",
        "failed": "Não conseguimos responder. Pedimos a um colega que veja isto.",
        "opted_out": "Não recebe mais mensagens nossas. Escreva START se as quiser de novo.",
        "opted_in": "Volta a receber as nossas mensagens.",
    },
}


def defaults() -> dict[str, dict[str, str]]:
    """By kind and language, as a tenant words its own."""
    return {kind: {tongue: said[kind] for tongue, said in DEFAULTS.items()} for kind in KINDS}


@dataclass(frozen=True, slots=True)
class Wording:
    """A tenant's settings. `own` has its sentences by kind and language."""

    business: str
    says_machine: bool
    language: str
    own: dict[str, dict[str, str]]

    def sentence(self, kind: Kind, language: str | None, *, agent: str) -> str:
        """`language` is a tag as platforms give it; of one we do not speak, the tenant's."""
        said_in = spoken(language) or self.language
        sentence = self.own.get(kind, {}).get(said_in) or DEFAULTS[said_in][kind]
        return sentence.replace("{agent}", agent).replace("{business}", self.business)


_WORDING = text(
    """
    SELECT tenant.name, coalesce(own.says_machine, true), coalesce(own.language, 'en'),
           coalesce(own.wording, '{}'::jsonb)
      FROM tenants AS tenant
      LEFT JOIN channel_settings AS own ON own.tenant_id = tenant.id
     WHERE tenant.id = :tenant_id
    """
)


async def wording_of(session: AnySession, tenant_id: UUID) -> Wording:
    """Raises NotFound."""
    found = (await session.execute(_WORDING, {"tenant_id": tenant_id})).one_or_none()
    if found is None:
        raise NotFound("There is no such tenant.")
    return Wording(*found)


_SAID_BY = text(
    """
    SELECT conversation.language, agent.name
      FROM conversations AS conversation
      JOIN agents AS agent
        ON agent.tenant_id = conversation.tenant_id AND agent.id = conversation.agent_id
     WHERE conversation.tenant_id = :tenant_id AND conversation.channel = :channel
       AND conversation.id = :conversation_id
    """
)


async def apology_in(tenant_id: UUID, channel: str, conversation_id: UUID) -> str | None:
    """What a customer reads of an answer that failed; None of a member, who reads why."""
    if channel == WEB_CHANNEL:
        return None
    given = {"tenant_id": tenant_id, "channel": channel, "conversation_id": conversation_id}
    async with TenantSession(tenant_id) as session, session.transaction():
        row = (await session.execute(_SAID_BY, given)).one_or_none()
        if row is None:
            return None
        worded = await wording_of(session, tenant_id)
    return worded.sentence("failed", row.language, agent=row.name)


class WordingChanges(TypedDict, total=False):
    """The settings to change. Of `wording` each sentence that is named; None is the default."""

    says_machine: bool
    language: str
    wording: dict[str, dict[str, str | None]]


@dataclass(frozen=True, slots=True)
class ChangedBy:
    """Who changes settings, for the audit log: a `member`, a `platform_admin`, an `operator`."""

    kind: str
    id: UUID | None = None


async def change(
    session: WithinTenant,
    tenant_id: UUID,
    changes: WordingChanges,
    *,
    by: ChangedBy,
    reason: str | None = None,
) -> Wording:
    """Change a tenant's settings. To keep from people that a machine writes needs a `reason`, and
    is a line in the audit log. Raises BadRequest."""
    own = await _locked(session, tenant_id)
    if "language" in changes:
        own.language = _language(changes["language"])
    if "wording" in changes:
        own.wording = _merged(own.wording, changes["wording"])
    says = changes.get("says_machine", own.says_machine)
    if says != own.says_machine:
        reason = prose("The reason", reason or "", max_chars=MAX_CHARS)
        if not says and not reason:
            raise BadRequest(
                "Say why people are not told that a machine writes: give a `reason`.",
                code="reason_required",
            )
        own.says_machine = says
        await record(
            session,
            tenant_id=tenant_id,
            actor_kind=by.kind,
            actor=by.id,
            action=f"machine_notice.{'on' if says else 'off'}",
            object_kind="tenant",
            object_id=tenant_id,
            reason=reason or None,
        )
    await session.flush()
    return await wording_of(session, tenant_id)


async def _locked(session: WithinTenant, tenant_id: UUID) -> ChannelSettings:
    await session.execute(
        insert(ChannelSettings).values(tenant_id=tenant_id).on_conflict_do_nothing()
    )
    query = select(ChannelSettings).where(ChannelSettings.tenant_id == tenant_id)
    return (await session.execute(query.with_for_update())).scalar_one()


def _language(language: str) -> str:
    if language not in LANGUAGES:
        raise BadRequest(f"There is no language '{language}' here: {', '.join(LANGUAGES)}.")
    return language


def _merged(
    own: dict[str, dict[str, str]], changes: dict[str, dict[str, str | None]]
) -> dict[str, dict[str, str]]:
    merged = {kind: dict(sentences) for kind, sentences in own.items()}
    for kind, sentences in changes.items():
        if kind not in KINDS:
            raise BadRequest(f"There is no sentence '{kind}'. There are: {', '.join(KINDS)}.")
        for language, sentence in sentences.items():
            worded = prose("The sentence", sentence or "", max_chars=MAX_CHARS)
            of_kind = merged.setdefault(kind, {})
            of_kind.pop(_language(language), None)
            if worded:
                of_kind[language] = worded
    return {kind: sentences for kind, sentences in merged.items() if sentences}
