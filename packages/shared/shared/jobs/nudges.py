"""Waking a worker for a job, after the commit that added it."""

from uuid import UUID

from shared.runs.nudges import Job

JOB_NAME = "orchestrator.handle_job"

handle_job = Job(JOB_NAME, carries=("job_id", "tenant_id"))


def nudge(tenant_id: UUID | None, job_id: UUID) -> None:
    """Have a worker look at it soon. The sweep does, if this is lost."""
    handle_job.delay({"job_id": str(job_id), "tenant_id": tenant_id and str(tenant_id)})
