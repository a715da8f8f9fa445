import { infiniteQueryOptions } from "@tanstack/react-query";

import type { Api } from "@/session/api";
import { messages } from "@/session/queries";

const PAGE = 50;

/** Pages of history, the newest first, each in ascending order. `reason` goes along with each. */
export function watchQuery(api: Api, conversationId: string, reason: string) {
  return infiniteQueryOptions({
    queryKey: ["watch", conversationId, reason],
    queryFn: ({ pageParam: before }) =>
      messages(api, conversationId, { limit: PAGE, reason, ...(before === null ? {} : { before }) }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => (page.length < PAGE ? undefined : page[0]?.id),
  });
}
