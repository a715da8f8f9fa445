import { useEffect, useState } from "react";

import { useI18n } from "@/i18n/context";

import { Icon } from "./icons";

const SHOWN_MS = 2_000;

/** Clipboards exist on HTTPS and localhost only; elsewhere there is no button. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const { t } = useI18n();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => { setCopied(false); }, SHOWN_MS);
    return () => { clearTimeout(timer); };
  }, [copied]);
  if (!window.isSecureContext) return null;
  return (
    <button
      type="button"
      aria-label={label}
      className="inline-flex min-h-8 items-center gap-1.5 rounded-md px-2 text-xs text-soft transition-colors hover:bg-hover hover:text-ink"
      onClick={() => {
        void navigator.clipboard.writeText(text).then(() => { setCopied(true); });
      }}
    >
      <Icon name={copied ? "check" : "copy"} className="size-4" />
      <span aria-live="polite">{copied ? t("thread.copied") : t("thread.copy")}</span>
    </button>
  );
}
