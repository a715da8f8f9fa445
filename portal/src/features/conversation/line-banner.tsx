/** The line's state when it is anything but well, and what the gateway had to say. */
import { useEffect, useState } from "react";

import type { LineState } from "@/chat/connection";
import type { Notice } from "@/chat/transcript";
import { errorSentence, useI18n } from "@/i18n/context";

/** A line that comes in less is not worth a word. */
const QUIET_MS = 800;

export function LineBanner({ line, notice }: { line: LineState; notice: Notice | null }) {
  const { t } = useI18n();
  const shown = useSettled(line);
  const sentence =
    shown !== "connected" && shown !== "logged-out"
      ? t(`conversation.line.${shown}`, { origin: location.origin })
      : notice && errorSentence(t, notice.code, notice.message);
  return (
    <div role="status" className="mx-auto w-full max-w-3xl px-4 md:px-6">
      {sentence && (
        <p className="mb-2 rounded-control border border-line bg-hover px-3 py-2 text-sm">{sentence}</p>
      )}
    </div>
  );
}

/** The line's state once it has lasted; that it is well counts at once. */
function useSettled(line: LineState): LineState {
  const [settled, setSettled] = useState<LineState>("connected");
  useEffect(() => {
    const timer = setTimeout(() => { setSettled(line); }, line === "connected" ? 0 : QUIET_MS);
    return () => { clearTimeout(timer); };
  }, [line]);
  return line === "connected" ? line : settled;
}
