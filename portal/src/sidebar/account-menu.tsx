import * as Menu from "@radix-ui/react-dropdown-menu";
import { useState } from "react";

import { Icon } from "@/components/icons";
import { useI18n } from "@/i18n/context";
import { isLanguage, LANGUAGES } from "@/i18n/language";
import { forgetPerson } from "@/session/leftovers";
import { useLogin, usePerson } from "@/session/login-context";

const ITEM =
  "flex min-h-9 cursor-default items-center justify-between gap-3 rounded-md px-2.5 text-sm outline-none data-[highlighted]:bg-hover";
const HEADING = "px-2.5 pt-2 pb-1 text-xs text-soft";

export function AccountMenu() {
  const { t } = useI18n();
  const person = usePerson();
  const login = useLogin();
  const [failed, setFailed] = useState(false);

  const logOut = async () => {
    try {
      await login.logOut();
      forgetPerson(person.userId);
    } catch {
      setFailed(true);
    }
  };

  return (
    <footer className="shrink-0 border-t border-line p-3">
      {failed && <p role="alert" className="px-2 pb-2 text-sm text-danger">{t("account.logOutFailed")}</p>}
      <Menu.Root modal={false}>
        <Menu.Trigger className="flex w-full items-center gap-3 rounded-xl px-3 py-2 text-start transition-colors hover:bg-hover">
          <span className="min-w-0 grow">
            <span className="block truncate text-sm font-medium">{person.displayName || person.email}</span>
            <span className="block truncate text-xs text-soft">{person.email}</span>
          </span>
          <Icon name="more" className="size-5 text-soft" />
          <span className="sr-only">{t("account.menu")}</span>
        </Menu.Trigger>
        {/* Not in a portal: on a phone it is in a modal dialog, beside which all is inert. */}
        <Menu.Content
          side="top"
          align="start"
          sideOffset={6}
          className="z-20 max-h-96 w-64 overflow-y-auto rounded-xl border border-line bg-raised p-1.5 shadow-lg"
        >
          <Languages />
          <Menu.Separator className="my-1.5 h-px bg-line" />
          <Menu.Item className={ITEM} onSelect={() => void logOut()}>
            {t("account.logOut")}
          </Menu.Item>
        </Menu.Content>
      </Menu.Root>
    </footer>
  );
}

function Languages() {
  const { t, language, setLanguage } = useI18n();
  return (
    <Menu.RadioGroup
      value={language}
      onValueChange={(tag) => {
        if (isLanguage(tag)) setLanguage(tag);
      }}
    >
      <Menu.Label className={HEADING}>{t("account.language")}</Menu.Label>
      {Object.entries(LANGUAGES).map(([tag, name]) => (
        <Choice key={tag} value={tag} name={name} />
      ))}
    </Menu.RadioGroup>
  );
}

function Choice({ value, name }: { value: string; name: string }) {
  return (
    <Menu.RadioItem value={value} className={ITEM}>
      <span className="truncate">{name}</span>
      <Menu.ItemIndicator>
        <Icon name="check" className="size-4 text-accent" />
      </Menu.ItemIndicator>
    </Menu.RadioItem>
  );
}
