/**
 * News tell whether an employee is paused; the conversation's line may know it sooner. Where it speaks
 * against what the page knows, the page asks again at once.
 */
import type { QueryClient } from "@tanstack/react-query";

import type { ChatSession } from "@/chat/chat-session";
import type { Transcript } from "@/chat/transcript";
import type { Agent } from "@/wire/frames";

interface Whose {
  readonly tenantId: string;
  readonly agentId: string;
}

export function followStanding(
  session: Pick<ChatSession, "getSnapshot" | "subscribe">,
  queries: QueryClient,
  { tenantId, agentId }: Whose,
): () => void {
  const queryKey = ["agents", tenantId];
  const paused = () =>
    queries.getQueryData<Agent[]>(queryKey)?.find(({ id }) => id === agentId)?.status === "paused";
  let before = session.getSnapshot().transcript;
  return session.subscribe(() => {
    const now = session.getSnapshot().transcript;
    const old = isRefused(before, now) || (paused() && isAtWork(before, now));
    before = now;
    if (old) void queries.invalidateQueries({ queryKey });
  });
}

/** A message was refused just now because the employee is paused. */
function isRefused(before: Transcript, now: Transcript): boolean {
  return now.outgoing.some((mine) => mine.refusal?.code === "agent_paused" && !before.outgoing.includes(mine));
}

/** The employee begins to answer, or something was stored: a paused one takes no message. */
function isAtWork(before: Transcript, now: Transcript): boolean {
  const begins = [...now.writing.keys()].some((replyTo) => !before.writing.has(replyTo));
  return begins || (now.typing && !before.typing) || now.lastSeq > before.lastSeq;
}
