"""Files that people sent, for the business's own people to open."""

from uuid import UUID

from fastapi import APIRouter, Response

from shared.api.dependencies import MemberOf
from shared.api.problems import ProblemRoute
from shared.channels.received_files import file_of
from shared.errors import NotFound

files_router = APIRouter(
    prefix="/api/portal/tenants/{tenant_id}/files",
    tags=["files"],
    route_class=ProblemRoute,
)


@files_router.get("/{file_id}", include_in_schema=False)
async def open_file(file_id: UUID, member: MemberOf) -> Response:
    """Its content, to be saved and never shown as a page of ours. For members."""
    found = await file_of(member.session, member.tenant_id, file_id)
    if found is None:
        raise NotFound("There is no such file.")
    mime, content = found
    headers = {
        "Content-Disposition": "attachment",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }
    return Response(content, media_type=mime, headers=headers)
