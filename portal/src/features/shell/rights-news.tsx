/** Says to whom it concerns that somebody has changed what they may do here, while they look on. */
import { useState } from "react";

import { IconButton } from "@/components/icon-button";
import { useI18n } from "@/i18n/context";
import { mayAdminister } from "@/session/rights";
import type { Tenant } from "@/wire/frames";

export function RightsNews({ tenant: { id, name, role } }: { tenant: Tenant }) {
  const { t } = useI18n();
  const [known, setKnown] = useState({ id, role, changed: false });
  if (known.id !== id || known.role !== role) setKnown({ id, role, changed: known.id === id });
  if (!known.changed) return null;
  return (
    <div role="status" className="flex items-center gap-3 border-b border-line bg-mine px-4 text-sm md:px-6">
      <p className="grow wrap-anywhere">
        {t(mayAdminister(role) ? "shell.nowAdmin" : "shell.nowOperator", { business: name })}
      </p>
      <IconButton icon="close" label={t("shell.close")} onClick={() => { setKnown({ id, role, changed: false }); }} />
    </div>
  );
}
