import { memo, useEffect, useState } from "react";
import { Link } from "react-router";

import { rescueFocus } from "@/components/focus";
import { Icon } from "@/components/icons";
import { AiMark } from "@/components/mark";
import { MenuButton } from "@/components/menu-button";
import { Name } from "@/components/name";
import { useI18n } from "@/i18n/context";
import { useWorkspace } from "@/session/workspace";
import type { Agent } from "@/wire/frames";

import { ResetDialog } from "./reset-dialog";

interface ThreadHeaderProps {
  agent: Agent;
  conversationId: string;
  empty: boolean;
  pane: boolean;
}

export const ThreadHeader = memo(function ThreadHeader(props: ThreadHeaderProps) {
  const { agent, conversationId, empty, pane } = props;
  const { t } = useI18n();
  const { at } = useWorkspace();
  const [reset, setReset] = useState(false);

  // Emptied, there is nothing left for the menu to do, and it does not keep the focus.
  useEffect(() => (empty ? undefined : rescueFocus), [empty]);

  const Title = pane ? "h2" : "h1";
  return (
    <header className="shrink-0 border-b border-line">
      <div className="mx-auto flex h-16 max-w-3xl items-center gap-3 px-3 md:px-6">
        {!pane && (
          <Link
            to={at("chat")}
            aria-label={t("conversation.back")}
            className="-ms-1 grid size-10 shrink-0 place-items-center rounded-control text-soft hover:bg-hover hover:text-ink md:hidden"
          >
            <Icon name="back" />
          </Link>
        )}
        <AiMark name={agent.name} />
        <div className="min-w-0 grow">
          <Title className="font-semibold"><Name>{agent.name}</Name></Title>
          <p className="text-sm text-soft"><Name>{agent.role}</Name></p>
        </div>
        <MenuButton
          aria-label={t("conversation.reset.action")}
          disabled={empty}
          className="grid size-10 place-items-center rounded-control text-soft transition-colors hover:bg-hover hover:text-ink disabled:invisible"
          align="end"
          actions={[{ name: t("conversation.reset.action"), danger: true, onSelect: () => { setReset(true); } }]}
        >
          <Icon name="more" />
        </MenuButton>
        <ResetDialog
          name={agent.name}
          conversationId={conversationId}
          open={reset}
          onClose={() => { setReset(false); }}
        />
      </div>
    </header>
  );
});
