"""Jobs about models: trying a business's key, and looking which model servers run here."""

import asyncio

from shared.errors import NotFound
from shared.llm_keys import marking
from shared.llm_keys.in_use import key_in_use
from shared.llm_keys.marking import Tested
from shared.llm_keys.providers import LOCAL_SERVERS
from shared.llm_keys.states import SENTENCES
from shared.log import get_logger
from shared.secrets.envelope import SecretUnreadable

from orchestrator.jobs.work import JobFailed, Result, Work
from orchestrator.llm import models_of, try_key

log = get_logger(__name__)

MOST_TOLD = 40
"""Of a local server's models: a job's result has a bound."""


async def test_key(work: Work) -> Result:
    """Try the key and write down what was found. One that does not open is sent to nobody."""
    try:
        key = await key_in_use(work.tenant_id, work.subject)
    except NotFound as error:
        raise JobFailed("gone", error.message) from None
    except SecretUnreadable as error:
        log.error("secret_unreadable", key_id=str(work.subject), reason=error.message)
        await marking.unreadable(work.tenant_id, work.subject)
        return {"state": "unreadable", "message": SENTENCES["unreadable"]}
    found: Tested = await try_key(key)
    await marking.tested(work.tenant_id, key.id, key.version, found)
    return {"state": found.state, "message": SENTENCES[found.state]}


async def look_here(work: Work) -> Result:  # noqa: ARG001 - it is the same for every business
    """The model servers on this worker's machine, with the models they have."""
    models = await asyncio.gather(*map(models_of, LOCAL_SERVERS))
    return {
        "found": [
            {
                "id": server.id,
                "name": server.name,
                "models": [each[:80] for each in own[:MOST_TOLD]],
            }
            for server, own in zip(LOCAL_SERVERS, models, strict=True)
            if own
        ]
    }
