"""The job that fetches what somebody sent with a message, since platforms' links end soon."""

from uuid import UUID

from shared.channels import connections, received_files
from shared.errors import NotFound
from shared.secrets.envelope import SecretUnreadable

from orchestrator.channels.adapter import Line, MediaRefused
from orchestrator.channels.adapters import adapter_of
from orchestrator.channels.fetching import MOST_BYTES, whole
from orchestrator.jobs.work import JobFailed, Result, Work


async def fetch(work: Work) -> Result:
    """Each file by itself: what was kept is not fetched again when the job is tried again."""
    channel, connection_id = str(work.args["channel"]), UUID(str(work.args["connection_id"]))
    try:
        account = await connections.account(work.tenant_id, connection_id)
    except (NotFound, SecretUnreadable) as error:
        raise JobFailed(error.code, error.message) from None
    adapter = adapter_of(channel)
    if adapter is None:
        raise JobFailed("no_adapter", f"The channel {channel} cannot be spoken to.")
    message = work.tenant_id, channel, work.subject
    kept = 0
    for each in await received_files.wanted(*message):
        try:
            if (each.media.size or 0) > MOST_BYTES:
                raise MediaRefused("too_large")
            pieces = adapter.fetch(each.media, Line(account, work.http))
            content, kind = await whole(pieces, each.media.mime)
        except MediaRefused as error:
            await received_files.refuse(*message, each, error.code)
        else:
            await received_files.keep(*message, each, content, kind)
            kept += 1
    return {"kept": kept}
