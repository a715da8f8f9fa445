/** Where one can go and what one can do, found by writing a part of its name. */
import { Autocomplete } from "@base-ui/react/autocomplete";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { Headless, ROW } from "@/components/headless";
import { Icon } from "@/components/icons";
import { Modal } from "@/components/modal";
import { useI18n } from "@/i18n/context";
import { usePerson } from "@/session/login-context";
import { workingQuery } from "@/session/queries";
import { mayAdminister } from "@/session/rights";
import { inBusiness, useWorkspace } from "@/session/workspace";

import { addressOf, PLACES } from "./places";

interface Command {
  readonly id: string;
  readonly name: string;
  readonly icon: React.ComponentProps<typeof Icon>["name"];
  readonly to: string;
}

interface Group {
  readonly name: string;
  readonly items: readonly Command[];
}

export default function CommandMenu({ onClose }: { onClose: () => void }) {
  const { t } = useI18n();
  const navigate = useNavigate();
  const groups = useCommands();
  const run = ({ to }: Command) => {
    onClose();
    void navigate(to);
  };
  return (
    <Modal
      open
      onClose={onClose}
      aria-label={t("shell.commands")}
      className="mx-auto mt-[12vh] w-full max-w-lg rounded-card border border-line bg-raised text-ink shadow-xl backdrop:bg-black/40 max-sm:max-w-[calc(100vw-2rem)]"
    >
      <Headless>
        <Autocomplete.Root open inline items={groups} itemToStringValue={(command: Command) => command.name} autoHighlight="always" keepHighlight>
          <div className="flex items-center gap-3 border-b border-line px-4">
            <Icon name="search" className="size-5 shrink-0 text-soft" />
            {/* eslint-disable-next-line jsx-a11y/no-autofocus -- a dialog puts the focus where one goes on */}
            <Autocomplete.Input autoFocus aria-label={t("shell.commands")} placeholder={t("shell.commandsHint")} className="min-h-13 min-w-0 grow bg-transparent text-base outline-none placeholder:text-soft" />
          </div>
          <Autocomplete.Empty className="px-4 py-6 text-sm text-soft empty:hidden">{t("shell.commandsNone")}</Autocomplete.Empty>
          <Autocomplete.List className="max-h-[50vh] overflow-y-auto p-2 empty:hidden">
            {(group: Group) => (
              <Autocomplete.Group key={group.name} items={group.items}>
                <Autocomplete.GroupLabel className="px-2.5 pt-2 pb-1 text-xs text-soft">{group.name}</Autocomplete.GroupLabel>
                <Autocomplete.Collection>
                  {(command: Command) => (
                    <Autocomplete.Item key={command.id} value={command} className={`${ROW} !justify-start`} onClick={() => { run(command); }}>
                      <Icon name={command.icon} className="size-5 shrink-0 text-soft" />
                      <bdi className="truncate">{command.name}</bdi>
                    </Autocomplete.Item>
                  )}
                </Autocomplete.Collection>
              </Autocomplete.Group>
            )}
          </Autocomplete.List>
        </Autocomplete.Root>
      </Headless>
    </Modal>
  );
}

/** What this person can do, and where they can go. */
function useCommands(): readonly Group[] {
  const { t } = useI18n();
  const { role } = usePerson();
  const { api, tenants, tenant, at } = useWorkspace();
  const agents = useQuery(workingQuery(api, tenant.id));
  const places = PLACES.flat().filter(({ isFor }) => isFor(tenant.role));
  const others = tenants.filter(({ id }) => id !== tenant.id);
  const groups: readonly Group[] = [
    {
      name: t("shell.commandsGo"),
      items: places.map((place) => ({ id: place.to, name: t(place.name), icon: place.icon, to: addressOf(place, at) })),
    },
    {
      name: t("shell.commandsTalk"),
      items: (agents.data ?? []).map(({ id, name }) => ({ id, name, icon: "chat", to: at(`chat/${id}`) })),
    },
    {
      name: t("shell.commandsDo"),
      items: mayAdminister(role) ? [{ id: "hire", name: t("shell.hire"), icon: "add", to: at("employees/new") }] : [],
    },
    {
      name: t("shell.business"),
      items: others.map((other) => ({ id: other.id, name: other.name, icon: "business", to: inBusiness(other, "home") })),
    },
  ];
  return groups.filter(({ items }) => items.length > 0);
}
