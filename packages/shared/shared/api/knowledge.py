"""What a business lets its employees read: given, changed and removed by its admins, seen by its
members, who may also type answers."""

from collections.abc import Sequence
from typing import Annotated
from urllib.parse import unquote
from uuid import NAMESPACE_URL, UUID, uuid5

from fastapi import APIRouter, Query, Request, Response, status

from shared.agents.rules import list_agents
from shared.api.dependencies import AdminOf, IdempotencyKey, LetIn, MemberOf
from shared.api.knowledge_shapes import (
    AddAnswer,
    AddPage,
    AnsweredOut,
    Ask,
    ChangeSource,
    Correct,
    DocumentOut,
    Documents,
    DocumentText,
    SourceOut,
    Sources,
)
from shared.api.pages import cursor_of, place_of
from shared.api.problems import ProblemRoute, problem_documents
from shared.api.uploads import uploaded
from shared.errors import BadRequest
from shared.knowledge import sources, trials
from shared.knowledge.limits import MAX_TITLE_CHARS
from shared.knowledge.readers import set_readers
from shared.models import KnowledgeSource

knowledge_router = APIRouter(
    prefix="/api/portal/tenants/{tenant_id}/knowledge",
    tags=["knowledge"],
    route_class=ProblemRoute,
    responses=problem_documents(400, 401, 403, 404, 409, 413, 429),
)

UNKNOWN_TYPE = "application/octet-stream"
Limit = Annotated[int, Query(ge=1, le=200)]


@knowledge_router.get("/sources")
async def list_sources(
    member: MemberOf,
    response: Response,
    typed: bool | None = None,
    agent_id: UUID | None = None,
    limit: Limit = 50,
    before: str | None = None,
) -> Sources:
    """Where the business's knowledge is from, newest first: typed answers alone, or all but these,
    or everything; of one employee if `agent_id` names one. For members."""
    found = await sources.list_sources(
        member.session,
        member.tenant_id,
        typed=typed,
        agent_id=agent_id,
        after=place_of(before),
        limit=limit + 1,
    )
    following = cursor_of(found[limit - 1].source) if len(found) > limit else None
    if following is not None:
        response.headers["Link"] = f'<?before={following}&limit={limit}>; rel="next"'
    return Sources(items=[SourceOut.of(each) for each in found[:limit]], next=following)


@knowledge_router.post("/files", status_code=status.HTTP_201_CREATED)
async def add_file(
    request: Request,
    admin: AdminOf,
    name: Annotated[str, Query(min_length=1, max_length=MAX_TITLE_CHARS)],
    agent_ids: Annotated[list[UUID] | None, Query(max_length=200)] = None,
    source_id: UUID | None = None,
) -> SourceOut:
    """Give a file to read: it is the body, of the type it is. Its `source_id` makes it the newer
    one of a file that is there. The same content again is the same source. Without `agent_ids`,
    every employee knows it. For admins."""
    await _let_go(admin)
    content = await uploaded(request, admin.tenant_id)
    mime = request.headers.get("content-type", UNKNOWN_TYPE).partition(";")[0].strip().lower()
    if source_id is None:
        added = await sources.add_file(
            admin.session,
            admin.tenant_id,
            name=unquote(name),
            mime=mime,
            content=content,
            agent_ids=await _agents(admin, agent_ids),
        )
    else:
        added = await sources.replace_file(
            admin.session,
            admin.tenant_id,
            source_id,
            name=unquote(name),
            mime=mime,
            content=content,
        )
    return await _seen(admin, added)


@knowledge_router.post("/pages", status_code=status.HTTP_201_CREATED)
async def add_page(body: AddPage, admin: AdminOf) -> SourceOut:
    """Have a web page read, or the whole site that it begins. The same address again is the same
    source. For admins."""
    added = await sources.add_page(
        admin.session,
        admin.tenant_id,
        address=body.url,
        whole_site=body.whole_site,
        refresh=body.refresh,
        agent_ids=await _agents(admin, body.agent_ids),
    )
    return await _seen(admin, added)


@knowledge_router.post("/answers", status_code=status.HTTP_201_CREATED)
async def add_answer(
    body: AddAnswer, member: MemberOf, idempotency_key: IdempotencyKey = None
) -> SourceOut:
    """Type a question and its answer. The same Idempotency-Key again is the same one. For
    members."""
    key = f"{member.tenant_id}/knowledge/{idempotency_key}"
    added = await sources.add_answer(
        member.session,
        member.tenant_id,
        question=body.question,
        answer=body.answer,
        agent_ids=await _agents(member, body.agent_ids),
        source_id=uuid5(NAMESPACE_URL, key) if idempotency_key else None,
    )
    return await _seen(member, added)


