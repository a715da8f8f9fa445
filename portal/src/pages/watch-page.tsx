/**
 * Somebody else's conversation, to read. A live line speaks for the conversation's owner alone, so
 * there is none here: the messages are looked up now and then, and nothing can be written.
 */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { Link, useParams } from "react-router";

import { conversationsQuery, watchQuery } from "@/api/queries";
import { Button } from "@/components/button";
import { Empty } from "@/components/list";
import { RowSkeletons } from "@/components/skeleton";
import { useI18n } from "@/i18n/context";
import { fullTime } from "@/i18n/time";
import { useWorkspace } from "@/session/workspace";
import { LoadFailed } from "@/team/load-failed";
import { Answer } from "@/thread/answer";
import { FailedAnswer } from "@/thread/failed-answer";
import type { Message } from "@/wire/frames";

import { Page } from "./page";

export default function WatchPage() {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const { conversationId = "" } = useParams();
  const conversations = useQuery(conversationsQuery(api, tenant.id));
  const history = useInfiniteQuery(watchQuery(api, conversationId));
  const conversation = conversations.data?.find(({ id }) => id === conversationId);
  const name = conversation?.agent_name ?? "";
  const former = conversation !== undefined && !conversation.user_name;
  const person = conversation?.user_name ?? t("conversations.former");
  const messages = history.data?.pages.toReversed().flat() ?? [];

  const end = useRef<HTMLDivElement>(null);
  const loaded = history.isSuccess;
  useEffect(() => {
    if (loaded) end.current?.scrollIntoView({ block: "end" });
  }, [loaded]);

  return (
    <Page title={conversation ? t("conversations.pair", { person, name }) : t("conversations.title")}>
      <p className="mb-6 rounded-xl bg-hover px-4 py-3 text-sm">
        {former ? t("watch.leadFormer") : t("watch.lead", { person })}{" "}
        <Link to="/team/conversations" className="text-accent underline underline-offset-2">{t("watch.back")}</Link>
      </p>
      {history.isPending && <RowSkeletons rows={3} className="h-24" />}
      {history.isError && !history.data && <LoadFailed query={history} />}
      {loaded && messages.length === 0 && <Empty>{t("conversations.nothing")}</Empty>}
      {history.hasNextPage && (
        <p className="mb-6 text-center">
          <Button aria-disabled={history.isFetchingNextPage} onClick={() => void history.fetchNextPage()}>
            {t(history.isFetchingNextPage ? "thread.loadingOlder" : "watch.older")}
          </Button>
        </p>
      )}
      <ol className="flex flex-col gap-6">
        {messages.map((message) => (
          <li key={message.id}>
            <Watched message={message} name={name} person={person} />
          </li>
        ))}
      </ol>
      <div ref={end} />
    </Page>
  );
}

function Watched({ message, name, person }: { message: Message; name: string; person: string }) {
  const { language } = useI18n();
  const { role, status, content, created_at } = message;
  if (role === "user") {
    return (
      <article className="flex flex-col items-end gap-1">
        <div className="max-w-[85%] rounded-2xl rounded-ee-md bg-mine px-4 py-2.5 leading-relaxed wrap-anywhere whitespace-pre-wrap">
          <span className="sr-only">{person}: </span>
          <div dir="auto">{content}</div>
        </div>
        <time dateTime={created_at} className="text-xs text-soft">{fullTime(language, created_at)}</time>
      </article>
    );
  }
  if (status === "failed") return <FailedAnswer name={name} message={message} canRetry={false} />;
  return <Answer name={name} text={content} at={created_at} stopped={status === "stopped"} cut={message.finish === "length"} />;
}
