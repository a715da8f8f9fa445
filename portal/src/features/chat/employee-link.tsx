import { useEffect } from "react";
import { NavLink, useMatch } from "react-router";

import { AiMark } from "@/components/mark";
import { OneLine } from "@/components/markdown/one-line";
import { Name } from "@/components/name";
import { useI18n } from "@/i18n/context";
import { listTime } from "@/i18n/time";
import { useToday } from "@/i18n/today";
import { usePerson } from "@/session/login-context";
import { markSeen, useUnreadCount } from "@/session/seen";
import { useWorkspace } from "@/session/workspace";
import type { Agent, Conversation } from "@/wire/frames";


interface EmployeeLinkProps {
  agent: Agent;
  conversation?: Conversation;
}

export function EmployeeLink({ agent, conversation }: EmployeeLinkProps) {
  const { t, language } = useI18n();
  const { userId } = usePerson();
  useToday();
  const { at } = useWorkspace();
  const address = at(`chat/${agent.id}`);
  const open = useMatch(address) !== null;
  const unread = useUnreadCount(userId, conversation ? [conversation] : []) > 0 && !open;

  useEffect(() => {
    if (conversation && !unread) markSeen(userId, conversation.id, conversation.updated_at);
  }, [conversation, unread, userId]);

  return (
    <li>
      <NavLink
        to={address}
        className={({ isActive }) =>
          `in-view flex items-center gap-3 rounded-control px-3 py-2.5 transition-colors ${isActive ? "bg-hover" : "hover:bg-hover"}`
        }
      >
        <AiMark name={agent.name} />
        <span className="min-w-0 grow">
          <span className="flex items-baseline justify-between gap-2">
            <Name className={unread ? "font-semibold" : "font-medium"}>{agent.name}</Name>
            {conversation?.last_message_preview && (
              <time dateTime={conversation.updated_at} className="shrink-0 text-xs text-soft">
                {listTime(language, conversation.updated_at)}
              </time>
            )}
          </span>
          <span className="flex items-center justify-between gap-2">
            <span className={`min-w-0 text-sm ${unread ? "text-ink" : "text-soft"}`}>
              {conversation?.last_message_preview ? (
                <OneLine text={conversation.last_message_preview} />
              ) : (
                <span dir="auto" className="block truncate">{agent.role}</span>
              )}
            </span>
            {agent.status === "paused" && (
              <span className="shrink-0 text-xs text-soft">{t(agent.dismissed_at ? "app.dismissed" : "app.paused")}</span>
            )}
            {unread && (
              <span className="size-2.5 shrink-0 rounded-full bg-accent">
                <span className="sr-only">{t("chat.unread")}</span>
              </span>
            )}
          </span>
        </span>
      </NavLink>
    </li>
  );
}
