/** What an employee does beside talking, in the person's language; a tool that is new here has the server's words. */
import type { Doing } from "@/chat/doing";
import type { Translate } from "@/i18n/context";

export function doingSentence(t: Translate, name: string, { tool, label }: Doing): string {
  switch (tool) {
    case "clock":
      return t("conversation.doing.clock", { name });
    case "count":
      return t("conversation.doing.count", { name });
    default:
      return t("conversation.doing.other", { name, label });
  }
}
