import * as Menu from "@radix-ui/react-dropdown-menu";
import { memo, useState } from "react";

import { Avatar } from "@/components/avatar";
import { Icon } from "@/components/icons";
import { IconButton } from "@/components/icon-button";
import { Modal } from "@/components/modal";
import { useI18n } from "@/i18n/context";
import { Sidebar } from "@/sidebar/sidebar";
import type { Agent } from "@/wire/frames";

import { ResetDialog } from "./reset-dialog";

interface ThreadHeaderProps {
  agent: Agent;
  conversationId: string;
  empty: boolean;
}

export const ThreadHeader = memo(function ThreadHeader(props: ThreadHeaderProps) {
  const { agent, conversationId, empty } = props;
  const { t } = useI18n();
  const [sidebar, setSidebar] = useState(false);
  const [reset, setReset] = useState(false);
  return (
    <header className="flex h-16 shrink-0 items-center gap-3 border-b border-line px-3 md:px-6">
      <IconButton
        icon="menu"
        label={t("sidebar.open")}
        className="md:hidden"
        onClick={() => { setSidebar(true); }}
      />
      <Avatar name={agent.name} />
      <div className="min-w-0 grow">
        <h1 className="truncate font-semibold">{agent.name}</h1>
        <p className="truncate text-sm text-soft">{agent.role}</p>
      </div>
      <Menu.Root modal={false}>
        <Menu.Trigger
          aria-label={t("reset.action")}
          disabled={empty}
          className="grid size-10 place-items-center rounded-lg text-soft transition-colors hover:bg-hover hover:text-ink disabled:invisible"
        >
          <Icon name="more" />
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Content
            align="end"
            sideOffset={4}
            className="z-20 min-w-44 rounded-xl border border-line bg-raised p-1.5 shadow-lg"
          >
            <Menu.Item
              className="flex min-h-9 cursor-default items-center rounded-md px-2.5 text-sm text-danger outline-none data-[highlighted]:bg-hover"
              onSelect={() => { setReset(true); }}
            >
              {t("reset.action")}
            </Menu.Item>
          </Menu.Content>
        </Menu.Portal>
      </Menu.Root>
      <ResetDialog
        name={agent.name}
        conversationId={conversationId}
        open={reset}
        onClose={() => { setReset(false); }}
      />
      <Modal
        open={sidebar}
        onClose={() => { setSidebar(false); }}
        aria-label={t("sidebar.title")}
        className="h-dvh max-h-none w-76 max-w-[85vw] bg-ground text-ink shadow-xl backdrop:bg-black/40"
      >
        <Sidebar onChoose={() => { setSidebar(false); }} />
      </Modal>
    </header>
  );
});
