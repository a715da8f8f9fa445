/** An answer that a colleague's take-over ended is no failure: the notice says what happened, and what was said until then stays. */
import type { Message } from "@/wire/frames";

export function isTakenOver({ status, error_code }: Message): boolean {
  return status === "failed" && error_code === "taken_over";
}

/** There is nothing of it to be drawn. */
export function isUnsaid(message: Message): boolean {
  return isTakenOver(message) && (message.finish !== "broken_off" || message.content.trim() === "");
}
