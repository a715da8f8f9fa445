"""The Celery application of the workers."""

from celery import Celery

from orchestrator.broker import configure_broker

app = Celery("konstruct", include=["orchestrator.tasks", "orchestrator.celery_signals"])
configure_broker(app)
