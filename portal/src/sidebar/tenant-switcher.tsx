/** The business in view; for who has several, the way to another. */
import * as Menu from "@radix-ui/react-dropdown-menu";
import { useState } from "react";

import { Icon } from "@/components/icons";
import { useI18n } from "@/i18n/context";
import { useWorkspace } from "@/session/workspace";

export function TenantSwitcher() {
  const { t } = useI18n();
  const { tenants, tenant, chooseTenant } = useWorkspace();
  const [failed, setFailed] = useState(false);
  if (tenants.length < 2) return <span className="truncate font-semibold">{tenant.name}</span>;
  const choose = (tenantId: string) => {
    setFailed(false);
    return chooseTenant(tenantId).catch(() => { setFailed(true); });
  };
  return (
    <div className="min-w-0 grow">
    <Menu.Root modal={false}>
      <Menu.Trigger className="-mx-2 flex min-h-10 w-full min-w-0 items-center gap-2 rounded-lg px-2 text-start transition-colors hover:bg-hover">
        <span className="sr-only">{t("account.business")}: </span>
        <span className="min-w-0 grow truncate font-semibold">{tenant.name}</span>
        <Icon name="chevrons" className="size-5 shrink-0 text-soft" />
      </Menu.Trigger>
      {/* Not in a portal: on a phone it is in a modal dialog, beside which all is inert. */}
      <Menu.Content
        align="start"
        sideOffset={6}
        className="z-20 max-h-[60vh] w-64 max-w-[80vw] overflow-y-auto rounded-xl border border-line bg-raised p-1.5 shadow-lg"
      >
        <Menu.RadioGroup value={tenant.id} onValueChange={(tenantId) => void choose(tenantId)}>
          <Menu.Label className="px-2.5 pt-2 pb-1 text-xs text-soft">{t("account.business")}</Menu.Label>
          {tenants.map(({ id, name, slug }) => (
            <Menu.RadioItem
              key={id}
              value={id}
              textValue={name}
              className="flex min-h-11 cursor-default items-center justify-between gap-3 rounded-md px-2.5 text-sm outline-none data-[highlighted]:bg-hover"
            >
              <span className="min-w-0">
                <span className="block truncate">{name}</span>
                <span className="block truncate text-xs text-soft">{slug}</span>
              </span>
              <Menu.ItemIndicator>
                <Icon name="check" className="size-4 text-accent" />
              </Menu.ItemIndicator>
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Content>
    </Menu.Root>
      <p role="alert" className="text-sm text-danger empty:hidden">{failed && t("business.switchFailed")}</p>
    </div>
  );
}
