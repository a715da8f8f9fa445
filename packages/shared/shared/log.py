"""Structured logs: one JSON object a line on standard error, or plain columns on a terminal.

No secret and no text that a person wrote is logged. Events carry ids, counts and seconds. Should a
secret slip in, its value is masked if its field has a telling name.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

SECRET_NAMES = frozenset(
    {"password", "token", "access_token", "refresh_token", "authorization", "cookie", "api_key",
     "api_token", "signing_key", "signing_secret", "text", "content", "payload", "bot_token",
     "app_secret", "app_token", "auth_token", "credentials", "private_key", "sealed", "secret",
     "verify_token"}
)  # fmt: skip


def configure_logging(level: str, *, json: bool) -> None:
    """Route our own and the libraries' logs through one formatter. Call once per process."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        blot_out_secrets,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for noisy in ("httpx", "httpx2", "httpcore", "httpcore2", "openai", "uvicorn.access",
                  "celery.worker.strategy", "celery.app.trace"):  # fmt: skip
        logging.getLogger(noisy).setLevel(logging.WARNING)


def blot_out_secrets(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    for name in event:
        if name.lower() in SECRET_NAMES:
            event[name] = "[hidden]"
    return event


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger. Name events with past verbs, and give ids as fields."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger
