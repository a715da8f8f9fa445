"""Which requests bring a file, and may therefore be larger and take longer than all others."""

import re
from collections.abc import Mapping

from shared.config import settings

Scope = Mapping[str, object]
"""A request's, as ASGI and uvicorn have it."""

_FILES = re.compile(r"/api/portal/tenants/[^/]+/knowledge/files")


def brings_file(scope: Scope) -> bool:
    return scope["method"] == "POST" and _FILES.fullmatch(str(scope["path"])) is not None


def most_bytes(scope: Scope) -> int:
    """How large this request's body may be."""
    return settings.requests.max_upload_bytes if brings_file(scope) else settings.requests.max_bytes


def within_s(scope: Scope) -> float:
    """The whole of this request must arrive within this."""
    return settings.requests.upload_timeout_s if brings_file(scope) else settings.requests.timeout_s
