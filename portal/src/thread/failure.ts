import type { Notice } from "@/chat/transcript";
import { errorSentence, type Translate } from "@/i18n/context";
import type { Message } from "@/wire/frames";

/** Why an answer failed: the same words when it happens, after a reload, and to those who listen. */
export function failureSentence(t: Translate, message: Message, told?: Notice): string {
  // What was told last may be why it cannot be tried again.
  const code = told?.code ?? message.error_code;
  if (!code) return t("thread.failed");
  const fallback = told?.message ?? (message.finish === "broken_off" ? "" : message.content);
  return errorSentence(t, code, fallback || t("thread.failed"));
}
