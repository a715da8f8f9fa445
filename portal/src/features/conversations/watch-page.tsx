/**
 * Somebody else's conversation, to read; nothing can be written. Its own line speaks for its owner
 * alone, so its messages are looked up again when the list of conversations, which the line of news
 * keeps new, says that something was said. Each conversation asks for a reason first, which the
 * gateway logs with each look.
 */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Link, useParams } from "react-router";

import { isTakenOver, isUnsaid } from "@/chat/taken-over";
import { Button } from "@/components/button";
import { FormFooter } from "@/components/form/form-footer";
import { TextField } from "@/components/form/text-field";
import { useForm } from "@/components/form/use-form";
import { Empty } from "@/components/list";
import { LoadFailed } from "@/components/load-failed";
import { Answer } from "@/components/message/answer";
import { writtenBy } from "@/components/message/author";
import { DayMark } from "@/components/message/day-mark";
import { FailedAnswer } from "@/components/message/failed-answer";
import { MessageTime } from "@/components/message/message-time";
import { NoticeLine } from "@/components/message/notice-line";
import { RowSkeletons } from "@/components/skeleton";
import { Page } from "@/features/shell";
import { useI18n } from "@/i18n/context";
import { sameDay } from "@/i18n/time";
import { conversationsQuery } from "@/session/queries";
import { useWorkspace } from "@/session/workspace";
import type { Message } from "@/wire/frames";

import { watchQuery } from "./queries";

export default function WatchPage() {
  const { conversationId = "" } = useParams();
  return <Asked key={conversationId} conversationId={conversationId} />;
}

function Asked({ conversationId }: { conversationId: string }) {
  const { t } = useI18n();
  const [reason, setReason] = useState<string | null>(null);
  const form = useForm({
    initial: { reason: "" },
    check: (values) => (values.reason.trim() ? {} : { reason: { key: "conversations.watch.reasonMissing" } }),
    send: (values) => {
      setReason(values.reason.trim());
      return Promise.resolve();
    },
  });
  if (reason !== null) return <Watch conversationId={conversationId} reason={reason} />;
  return (
    <Page title={t("conversations.watch.ask")}>
      <form {...form.props} className="max-w-lg">
        <p className="mb-5 text-sm text-soft">{t("conversations.watch.askLead")}</p>
        <TextField {...form.field("reason")} label={t("conversations.watch.reason")} help={t("conversations.watch.reasonHelp")} maxLength={200} autoComplete="off" required />
        <FormFooter problem={form.problem} busy={form.busy} submit={t("conversations.watch.read")}>
          <Back />
        </FormFooter>
      </form>
    </Page>
  );
}

function Back() {
  const { t } = useI18n();
  const { at } = useWorkspace();
  return (
    <Link to={at("conversations")} className="inline-flex min-h-10 items-center px-2 text-sm text-accent underline underline-offset-2">
      {t("conversations.watch.back")}
    </Link>
  );
}

function Watch({ conversationId, reason }: { conversationId: string; reason: string }) {
  const { t } = useI18n();
  const { api, tenant, at } = useWorkspace();
  const conversations = useQuery(conversationsQuery(api, tenant.id));
  const history = useInfiniteQuery(watchQuery(api, conversationId, reason));
  const conversation = conversations.data?.find(({ id }) => id === conversationId);
  const { refetch } = history;
  const changed = useRef(conversation?.updated_at);
  useEffect(() => {
    if (changed.current !== undefined && changed.current !== conversation?.updated_at) void refetch();
    changed.current = conversation?.updated_at;
  }, [conversation?.updated_at, refetch]);
  const name = conversation?.agent_name ?? "";
  const former = conversation !== undefined && !conversation.user_name;
  const person = conversation?.user_name ?? t("conversations.former");
  const stored = history.data?.pages.toReversed().flat() ?? [];
  const messages = stored.filter((message) => message.status !== "merged" && !isUnsaid(message));

  const end = useRef<HTMLDivElement>(null);
  const loaded = history.isSuccess;
  useEffect(() => {
    if (loaded) end.current?.scrollIntoView({ block: "end" });
  }, [loaded]);

  return (
    <Page title={conversation ? t("conversations.pair", { person, name }) : t("conversations.title")}>
      <p className="mb-6 rounded-card bg-hover px-4 py-3 text-sm">
        {former ? t("conversations.watch.leadFormer") : t("conversations.watch.lead", { person })}{" "}
        <Link to={at("conversations")} className="text-accent underline underline-offset-2">{t("conversations.watch.back")}</Link>
      </p>
      {history.isPending && <RowSkeletons rows={3} className="h-24" />}
      {history.isError && !history.data && <LoadFailed query={history} />}
      {loaded && messages.length === 0 && <Empty>{t("conversations.nothing")}</Empty>}
      {history.hasNextPage && (
        <p className="mb-6 text-center">
          <Button aria-disabled={history.isFetchingNextPage} onClick={() => void history.fetchNextPage()}>
            {t(history.isFetchingNextPage ? "message.loadingOlder" : "conversations.watch.older")}
          </Button>
        </p>
      )}
      <ol className="flex flex-col gap-6">
        {messages.map((message, index) => (
          <li key={message.id}>
            {!sameDay(message.created_at, messages[index - 1]?.created_at ?? "") && <DayMark at={message.created_at} />}
            <Watched message={message} name={name} person={person} />
          </li>
        ))}
      </ol>
      <div ref={end} />
    </Page>
  );
}

function Watched({ message, name, person }: { message: Message; name: string; person: string }) {
  const { t } = useI18n();
  const { role, status, content, created_at } = message;
  if (role === "user") {
    return (
      <article className="flex flex-col items-end gap-1">
        <div className="max-w-[85%] rounded-card rounded-ee-tag bg-mine px-4 py-2.5 leading-relaxed wrap-anywhere whitespace-pre-wrap">
          <span className="sr-only">{person}: </span>
          <div dir="auto">{content}</div>
        </div>
        <MessageTime at={created_at} />
      </article>
    );
  }
  if (status === "failed" && !isTakenOver(message)) return <FailedAnswer name={name} message={message} canRetry={false} />;
  if (message.author?.kind === "system") return <NoticeLine text={content} />;
  const colleague = writtenBy(message, t);
  return (
    <Answer
      name={colleague ?? name}
      colleague={colleague !== null}
      text={content}
      at={created_at}
      stopped={status === "stopped" || isTakenOver(message)}
      cut={message.finish === "length"}
    />
  );
}
