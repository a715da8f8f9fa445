/** Which role somebody has, and the others to choose from. Nothing changes by merely looking. */
import * as Menu from "@radix-ui/react-dropdown-menu";

import { buttonClass } from "@/components/button";
import { Icon } from "@/components/icons";
import { useI18n } from "@/i18n/context";
import type { MemberRole } from "@/wire/frames";

export const MEMBER_ROLES: readonly MemberRole[] = ["customer_admin", "customer_operator"];

interface RoleMenuProps {
  name: string;
  role: MemberRole;
  busy: boolean;
  onChoose: (role: MemberRole) => void;
}

export function RoleMenu({ name, role, busy, onChoose }: RoleMenuProps) {
  const { t } = useI18n();
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger
        aria-label={t("people.roleOf", { role: t(`role.${role}`), name })}
        className={`${buttonClass("quiet")} inline-flex items-center gap-2 ${busy ? "opacity-50" : ""}`}
      >
        {t(`role.${role}`)}
        <Icon name="chevrons" className="size-4 text-soft" />
      </Menu.Trigger>
      <Menu.Content
        align="end"
        sideOffset={4}
        className="z-20 w-72 max-w-[85vw] rounded-xl border border-line bg-raised p-1.5 shadow-lg"
      >
        <Menu.RadioGroup value={role}>
          {MEMBER_ROLES.map((each) => (
            <Menu.RadioItem
              key={each}
              value={each}
              disabled={busy}
              textValue={t(`role.${each}`)}
              className="flex cursor-default items-center justify-between gap-3 rounded-md px-2.5 py-2 text-sm outline-none data-[highlighted]:bg-hover"
              onSelect={() => { if (each !== role) onChoose(each); }}
            >
              <span>
                <span className="block font-medium">{t(`role.${each}`)}</span>
                <span className="block text-soft">{t(`role.${each}.lead`)}</span>
              </span>
              <Menu.ItemIndicator>
                <Icon name="check" className="size-4 text-accent" />
              </Menu.ItemIndicator>
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Content>
    </Menu.Root>
  );
}
