import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { type Api, queryString } from "@/session/api";
import { newId } from "@/session/new-id";
import type { Answered, DocumentText, Gap, KnowledgeDocument, Source, Taught } from "@/wire/frames";

/** Somebody looks on while it is read. */
const WHILE_READ_MS = 1_000;

interface PageOf<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

const path = (tenantId: string, ...parts: string[]) => ["/tenants", tenantId, "knowledge", ...parts].join("/");

/** Newest first: typed answers, or what is read. */
export function sourcesQuery(api: Api, tenantId: string, typed: boolean) {
  return infiniteQueryOptions({
    queryKey: ["knowledge", tenantId, typed ? "answers" : "sources"],
    queryFn: ({ pageParam }) => {
      const asked = queryString({ typed: String(typed), ...(pageParam === null ? {} : { before: pageParam }) });
      return api.call<PageOf<Source>>(`${path(tenantId, "sources")}?${asked}`);
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ items }) => items.some(isBeingRead)) ? WHILE_READ_MS : false,
  });
}

export function sourceQuery(api: Api, tenantId: string, id: string) {
  return queryOptions({
    queryKey: ["knowledge", tenantId, "source", id],
    queryFn: () => api.call<Source>(path(tenantId, "sources", id)),
    refetchInterval: ({ state }) => (state.data && isBeingRead(state.data) ? WHILE_READ_MS : false),
  });
}

export function documentsQuery(api: Api, tenantId: string, sourceId: string) {
  return infiniteQueryOptions({
    queryKey: ["knowledge", tenantId, "source", sourceId, "documents"],
    queryFn: ({ pageParam }) => {
      const asked = queryString(pageParam === null ? {} : { after: pageParam });
      return api.call<PageOf<KnowledgeDocument>>(`${path(tenantId, "sources", sourceId, "documents")}?${asked}`);
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ items }) => items.some(isBeingRead)) ? WHILE_READ_MS : false,
  });
}

export function documentQuery(api: Api, tenantId: string, id: string) {
  return queryOptions({
    queryKey: ["knowledge", tenantId, "document", id],
    queryFn: () => api.call<DocumentText>(path(tenantId, "documents", id)),
    refetchInterval: ({ state }) => (state.data && isBeingRead(state.data) ? WHILE_READ_MS : false),
  });
}

export function isBeingRead({ state }: Pick<Source, "state">): boolean {
  return state !== "indexed" && state !== "failed";
}

/** The same file again is the same source; a newer one takes the place of a source that is there. */
export function addFile(api: Api, tenantId: string, file: File, sourceId?: string): Promise<Source> {
  const named = { name: file.name, ...(sourceId === undefined ? {} : { source_id: sourceId }) };
  return api.call(`${path(tenantId, "files")}?${queryString(named)}`, { method: "POST", file });
}

export function addPage(api: Api, tenantId: string, url: string, wholeSite: boolean): Promise<Source> {
  return api.call(path(tenantId, "pages"), { method: "POST", body: { url, whole_site: wholeSite } });
}

export function addAnswer(api: Api, tenantId: string, question: string, answer: string): Promise<Source> {
  return api.call(path(tenantId, "answers"), { method: "POST", body: { question, answer }, idempotencyKey: newId() });
}

export interface SourceChanges {
  readonly refresh?: Source["refresh"];
  readonly valid_until?: string | null;
  readonly agent_ids?: readonly string[];
}

export function changeSource(api: Api, tenantId: string, { id, revision }: Source, changes: SourceChanges): Promise<Source> {
  return api.call(path(tenantId, "sources", id), { method: "PATCH", body: { revision, ...changes } });
}

export function refreshSource(api: Api, tenantId: string, id: string): Promise<Source> {
  return api.call(path(tenantId, "sources", id, "refresh"), { method: "POST" });
}

export function removeSource(api: Api, tenantId: string, id: string): Promise<undefined> {
  return api.call(path(tenantId, "sources", id), { method: "DELETE" });
}

export function correctDocument(api: Api, tenantId: string, { id, revision }: DocumentText, text: string): Promise<DocumentText> {
  return api.call(path(tenantId, "documents", id), { method: "PATCH", body: { revision, text } });
}

export function ask(api: Api, tenantId: string, agentId: string, question: string): Promise<Answered> {
  return api.call(path(tenantId, "ask"), { method: "POST", body: { agent_id: agentId, question }, long: true });
}

export function gapsQuery(api: Api, tenantId: string) {
  return queryOptions({
    queryKey: ["knowledge", tenantId, "gaps"],
    queryFn: async () => (await api.call<PageOf<Gap>>(path(tenantId, "gaps"))).items,
  });
}

/** Teaches it, and asks at once. */
export function answerGap(api: Api, tenantId: string, gap: Gap, question: string, answer: string): Promise<Taught> {
  const { question_ids, agent_id } = gap;
  return api.call(path(tenantId, "gaps", "answer"), { method: "POST", body: { question_ids, agent_id, question, answer }, long: true });
}

export function dismissGap(api: Api, tenantId: string, { question_ids }: Gap): Promise<unknown> {
  return api.call(path(tenantId, "gaps", "dismiss"), { method: "POST", body: { question_ids } });
}
