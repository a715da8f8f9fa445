"""The Celery application of the workers."""

from celery import Celery
from shared.jobs import configure_broker

app = Celery("konstruct", include=["orchestrator.tasks", "orchestrator.under_celery"])
configure_broker(app)
