/** Where in a conversation a person was reading, so that a reload or a look elsewhere does not lose it. */
import type { ThreadItem } from "@/chat/thread-items";
import { inTab } from "@/session/kept";
import { personalPrefix } from "@/session/personal";

/** The message at the upper edge, and how much of it is above that edge, in pixels. */
export interface Place {
  readonly seq: number;
  readonly offset: number;
}

export function placePrefix(userId: string): string {
  return personalPrefix("place", userId);
}

/** `null` is the end, which needs no remembering. */
export function keepPlace(key: string, place: Place | null): void {
  if (place) inTab.setItem(key, JSON.stringify(place));
  else inTab.removeItem(key);
}

export function loadPlace(key: string): Place | null {
  try {
    const place = JSON.parse(inTab.getItem(key) ?? "null") as Partial<Place> | null;
    return typeof place?.seq === "number" && typeof place.offset === "number"
      ? { seq: place.seq, offset: place.offset }
      : null;
  } catch {
    return null;
  }
}

/** What is not stored yet has none. */
export function seqOf(item: ThreadItem | undefined): number | undefined {
  return item && (item.kind === "message" || item.kind === "failed") ? item.message.seq : undefined;
}
