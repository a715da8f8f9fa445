"""Serves the portal, the built web page, beside the API it is a client of.

Every path that is not the API's is the portal's: a file of the build, or `index.html`, whose own
router reads the address. Hashed assets may be kept for ever; `index.html` is asked for each time,
so that a new build is seen at once. The content security policy lets no script run and no address
be reached but our own, whatever an answer may contain.
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
"""Control characters, backslashes, and what stands for bytes that are no UTF-8."""
MAX_PATH_CHARS = 2048
NAMED_HOST = re.compile(r"[A-Za-z0-9.\-]+(:\d+)?")
MAX_PART_BYTES = 255
"""Of a path: no file's name is longer."""


class _PortalPath(StringConvertor):
    """Any path but the API's own: those keep their 404 and 405 as JSON."""

    regex = r"(?!(?:api|chat|docs|redoc|openapi\.json|healthz|readyz|metrics)(?:/|$)).*"


register_url_convertor("portal_path", _PortalPath())
portal_router = APIRouter()


def portal_dir() -> Path:
    """Where the built portal is. Raises NotFound where there is none."""
    given = settings.gateway.portal_dir
    for directory in (given,) if given else (IN_THE_WHEEL, IN_THE_REPOSITORY):
        if (directory / "index.html").is_file():
            return directory.resolve()
    raise NotFound(NOT_BUILT)


async def serve_portal(request: Request) -> Response:
    """A file of the build, or the page itself for an address within it."""
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
    """Whether it could be a page's address or a file's: no page of ours leads above itself, and
    none has a name that no file system takes."""
    parts = path.split("/")
    return (
        not ODD.search(path)
        and not {".", ".."}.intersection(parts)
        and all(len(part.encode(errors="replace")) <= MAX_PART_BYTES for part in parts)
        and len(path) <= MAX_PATH_CHARS
    )


def _file_of(directory: Path, path: str) -> Path | None:
    """The file of the build, or None; also where the file system does not take the name."""
    try:
        file = (directory / path).resolve()
        return file if file.is_relative_to(directory) and file.is_file() else None
    except (OSError, RuntimeError, ValueError):
        return None


def _file_response(file: Path, *, gzip: bool) -> FileResponse:
    """The file, or what the build has compressed of it for those who take that."""
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
    """Older browsers do not take a socket of our own address as 'self', so it is named; but a
    policy has no way to spell an IPv6 address."""
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
