import type { Notice } from "@/chat/transcript";
import { errorSentence, type Translate } from "@/i18n/context";
import type { Language } from "@/i18n/language";
import { waitTime } from "@/i18n/time";
import type { Message } from "@/wire/frames";

/** Why an answer failed: the same words when it happens, after a reload, and to those who listen. */
export function failureSentence(
  { t, language }: { t: Translate; language: Language },
  message: Message,
  told?: Notice,
): string {
  // What was told last may be why it cannot be tried again.
  const code = told?.code ?? message.error_code;
  if (!code) return t("message.failed");
  const fallback = told?.message ?? (message.finish === "broken_off" ? "" : message.content);
  const seconds = told?.retryAfterS;
  const wait = seconds === undefined ? undefined : waitTime(language, seconds);
  return errorSentence(t, code, fallback || t("message.failed"), wait);
}
