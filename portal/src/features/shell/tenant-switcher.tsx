/** The business in view; for who has several, the way to another. */
import { useState } from "react";

import { Icon } from "@/components/icons";
import { MenuButton } from "@/components/menu-button";
import { Name } from "@/components/name";
import { useI18n } from "@/i18n/context";
import { useWorkspace } from "@/session/workspace";

export function TenantSwitcher() {
  const { t } = useI18n();
  const { tenants, tenant, chooseTenant } = useWorkspace();
  const [failed, setFailed] = useState(false);
  if (tenants.length < 2) return <Name className="font-semibold">{tenant.name}</Name>;
  const choose = (tenantId: string) => {
    setFailed(false);
    return chooseTenant(tenantId).catch(() => { setFailed(true); });
  };
  return (
    <div className="min-w-0 grow">
      <MenuButton
        className="-mx-2 flex min-h-10 w-full min-w-0 items-center gap-2 rounded-lg px-2 text-start transition-colors hover:bg-hover"
        choices={{
          label: t("shell.business"),
          chosen: tenant.id,
          of: tenants.map(({ id, name, slug }) => ({ value: id, name, note: slug })),
          onChoose: (tenantId) => void choose(tenantId),
        }}
      >
        <span className="sr-only">{t("shell.business")}: </span>
        <Name className="min-w-0 grow font-semibold">{tenant.name}</Name>
        <Icon name="chevrons" className="size-5 shrink-0 text-soft" />
      </MenuButton>
      <p role="alert" className="text-sm text-danger empty:hidden">{failed && t("app.switchFailed")}</p>
    </div>
  );
}
