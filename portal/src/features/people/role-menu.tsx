/** Which role somebody has, and the others to choose from. Nothing changes by merely looking. */
import { buttonClass, OneOf } from "@/components/button";
import { Icon } from "@/components/icons";
import { MenuButton } from "@/components/menu-button";
import { useI18n } from "@/i18n/context";
import { MEMBER_ROLES } from "@/session/rights";
import type { MemberRole } from "@/wire/frames";

interface RoleMenuProps {
  name: string;
  role: MemberRole;
  onChoose: (role: MemberRole) => void;
}

export function RoleMenu({ name, role, onChoose }: RoleMenuProps) {
  const { t } = useI18n();
  return (
    <MenuButton
      aria-label={t("people.roleOf", { role: t(`role.${role}`), name })}
      className={`${buttonClass("quiet")} inline-flex items-center gap-2`}
      align="end"
      choices={{
        chosen: role,
        of: MEMBER_ROLES.map((each) => ({
          value: each,
          name: t(`role.${each}`),
          note: t(`role.${each}.lead`),
        })),
        onChoose: (chosen) => {
          const known = MEMBER_ROLES.find((each) => each === chosen);
          if (known) onChoose(known);
        },
      }}
    >
      <OneOf shown={t(`role.${role}`)} others={MEMBER_ROLES.map((each) => t(`role.${each}`))} />
      <Icon name="chevrons" className="size-4 text-soft" />
    </MenuButton>
  );
}
