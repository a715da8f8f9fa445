/**
 * How high a row will be, before it is drawn. The nearer to the truth, the steadier the scroll bar;
 * what is read does not move either way.
 */
import type { ThreadItem } from "@/chat/thread-items";

const GAP = 24;
const LINE = 26;
const FOOT = 38;
const CHAR = 7.4;
const MAX_WIDTH = 720;
const AVATAR = 40;

export function expectedHeight(item: ThreadItem | undefined, viewportWidth: number): number {
  const width = Math.max(240, Math.min(viewportWidth - 48, MAX_WIDTH));
  switch (item?.kind) {
    case "message":
      return item.message.role === "user"
        ? GAP + 20 + lines(item.message.content, width * 0.85 - 32) * LINE + 20
        : GAP + FOOT + lines(item.message.content, width - AVATAR) * LINE;
    case "writing":
      return GAP + lines(item.text, width - AVATAR) * LINE;
    case "outgoing":
      return GAP + 20 + lines(item.outgoing.text, width * 0.85 - 32) * LINE + 20;
    case "failed":
      return GAP + 64 + (item.message.finish ? lines(item.message.content, width - AVATAR) * LINE : 0);
    default:
      return GAP + 28;
  }
}

function lines(text: string, width: number): number {
  const perLine = width / CHAR;
  let count = 0;
  for (const paragraph of text.split("\n")) count += Math.max(1, Math.ceil(paragraph.length / perLine));
  return count;
}
