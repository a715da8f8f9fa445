/** Why the employee said that; for those who may change what it knows. */
import { lazy, Suspense, useState } from "react";

import { Icon } from "@/components/icons";
import { useI18n } from "@/i18n/context";

const WhyDialog = lazy(() => import("./why-dialog"));

export function WhyButton({ messageId }: { messageId: string }) {
  const { t } = useI18n();
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        aria-haspopup="dialog"
        onClick={() => { setOpen(true); }}
        className="inline-flex min-h-8 items-center gap-1.5 rounded-control px-2 text-xs text-soft transition-colors hover:bg-hover hover:text-ink"
      >
        <Icon name="info" className="size-4" />
        {t("conversation.why")}
      </button>
      {open && (
        <Suspense fallback={null}>
          <WhyDialog messageId={messageId} onClose={() => { setOpen(false); }} />
        </Suspense>
      )}
    </>
  );
}
