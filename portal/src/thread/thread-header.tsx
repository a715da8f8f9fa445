import { memo, useState } from "react";

import { Avatar } from "@/components/avatar";
import { Icon } from "@/components/icons";
import { MenuButton } from "@/components/menu-button";
import { useI18n } from "@/i18n/context";
import { SidebarDrawer } from "@/sidebar/sidebar-drawer";
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
  const [reset, setReset] = useState(false);
  return (
    <header className="flex h-16 shrink-0 items-center gap-3 border-b border-line px-3 md:px-6">
      <SidebarDrawer />
      <Avatar name={agent.name} />
      <div className="min-w-0 grow">
        <h1 className="truncate font-semibold"><span dir="auto">{agent.name}</span></h1>
        <p className="truncate text-sm text-soft"><span dir="auto">{agent.role}</span></p>
      </div>
      <MenuButton
        aria-label={t("reset.action")}
        disabled={empty}
        className="grid size-10 place-items-center rounded-lg text-soft transition-colors hover:bg-hover hover:text-ink disabled:invisible"
        align="end"
        action={{ name: t("reset.action"), danger: true, onSelect: () => { setReset(true); } }}
      >
        <Icon name="more" />
      </MenuButton>
      <ResetDialog
        name={agent.name}
        conversationId={conversationId}
        open={reset}
        onClose={() => { setReset(false); }}
      />
    </header>
  );
});
