/** What to tell a person of a call that failed, in their language where there is a sentence. */
import { Refused } from "@/api/errors";

import { errorSentence, type Translate } from "./context";

export function problemSentence(t: Translate, error: unknown): string {
  if (!(error instanceof Refused)) return t("error.unreachable");
  // In a conversation this code speaks of an answer.
  if (error.code === "internal_error") return t("error.fault");
  return errorSentence(t, error.code, error.message);
}
