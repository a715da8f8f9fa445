/** The business in view; for who has several, the way to another. */
import { useNavigate } from "react-router";

import { Icon } from "@/components/icons";
import { MenuButton } from "@/components/menu-button";
import { Name } from "@/components/name";
import { useI18n } from "@/i18n/context";
import { inBusiness, useWorkspace } from "@/session/workspace";

import { EXTRA, type Width, WORD } from "./width";

export function TenantSwitcher({ width }: { width: Width }) {
  const { t } = useI18n();
  const { tenants, tenant } = useWorkspace();
  const navigate = useNavigate();
  const shown = (
    <>
      <img src="/icon.svg" alt="" className="size-7 shrink-0" />
      <span className="sr-only">{t("shell.business")}: </span>
      <Name className={`min-w-0 grow font-semibold ${WORD[width]}`}>{tenant.name}</Name>
    </>
  );
  if (tenants.length < 2) return <p title={tenant.name} className="flex min-h-10 items-center gap-2.5 px-1.5">{shown}</p>;
  const choose = (tenantId: string) => {
    const chosen = tenants.find(({ id }) => id === tenantId);
    if (chosen) void navigate(inBusiness(chosen, "home"));
  };
  return (
    <MenuButton
      className="flex min-h-10 w-full min-w-0 items-center gap-2.5 rounded-control px-1.5 text-start transition-colors hover:bg-hover"
      choices={{
        label: t("shell.business"),
        chosen: tenant.id,
        of: tenants.map(({ id, name, slug }) => ({ value: id, name, note: slug })),
        onChoose: choose,
      }}
    >
      {shown}
      <Icon name="chevrons" className={`size-5 shrink-0 text-soft ${EXTRA[width]}`} />
    </MenuButton>
  );
}
