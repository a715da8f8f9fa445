/** One's own talk with the employee, beside what is told to them; on a phone it is a part of its own. */
import { useSyncExternalStore } from "react";

import { ConversationPage } from "@/features/conversation";
import type { Agent } from "@/wire/frames";

const ROOM = "(min-width: 80rem)";

export function TryIt({ agent }: { agent: Agent }) {
  return <ConversationPage key={agent.id} agentId={agent.id} pane />;
}

/** Whether the window has room for the talk beside the page. */
export function useRoomBeside(): boolean {
  return useSyncExternalStore(watch, () => matchMedia(ROOM).matches);
}

function watch(changed: () => void): () => void {
  const room = matchMedia(ROOM);
  room.addEventListener("change", changed);
  return () => { room.removeEventListener("change", changed); };
}
