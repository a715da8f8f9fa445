/** The messages, the state of those above them, and the way back to the latest one. */
import { memo, type Ref, useImperativeHandle } from "react";

import type { ChatSession, ChatSnapshot } from "@/chat/chat-session";
import { isTakenOver } from "@/chat/taken-over";
import type { ThreadItem } from "@/chat/thread-items";
import type { Outgoing } from "@/chat/transcript";
import { Button } from "@/components/button";
import { Icon } from "@/components/icons";
import { Answer } from "@/components/message/answer";
import { DayMark } from "@/components/message/day-mark";
import { writtenBy } from "@/components/message/author";
import { FailedAnswer } from "@/components/message/failed-answer";
import { NoticeLine } from "@/components/message/notice-line";
import { useI18n } from "@/i18n/context";
import { sameDay } from "@/i18n/time";
import { mayAdminister } from "@/session/rights";
import { useWorkspace } from "@/session/workspace";
import type { Citation } from "@/wire/frames";

import { OutgoingMessage, OwnMessage } from "./own-message";
import { useWindow } from "./use-window";
import { DoingLine, SilentNotice, TypingIndicator } from "./waiting";
import { WhyButton } from "./why-button";

export interface MessageListHandle {
  toLatest(): void;
}

interface MessageListProps {
  ref: Ref<MessageListHandle>;
  name: string;
  /** At least one. */
  items: readonly ThreadItem[];
  older: ChatSnapshot["older"];
  connected: boolean;
  session: ChatSession;
  /** Under which the place read at is kept. */
  placeKey: string;
  onLoadOlder: () => void;
  onEdit: (outgoing: Outgoing) => void;
}

export function MessageList(props: MessageListProps) {
  const { ref, name, items, older, connected, session, placeKey, onLoadOlder, onEdit } = props;
  const { t } = useI18n();
  const { viewport, container, measured, rows, onScroll, away, toLatest } = useWindow({
    items,
    placeKey,
    onNearTop: onLoadOlder,
  });
  useImperativeHandle(ref, () => ({ toLatest }), [toLatest]);
  return (
    <>
      <div
        ref={viewport}
        onScroll={onScroll}
        // A region that scrolls must be reachable to be scrolled by keyboard.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        role="region"
        aria-label={t("conversation.label", { name })}
        className="h-full overflow-y-auto overscroll-contain [contain:strict] [overflow-anchor:none]"
      >
        <ol ref={container} className="relative mx-auto max-w-3xl">
          {rows.map(({ index, item }) => (
            <li
              key={item.key}
              ref={measured}
              data-index={index}
              aria-posinset={index + 1}
              aria-setsize={older === "none" ? items.length : -1}
              className="absolute inset-x-0 px-4 pb-6 md:px-6"
            >
              <Row
                item={item}
                day={index === 0 && older !== "none" ? undefined : dayBegun(item, items[index - 1])}
                last={index === items.length - 1}
                name={name}
                connected={connected}
                session={session}
                onEdit={onEdit}
              />
            </li>
          ))}
        </ol>
      </div>
      <OlderNotice older={older} onLoadOlder={onLoadOlder} />
      {away && (
        <button
          type="button"
          aria-label={t("conversation.latest")}
          title={t("conversation.latest")}
          onClick={toLatest}
          className="absolute bottom-3 left-1/2 grid size-10 -translate-x-1/2 place-items-center rounded-full border border-line bg-raised text-soft shadow-md hover:text-ink"
        >
          <Icon name="arrowDown" />
        </button>
      )}
    </>
  );
}

interface RowProps {
  item: ThreadItem;
  /** When the first item of a day, some time on it; not of one that may have begun further up. */
  day: string | undefined;
  /** Whether nothing was said after it. */
  last: boolean;
  name: string;
  connected: boolean;
  session: ChatSession;
  onEdit: (outgoing: Outgoing) => void;
}

const Row = memo(function Row({ day, ...props }: RowProps) {
  return (
    <>
      {day && <DayMark at={day} />}
      <Item {...props} />
    </>
  );
});

function Item({ item, last, name, connected, session, onEdit }: Omit<RowProps, "day">) {
  const { t } = useI18n();
  const { at, tenant } = useWorkspace();
  const goesOn = last && connected && item.kind === "message" && item.message.finish === "length";
  switch (item.kind) {
    case "message":
      return item.message.role === "user" ? (
        <OwnMessage text={item.message.content} at={item.message.created_at} />
      ) : (
        <Answer
          name={writtenBy(item.message, t) ?? name}
          colleague={item.message.author?.kind === "member"}
          text={item.message.content}
          at={item.message.created_at}
          stopped={item.message.status === "stopped" || isTakenOver(item.message)}
          cut={item.message.finish === "length"}
          onGoOn={goesOn ? () => { session.send(t("message.goOn")); } : undefined}
          citations={item.message.citations}
          documentAt={mayAdminister(tenant.role) ? (cited) => at(documentPlace(cited)) : undefined}
          tools={mayAdminister(tenant.role) && !item.message.author && item.message.reply_to && (
            <WhyButton messageId={item.message.id} />
          )}
        />
      );
    case "notice":
      return <NoticeLine text={item.message.content} />;
    case "writing":
      return <Answer name={name} text={item.text} />;
    case "failed":
      return (
        <FailedAnswer
          name={name}
          message={item.message}
          failure={item.failure}
          canRetry={connected}
          onRetry={() => { session.retry(item.replyTo); }}
        />
      );
    case "outgoing":
      return (
        <OutgoingMessage
          outgoing={item.outgoing}
          connected={connected}
          onResend={() => { session.resend(item.outgoing.clientMessageId); }}
          onEdit={() => { onEdit(item.outgoing); }}
          onDelete={() => { session.discard(item.outgoing.clientMessageId); }}
        />
      );
    case "doing":
      return connected && <DoingLine name={name} doing={item.doing} />;
    case "typing":
      return connected && <TypingIndicator name={name} />;
    case "silent":
      return <SilentNotice />;
  }
}

/** The page of a document, at the sentence that was quoted. */
function documentPlace({ document_id, start, end }: Citation): string {
  return `knowledge/documents/${document_id}?at=${start}-${end}`;
}

/** Over the thread, not in it: what is read does not make room for it. */
function OlderNotice({ older, onLoadOlder }: { older: ChatSnapshot["older"]; onLoadOlder: () => void }) {
  const { t } = useI18n();
  if (older !== "loading" && older !== "failed") return null;
  return (
    <p
      role={older === "failed" ? "alert" : undefined}
      className="pointer-events-none absolute inset-x-0 top-2 flex justify-center text-sm text-soft"
    >
      <span className="pointer-events-auto flex items-center gap-2 rounded-full border border-line bg-raised px-3 py-1 shadow-sm">
        {t(older === "loading" ? "message.loadingOlder" : "conversation.olderFailed")}
        {older === "failed" && <Button look="link" onClick={onLoadOlder}>{t("app.tryAgain")}</Button>}
      </span>
    </p>
  );
}

function dayBegun(item: ThreadItem, before: ThreadItem | undefined): string | undefined {
  const at = timeOf(item);
  const previous = before && timeOf(before);
  return at && !(previous && sameDay(at, previous)) ? at : undefined;
}

function timeOf(item: ThreadItem): string | undefined {
  if (item.kind === "message" || item.kind === "failed" || item.kind === "notice") return item.message.created_at;
  return item.kind === "outgoing" ? item.outgoing.createdAt : undefined;
}
