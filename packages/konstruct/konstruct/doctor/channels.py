"""Checks the accounts on other platforms: which fail, which wait, and what could not be sent."""

from shared.channels import overview
from shared.db import SystemSession
from shared.errors import ConfigError

SHOWN = 5
"""Failing accounts that are named."""


async def accounts() -> str:
    async with SystemSession("setup") as session, session.transaction():
        found = await overview.of_installation(session)
    if not found.live and not found.failing:
        return "No account is connected."
    said = [f"{found.live} live"]
    if found.waiting:
        said.append(f"{found.waiting} of them waiting, as the platform asked")
    if found.not_sent:
        said.append(
            f"not sent or of unknown fate: {found.not_sent} "
            "(`konstruct channel deliveries --state dead`, and `unsure`)"
        )
    if found.failing:
        named = [
            f"{channel} {key} of {tenant}: {code} ({id_})"
            for id_, channel, key, tenant, code in found.failing[:SHOWN]
        ]
        if len(found.failing) > SHOWN:
            named.append(f"and {len(found.failing) - SHOWN} more")
        raise ConfigError(
            f"Of the accounts, {len(found.failing)} fail: {'; '.join(named)}. The business's page "
            "Channels says what to do, `konstruct channel check ID` looks again. "
            f"Otherwise: {', '.join(said)}."
        )
    return f"{', '.join(said)}."
