import { useEffect, useState } from "react";

import { useI18n } from "@/i18n/context";

import { Icon } from "./icons";

const SHOWN_MS = 2_000;

/** Clipboards exist on HTTPS and localhost only; elsewhere there is no button. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const { t } = useI18n();
  const [outcome, setOutcome] = useState<"copied" | "copyFailed" | null>(null);
  useEffect(() => {
    if (!outcome) return;
    const timer = setTimeout(() => { setOutcome(null); }, SHOWN_MS);
    return () => { clearTimeout(timer); };
  }, [outcome]);
  if (!window.isSecureContext) return null;
  return (
    <button
      type="button"
      aria-label={label}
      className="inline-flex min-h-8 items-center gap-1.5 rounded-control px-2 text-xs text-soft transition-colors hover:bg-hover hover:text-ink"
      onClick={() => {
        // A browser may forbid it, though it has a clipboard.
        navigator.clipboard.writeText(text).then(
          () => { setOutcome("copied"); },
          () => { setOutcome("copyFailed"); },
        );
      }}
    >
      <Icon name={outcome === "copied" ? "check" : "copy"} className="size-4" />
      <span aria-live="polite">{t(`app.${outcome ?? "copy"}`)}</span>
    </button>
  );
}