@knowledge_router.get("/sources/{source_id}")
async def get_source(source_id: UUID, member: MemberOf) -> SourceOut:
    """One source: how far it is read, and what helps if it cannot be. For members."""
    return await _shown(member, source_id)


@knowledge_router.patch("/sources/{source_id}")
async def change_source(source_id: UUID, body: ChangeSource, admin: AdminOf) -> SourceOut:
    """Call it otherwise, let it end some day, say who knows it. For admins."""
    if body.model_fields_set <= {"revision"}:
        raise BadRequest("There is nothing to change. Give at least one field.")
    await sources.change(
        admin.session,
        admin.tenant_id,
        source_id,
        revision=body.revision,
        title=body.title,
        refresh=body.refresh,
        valid_until=body.valid_until if "valid_until" in body.model_fields_set else "unchanged",
    )
    if body.agent_ids is not None:
        await set_readers(admin.session, admin.tenant_id, source_id, body.agent_ids)
    return await _shown(admin, source_id)


@knowledge_router.post("/sources/{source_id}/refresh")
async def refresh_source(source_id: UUID, admin: AdminOf) -> SourceOut:
    """Look at a page or site again now, or read again what could not be read. For admins."""
    await sources.refresh(admin.session, admin.tenant_id, source_id)
    return await _shown(admin, source_id)


@knowledge_router.delete("/sources/{source_id}", status_code=status.HTTP_204_NO_CONTENT)
async def remove_source(source_id: UUID, admin: AdminOf) -> None:
    """Forget it: nobody answers from it any more and nothing of it is kept. What was answered stays
    with its quotes. For admins."""
    await sources.remove(admin.session, admin.tenant_id, source_id)


@knowledge_router.get("/sources/{source_id}/documents")
async def list_documents(
    source_id: UUID, member: MemberOf, limit: Limit = 100, after: UUID | None = None
) -> Documents:
    """What it holds: of a site its pages, else one document. For members."""
    documents = (await sources.show(member.session, member.tenant_id, source_id)).documents
    ids = [each.id for each in documents]
    begin = ids.index(after) + 1 if after in ids else 0
    page = documents[begin : begin + limit]
    more = begin + limit < len(documents)
    return Documents(
        items=[DocumentOut.model_validate(DocumentOut.told(each)) for each in page],
        next=page[-1].id if more else None,
    )


@knowledge_router.get("/documents/{document_id}")
async def get_document(document_id: UUID, member: MemberOf) -> DocumentText:
    """One document with its text, in which places of citations are counted. For members."""
    return await _text_of(member, document_id)


@knowledge_router.patch("/documents/{document_id}")
async def correct_document(document_id: UUID, body: Correct, admin: AdminOf) -> DocumentText:
    """Correct what was read; it is learned anew, and what was known before holds until then. For
    admins."""
    await sources.correct(
        admin.session, admin.tenant_id, document_id, text=body.text, revision=body.revision
    )
    return await _text_of(admin, document_id)


@knowledge_router.post("/ask")
async def ask_employee(body: Ask, member: MemberOf) -> AnsweredOut:
    """What an employee would answer, and where it is from: asked in no conversation, and told to
    nobody. It counts as a message. For members."""
    await _let_go(member)
    return AnsweredOut.of(await trials.ask(member.tenant_id, body.agent_id, body.question))


async def _agents(let_in: LetIn, named: Sequence[UUID] | None) -> Sequence[UUID]:
    """Those who are named, or everybody."""
    if named is not None:
        return named
    return [agent.id for agent in await list_agents(let_in.session, let_in.tenant_id)]


async def _seen(let_in: LetIn, source: KnowledgeSource) -> SourceOut:
    return await _shown(let_in, source.id)


async def _shown(let_in: LetIn, source_id: UUID) -> SourceOut:
    await let_in.session.flush()
    return SourceOut.of(await sources.show(let_in.session, let_in.tenant_id, source_id))


async def _text_of(let_in: LetIn, document_id: UUID) -> DocumentText:
    document = await sources.document(let_in.session, let_in.tenant_id, document_id)
    source = (await sources.show(let_in.session, let_in.tenant_id, document.source_id)).source
    told = DocumentOut.told(document)
    return DocumentText.model_validate(
        told
        | {
            "source_title": source.title,
            "text": document.text or "",
            "corrected": document.is_given,
        }
    )


async def _let_go(let_in: LetIn) -> None:
    """What follows takes its time: the request's connection is not kept meanwhile."""
    await let_in.session.commit()
