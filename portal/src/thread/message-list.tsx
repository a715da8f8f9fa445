import { Fragment } from "react";

import type { ChatSnapshot } from "@/chat/chat-session";
import type { LineState } from "@/chat/connection";
import type { ThreadItem } from "@/chat/thread-items";
import type { Outgoing } from "@/chat/transcript";
import { Button } from "@/components/button";
import { useI18n } from "@/i18n/context";
import { dayName, sameDay } from "@/i18n/time";
import type { Agent } from "@/wire/frames";

import { Answer } from "./answer";
import { FailedAnswer } from "./failed-answer";
import { OutgoingMessage, OwnMessage } from "./own-message";
import { SilentNotice, TypingIndicator } from "./waiting";

interface MessageListProps {
  agent: Agent;
  items: readonly ThreadItem[];
  older: ChatSnapshot["older"];
  line: LineState;
  onLoadOlder: () => void;
  onRetry: (replyTo: string) => void;
  onResend: (clientMessageId: string) => void;
  onEdit: (outgoing: Outgoing) => void;
}

export function MessageList(props: MessageListProps) {
  const { items, older, onLoadOlder } = props;
  const { t } = useI18n();
  return (
    <>
      {older === "loading" && <p className="pb-4 text-center text-sm text-soft">{t("thread.loadingOlder")}</p>}
      {older === "failed" && (
        <p className="flex items-center justify-center gap-2 pb-4 text-sm text-soft">
          {t("thread.olderFailed")}
          <Button look="link" onClick={onLoadOlder}>{t("app.tryAgain")}</Button>
        </p>
      )}
      <ol className="flex flex-col gap-6">
        {items.map((item, index) => (
          <Fragment key={item.key}>
            <DayMark item={item} before={items[index - 1]} />
            <li>
              <Item item={item} {...props} />
            </li>
          </Fragment>
        ))}
      </ol>
    </>
  );
}

function Item({ item, agent, line, onRetry, onResend, onEdit }: MessageListProps & { item: ThreadItem }) {
  switch (item.kind) {
    case "message":
      return item.message.role === "user" ? (
        <OwnMessage text={item.message.content} at={item.message.created_at} />
      ) : (
        <Answer
          name={agent.name}
          text={item.message.content}
          at={item.message.created_at}
          stopped={item.message.status === "stopped"}
        />
      );
    case "writing":
      return <Answer name={agent.name} text={item.text} />;
    case "failed":
      return (
        <FailedAnswer
          name={agent.name}
          failure={item.failure}
          canRetry={line === "connected"}
          onRetry={() => { onRetry(item.replyTo); }}
        />
      );
    case "outgoing":
      return (
        <OutgoingMessage
          outgoing={item.outgoing}
          connected={line === "connected"}
          onResend={() => { onResend(item.outgoing.clientMessageId); }}
          onEdit={() => { onEdit(item.outgoing); }}
        />
      );
    case "typing":
      return line === "connected" && <TypingIndicator name={agent.name} />;
    case "silent":
      return <SilentNotice />;
  }
}

function DayMark({ item, before }: { item: ThreadItem; before: ThreadItem | undefined }) {
  const { t, language } = useI18n();
  const at = timeOf(item);
  const previous = before && timeOf(before);
  if (!at || (previous && sameDay(at, previous))) return null;
  return (
    <li className="text-center text-xs font-medium text-soft">
      <time dateTime={at.slice(0, 10)}>{dayName(language, t, at)}</time>
    </li>
  );
}

function timeOf(item: ThreadItem): string | undefined {
  if (item.kind === "message" || item.kind === "failed") return item.message.created_at;
  return item.kind === "outgoing" ? item.outgoing.createdAt : undefined;
}
