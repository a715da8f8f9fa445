"""A worker's jobs, done on the test's own loop."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from orchestrator.jobs.runner import JobRunner
from shared.config import get_settings
from shared.db import SystemSession
from shared.runs import leases


@asynccontextmanager
async def doing_jobs(settings: pytest.MonkeyPatch) -> AsyncIterator[JobRunner]:
    """It looks for jobs often."""
    settings.setenv("KONSTRUCT_SWEEP_INTERVAL_S", "0.1")
    get_settings.cache_clear()
    worker_id = uuid4()
    async with SystemSession("lease") as session, session.transaction():
        await leases.renew_lease(session, worker_id, name="test", ttl_s=600, version="test")
    runner = JobRunner(worker_id)
    await runner.start()
    yield runner
    await runner.stop()
