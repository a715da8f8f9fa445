"""What an agent's answers from knowledge must keep to."""

from dataclasses import dataclass
from uuid import UUID

import orjson
from sqlalchemy import text

from shared.db import WithinTenant
from shared.db.pipelined import Statement, transact
from shared.db.scopes import TenantScope
from shared.errors import BadRequest
from shared.origins import host_of

MOST_HOSTS = 50


@dataclass(frozen=True, slots=True)
class Rules:
    """`link_hosts` are those to which an answer may link, beside its sources' own."""

    requires_source: bool = True
    link_hosts: tuple[str, ...] = ()
    language: str | None = None
    """The conversation's, else the business's."""


_RULES = Statement(
    """
    SELECT coalesce(own.requires_source, true), coalesce(own.link_hosts, '[]'::jsonb)::text,
           coalesce((SELECT its.language FROM conversations AS its
                      WHERE its.tenant_id = $1 AND its.channel = $3 AND its.id = $4),
                    (SELECT settings.language FROM channel_settings AS settings
                      WHERE settings.tenant_id = $1))
      FROM (SELECT) AS one
      LEFT JOIN answer_rules AS own ON own.tenant_id = $1 AND own.agent_id = $2
    """
)


async def rules_at_work(
    tenant_id: UUID, agent_id: UUID, channel: str, conversation_id: UUID
) -> Rules:
    """For an answer in this conversation: a transaction of its own, in one round trip."""
    call = _RULES(tenant_id, agent_id, channel, conversation_id)
    (((requires, hosts, language),),) = await transact(TenantScope(tenant_id), call)
    return Rules(requires, tuple(orjson.loads(hosts)), language)


_OWN = text(
    """
    SELECT requires_source, link_hosts FROM answer_rules
     WHERE tenant_id = :tenant_id AND agent_id = :agent_id
    """
)
_CHANGE = text(
    """
    INSERT INTO answer_rules AS own (tenant_id, agent_id, requires_source, link_hosts)
    VALUES (:tenant_id, :agent_id, :requires_source, cast(:link_hosts AS jsonb))
    ON CONFLICT (tenant_id, agent_id) DO UPDATE
       SET requires_source = excluded.requires_source, link_hosts = excluded.link_hosts
    """
)


async def rules_of(session: WithinTenant, tenant_id: UUID, agent_id: UUID) -> Rules:
    """The agent's own."""
    given = {"tenant_id": tenant_id, "agent_id": agent_id}
    row = (await session.execute(_OWN, given)).one_or_none()
    return Rules(row.requires_source, tuple(row.link_hosts)) if row else Rules()


async def change_rules(
    session: WithinTenant, tenant_id: UUID, agent_id: UUID, rules: Rules
) -> Rules:
    """Raises BadRequest for what is no host."""
    if len(rules.link_hosts) > MOST_HOSTS:
        raise BadRequest(f"At most {MOST_HOSTS} hosts may be linked to.")
    hosts = tuple(dict.fromkeys(_host(host) for host in rules.link_hosts))
    given = {
        "tenant_id": tenant_id,
        "agent_id": agent_id,
        "requires_source": rules.requires_source,
        "link_hosts": orjson.dumps(hosts).decode(),
    }
    await session.execute(_CHANGE, given)
    return Rules(rules.requires_source, hosts)


def _host(given: str) -> str:
    host = given.strip().lower()
    try:
        spelled = host_of(host)
    except ValueError:
        spelled = ""
    if not spelled or spelled != host or "." not in host:
        raise BadRequest(f"'{given[:80]}' is no host. Write one like www.example.com.")
    return host
