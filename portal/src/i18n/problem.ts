/** What to tell a person of a call that failed, in their language where there is a sentence. */
import { LoggedOut, ORIGIN_REFUSED, Refused, Unreachable } from "@/wire/errors";

import { errorSentence, type Translate } from "./context";
import type { MessageKey } from "./en";

/** For a refusal whose code has no sentence, or which has none: it came from before the gateway. */
const BY_STATUS: Partial<Record<number, MessageKey>> = {
  401: "error.logged_out",
  403: "error.forbidden",
  404: "error.not_found",
  429: "error.too_many",
};

export function problemSentence(t: Translate, error: unknown): string {
  if (error instanceof Unreachable) return t("error.unreachable");
  if (error instanceof LoggedOut) return t("error.logged_out");
  // A fault of the page's own is not told as the network's.
  if (!(error instanceof Refused)) return t("error.page");
  if (error.code === ORIGIN_REFUSED) return t("error.origin_refused", { origin: location.origin });
  // In a conversation this code speaks of an answer.
  if (error.code === "internal_error") return t("error.fault");
  const known = BY_STATUS[error.status];
  return errorSentence(t, error.code, known ? t(known) : error.message || t("error.fault"));
}
