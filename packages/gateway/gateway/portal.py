"""Serves the portal, the built web page, beside the API it is a client of.

Every path that is not the API's is the portal's: a file of the build, or `index.html`, whose own
router reads the address. Hashed assets may be cached for ever. `index.html` is asked for each time,
so that a new build is seen at once. The content security policy allows only our own scripts and our
own addresses, whatever an answer of a model may contain.
"""

import mimetypes
import re
from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter
from shared.config import settings
from shared.errors import NotFound
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import FileResponse, Response

IN_THE_WHEEL = Path(__file__).parent / "page"
IN_THE_REPOSITORY = Path(__file__).parents[3] / "portal" / "dist"
NOT_BUILT = "The web page is not built here yet: `make portal` builds it."
FOR_EVER = "public, max-age=31536000, immutable"
ODD = re.compile(r"[\x00-\x1f\x7f\\\ufffd]")
"""Control characters, backslashes, and the replacement character for invalid UTF-8."""
MAX_PATH_CHARS = 2048
NAMED_HOST = re.compile(r"[A-Za-z0-9.\-]+(:\d+)?")
MAX_PART_BYTES = 255
"""Of one part of a path: no file name is longer."""


class _PortalPath(StringConvertor):
    """Matches any path but the API's, whose 404 and 405 stay JSON."""

    regex = r"(?!(?:api|chat|c|w|docs|redoc|openapi\.json|healthz|readyz|metrics)(?:/|$)).*"


register_url_convertor("portal_path", _PortalPath())
portal_router = APIRouter()


def portal_dir() -> Path:
    """Directory of the built portal. Raises NotFound if there is none."""
    given = settings.gateway.portal_dir
    for directory in (given,) if given else (IN_THE_WHEEL, IN_THE_REPOSITORY):
        if (directory / "index.html").is_file():
            return directory.resolve()
    raise NotFound(NOT_BUILT)


async def serve_portal(request: Request) -> Response:
    """A file of the build, or `index.html` for any other address."""
    directory, path = portal_dir(), request.path_params["path"]
    if not _may_be_ours(path):
        raise NotFound("There is no such page.")
    file = _file_of(directory, path)
    if file is None:
        if path.startswith("assets/") or "." in path.rpartition("/")[2]:
            raise NotFound("There is no such file.")
        file = directory / "index.html"
    response = _file_response(file, gzip="gzip" in request.headers.get("accept-encoding", ""))
    in_assets = file.is_relative_to(directory / "assets")
    response.headers["Cache-Control"] = FOR_EVER if in_assets else "no-cache"
    response.headers["Content-Security-Policy"] = _content_security_policy(
        request.headers.get("host", "")
    )
    return response


portal_router.add_route(
    "/{path:portal_path}", serve_portal, methods=["GET"], include_in_schema=False
)


def _may_be_ours(path: str) -> bool:
    """Whether the path can be a page's or a file's: it leads to no parent directory, and no part is
    too long or has characters that no file name has."""
    parts = path.split("/")
    return (
        not ODD.search(path)
        and not {".", ".."}.intersection(parts)
        and all(len(part.encode(errors="replace")) <= MAX_PART_BYTES for part in parts)
        and len(path) <= MAX_PATH_CHARS
    )


def _file_of(directory: Path, path: str) -> Path | None:
    """The file of the build; None if there is none, or if the file system refuses the name."""
    try:
        file = (directory / path).resolve()
        return file if file.is_relative_to(directory) and file.is_file() else None
    except (OSError, RuntimeError, ValueError):
        return None


def _file_response(file: Path, *, gzip: bool) -> FileResponse:
    """The file, or its compressed copy from the build if the client accepts that."""
    compressed = file.with_name(f"{file.name}.gz")
    media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    if not compressed.is_file():
        return FileResponse(file, media_type=media_type)
    if not gzip:
        return FileResponse(file, media_type=media_type, headers={"Vary": "Accept-Encoding"})
    headers = {"Vary": "Accept-Encoding", "Content-Encoding": "gzip"}
    return FileResponse(compressed, media_type=media_type, headers=headers)


@lru_cache(maxsize=64)
def _content_security_policy(host: str) -> str:
    """The policy names our own WebSocket address, because older browsers do not count it as 'self'.
    An IPv6 address cannot be written in a policy, so there it is left out."""
    sockets = f" ws://{host} wss://{host}" if NAMED_HOST.fullmatch(host) else ""
    return "; ".join(
        (
            "default-src 'self'",
            f"connect-src 'self'{sockets}",
            "img-src 'self' data:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )
