import type { Translate } from "@/i18n/context";
import type { Message } from "@/wire/frames";

/** What a colleague who wrote it is called; null for the employee and the person themselves. */
export function writtenBy({ author }: Message, t: Translate): string | null {
  return author?.kind === "member" ? (author.name ?? t("message.colleague")) : null;
}
