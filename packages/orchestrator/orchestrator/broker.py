"""Celery's settings of the broker: bounded waits, and no redelivery."""

from typing import Any

from celery import Celery
from shared.config import settings
from shared.environment import forget
from shared.redis_keys import BROKER_PREFIX
from shared.runs.nudges import QUEUE_NAME


def configure_broker(app: Celery) -> None:
    """Configure the broker for publishers and consumers alike.

    The settings are read when the application first needs them, so importing it needs none.
    """
    forget("CELERY_", "KOMBU_")  # Celery prefers CELERY_BROKER_URL to its configuration
    app.add_defaults(_broker_settings)


def _broker_settings() -> dict[str, Any]:
    """Every wait is bounded (kombu's default is for ever). A task is acknowledged before it runs,
    because PostgreSQL redelivers; the broker's own redelivery is not used."""
    transport = {
        "global_keyprefix": BROKER_PREFIX,
        "socket_timeout": settings.redis.socket_timeout_s,
        "socket_connect_timeout": settings.redis.connect_timeout_s,
        "socket_keepalive": True,
        "retry_on_timeout": False,
        "health_check_interval": 10,
        "visibility_timeout": 600,
    }
    return {
        "broker_url": settings.redis.url,
        "broker_transport_options": transport,
        "broker_connection_timeout": settings.redis.connect_timeout_s,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "task_default_queue": QUEUE_NAME,
        "task_publish_retry": False,
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_ignore_result": True,
        "task_acks_late": False,
        "worker_prefetch_multiplier": 1,
        "worker_enable_remote_control": False,
        "worker_send_task_events": False,
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
    }
