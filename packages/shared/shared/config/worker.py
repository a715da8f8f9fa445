"""Settings of the worker."""

import re
from ipaddress import ip_network
from typing import Annotated

from pydantic import field_validator
from pydantic_settings import NoDecode

from shared.config.kinds import CheckedSettings, HttpUrl, named, wrong

_HOST_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_-]+)*\.?", re.I)


class WorkerSettings(CheckedSettings):
    """How many runs at once, how long they may take, and when others take them over."""

    concurrency: int = named("WORKER_CONCURRENCY", 320)
    lease_ttl_s: float = 6.0
    lease_renew_s: float = 2.0
    sweep_interval_s: float = 2.0
    first_nudge_s: float = 3.0
    """A pending run is nudged again after this long, and then each time the wait has doubled."""
    max_nudge_s: float = 60.0
    max_attempts: int = 3
    run_deadline_s: float = 120.0
    drain_timeout_s: float = 5.0
    publish_window_s: float = 0.08
    """Longest time that streamed text is gathered before it is published."""
    deaf_after_s: float = 20.0
    """A worker with room that takes no task for this long, while tasks wait, exits to be
    restarted."""
    egress_allow: Annotated[list[str], NoDecode] = named("EGRESS_ALLOW", [])
    """Comma-separated networks (10.0.0.0/8) and host names that workers may reach though they are
    not public, or without https: a tenant may then name addresses there."""
    scripted_service_url: HttpUrl | None = named("SCRIPTED_SERVICE_URL", None)
    """For development: where the scripted service is. Its tools exist with it alone."""

    @field_validator("egress_allow", mode="before")
    @classmethod
    def _split_at_commas(cls, value: object) -> object:
        if isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()]
        return value

    @field_validator("egress_allow")
    @classmethod
    def _are_networks_or_hosts(cls, entries: list[str]) -> list[str]:
        for entry in entries:
            try:
                ip_network(entry.strip("[]"))
            except ValueError:
                is_number = entry[:1].isdigit() or ":" in entry
                if is_number or not _HOST_NAME.fullmatch(entry):
                    raise wrong(
                        f"'{entry}' is neither a network like 10.0.0.0/8 nor a host name like "
                        "llm.internal"
                    ) from None
        return entries
