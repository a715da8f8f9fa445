/** Everybody's conversations in this business; for the platform's own people, to look at. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { Empty, Rows } from "@/components/list";
import { LoadFailed } from "@/components/load-failed";
import { AiMark } from "@/components/mark";
import { OneLine } from "@/components/markdown/one-line";
import { RowSkeletons } from "@/components/skeleton";
import { Page } from "@/features/shell";
import { useI18n } from "@/i18n/context";
import { fullTime, listTime } from "@/i18n/time";
import { useToday } from "@/i18n/today";
import { usePerson } from "@/session/login-context";
import { conversationsQuery } from "@/session/queries";
import { useWorkspace } from "@/session/workspace";
import type { Conversation } from "@/wire/frames";

export default function ConversationsPage() {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const conversations = useQuery(conversationsQuery(api, tenant.id));
  return (
    <Page title={t("conversations.title")}>
      <p className="mb-5 text-sm text-soft">{t("conversations.lead", { business: tenant.name })}</p>
      {conversations.isPending && <RowSkeletons rows={4} />}
      {conversations.isError && !conversations.data && <LoadFailed query={conversations} />}
      {conversations.data?.length === 0 && <Empty>{t("conversations.empty")}</Empty>}
      {conversations.data && conversations.data.length > 0 && (
        <Rows label={t("conversations.title")}>
          {conversations.data.map((conversation) => (
            <ConversationRow key={conversation.id} conversation={conversation} />
          ))}
        </Rows>
      )}
    </Page>
  );
}

function ConversationRow({ conversation }: { conversation: Conversation }) {
  const { t, language } = useI18n();
  const { userId } = usePerson();
  const { at } = useWorkspace();
  useToday();
  const { id, agent_id, agent_name, user_id, user_name, updated_at, last_message_preview } = conversation;
  const own = user_id === userId;
  const whose = own ? t("app.you") : (user_name ?? t("conversations.former"));
  return (
    <li>
      <Link
        to={at(own ? `chat/${agent_id}` : `conversations/${id}`)}
        className="flex items-center gap-3 px-4 py-row transition-colors hover:bg-hover"
      >
        <AiMark name={agent_name} />
        <span className="min-w-0 grow">
          <span className="flex items-baseline justify-between gap-2">
            <span className="truncate font-medium">{t("conversations.pair", { person: whose, name: agent_name })}</span>
            <time dateTime={updated_at} title={fullTime(language, updated_at)} className="shrink-0 text-xs text-soft">
              {listTime(language, updated_at)}
            </time>
          </span>
          {/* What others said is read with a reason alone. */}
          <span className="block text-sm text-soft empty:hidden">
            {own || !last_message_preview ? <OneLine text={last_message_preview ?? t("conversations.nothing")} /> : null}
          </span>
        </span>
      </Link>
    </li>
  );
}
