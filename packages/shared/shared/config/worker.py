"""Settings of the worker."""

from shared.config.kinds import CheckedSettings, HttpUrl, named


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
    scripted_service_url: HttpUrl | None = named("SCRIPTED_SERVICE_URL", None)
    """For development: where the scripted service is. Its tools exist with it alone."""
