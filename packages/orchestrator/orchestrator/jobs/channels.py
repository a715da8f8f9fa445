"""Jobs about an account on a channel: prove it, see whether it is well, tell it good-bye."""

from contextlib import suppress
from uuid import UUID

from shared.channels import connections, people, renewing
from shared.channels.accounts import Account, webhook_url
from shared.channels.proofs import Health
from shared.errors import Conflict, NotFound
from shared.secrets.envelope import SecretUnreadable

from orchestrator.channels.adapter import AccountRefused, Adapter, Line
from orchestrator.channels.adapters import adapter_of
from orchestrator.jobs.work import JobFailed, Result, Work


async def connect(work: Work) -> Result:
    """The platform says which account it is; from then on it is live, and tells us what happens."""
    line, adapter = await _reached(work)
    try:
        proved = await adapter.prove(line)
        connection_id = await connections.proved(work.tenant_id, work.subject, proved)
    except (AccountRefused, Conflict) as error:
        await connections.not_proved(work.tenant_id, work.subject)
        sentence = error.sentence if isinstance(error, AccountRefused) else error.message
        raise JobFailed(error.code, sentence) from None
    account = await connections.account(work.tenant_id, connection_id)
    try:
        await adapter.subscribe(webhook_url(account), Line(account, work.http))
    except AccountRefused as error:
        await connections.is_failing(work.tenant_id, connection_id, error.code, error.sentence)
        raise JobFailed(error.code, error.sentence) from None
    return _told(account)


async def check(work: Work) -> Result:
    """Whether the account is well; then look again later. Credentials that end soon are renewed
    before."""
    line, adapter = await _reached(work)
    account = line.account
    if account.state not in ("live", "failing"):
        return _told(account)
    health = await _health(adapter, line)
    if health.ok:
        await connections.is_well(account.tenant_id, account.id, health)
    else:
        code = health.code or "not_well"
        await connections.is_failing(account.tenant_id, account.id, code, health.sentence)
    account = await connections.account(account.tenant_id, account.id)
    return _told(account) | {"failing": health.code, "sentence": health.sentence}


async def _health(adapter: Adapter, line: Line) -> Health:
    try:
        if line.account.credentials.get("refresh_token"):
            line = await _renewed(adapter, line)
        return await adapter.check(line)
    except AccountRefused as error:
        return Health(False, error.code, error.sentence)


async def _renewed(adapter: Adapter, line: Line) -> Line:
    """With the next credentials, if these end soon and nobody else renews them."""
    tenant_id, connection_id = line.account.tenant_id, line.account.id
    account = await renewing.take_turn(tenant_id, connection_id)
    if account is None:
        return line
    new = await adapter.refresh(Line(account, line.http))
    return Line(await renewing.renewed(tenant_id, connection_id, new), line.http)


async def person(work: Work) -> Result:
    """Who somebody is that wrote, where the platform's messages do not say it."""
    line, adapter = await _reached(work)
    external_id = str(work.args["external_id"])
    try:
        found = await adapter.person(external_id, line)
    except AccountRefused as error:
        raise JobFailed(error.code, error.sentence) from None
    if found is not None:
        await people.is_called(line.account, external_id, found)
    return {"known": found is not None}


async def disconnect(work: Work) -> Result:
    """The platform tells us nothing any more, if it listens; the credentials are deleted."""
    line, adapter = await _reached(work)
    with suppress(AccountRefused):  # it takes the credentials no more, which is what was wanted
        await adapter.unsubscribe(line)
    await connections.forgotten(work.tenant_id, work.subject)
    return _told(line.account)


async def _reached(work: Work) -> tuple[Line, Adapter]:
    try:
        account = await connections.account(work.tenant_id, work.subject)
    except (NotFound, SecretUnreadable) as error:
        raise JobFailed(error.code, error.message) from None
    adapter = adapter_of(account.channel)
    if adapter is None:
        raise JobFailed("no_adapter", f"The channel {account.channel} cannot be connected yet.")
    return Line(account, work.http), adapter


def _told(account: Account) -> Result:
    return {
        "id": str(account.id),
        "type": account.channel,
        "state": account.state,
        "external_key": account.external_key,
        "webhook_url": webhook_url(account),
        "listens": account.listens,
    }


async def forget(tenant_id: UUID, connection_id: UUID) -> None:
    """The platform could not be told; what proved the account is deleted all the same."""
    await connections.forgotten(tenant_id, connection_id)


async def plan_next_check(work: Work) -> None:
    """A live account is looked at again."""
    await connections.plan_next_check(work.tenant_id, work.subject)
