/** What the thread shows, top to bottom, worked out from the transcript. */
import type { Message } from "@/wire/frames";

import type { Doing } from "./doing";
import { isTakenOver, isUnsaid } from "./taken-over";
import type { Notice, Outgoing, Transcript } from "./transcript";

export type ThreadItem =
  | { readonly kind: "message"; readonly key: string; readonly message: Message }
  | {
      readonly kind: "failed";
      readonly key: string;
      readonly message: Message;
      readonly replyTo: string;
      readonly failure: Notice | undefined;
    }
  /** A line between the messages: who answers from now on. */
  | { readonly kind: "notice"; readonly key: string; readonly message: Message }
  | { readonly kind: "outgoing"; readonly key: string; readonly outgoing: Outgoing }
  | { readonly kind: "writing"; readonly key: string; readonly replyTo: string; readonly text: string }
  /** Instead of the sign of typing: what the agent does meanwhile. */
  | { readonly kind: "doing"; readonly key: string; readonly doing: Doing }
  | { readonly kind: "typing"; readonly key: string }
  | { readonly kind: "silent"; readonly key: string };

export function threadItems(transcript: Transcript): ThreadItem[] {
  const { items, lastOutcome } = stored(transcript.messages);
  return [
    ...items.flatMap((item) => (item.kind === "failed" ? failedItem(transcript, item) : [item])),
    ...transcript.outgoing.map(outgoingItem),
    ...underway(transcript, lastOutcome),
  ];
}

/** Messages still to be answered, oldest first: those an answer being written may belong to. */
export function unanswered({ messages, retrying, handling }: Transcript): string[] {
  if (handling !== "agent") return [];
  const { asked, lastOutcome } = stored(messages);
  return asked.filter((id) => !lastOutcome.has(id) || retrying.has(id));
}

type FailedItem = Extract<ThreadItem, { kind: "failed" }>;

interface Stored {
  /** Every message as it would be shown, later turns of events aside. */
  readonly items: readonly ThreadItem[];
  /** Of each message that has an outcome, the newest. */
  readonly lastOutcome: ReadonlyMap<string, Message>;
  /** The person's own messages that may lack an answer. */
  readonly asked: readonly string[];
}

/**
 * What only the stored messages decide is worked out once for them: thousands may be there while
 * an answer is drawn ten times a second, and items that stay the same are not drawn again.
 */
const STORED = new WeakMap<readonly Message[], Stored>();
const ITEMS = new WeakMap<Message, ThreadItem>();
const OUTGOING = new WeakMap<Outgoing, ThreadItem>();

function stored(messages: readonly Message[]): Stored {
  const known = STORED.get(messages);
  if (known) return known;
  const lastOutcome = new Map<string, Message>();
  for (const message of messages) {
    if (message.reply_to) lastOutcome.set(message.reply_to, message);
  }
  const found: Stored = {
    // Answered together with a newer message: the answer is there.
    items: messages
      .filter((message) => message.status !== "merged" && !isUnsaid(message))
      .map(storedItem),
    lastOutcome,
    asked: messages
      .filter(({ id, role }) => role === "user" && lastOutcome.get(id)?.status !== "complete")
      .map(({ id }) => id),
  };
  STORED.set(messages, found);
  return found;
}

function storedItem(message: Message): ThreadItem {
  const known = ITEMS.get(message);
  if (known) return known;
  const item = toItem(message);
  ITEMS.set(message, item);
  return item;
}

function toItem(message: Message): ThreadItem {
  if (isTakenOver(message)) return { kind: "message", key: message.id, message };
  if (message.reply_to && message.status === "failed") {
    return { kind: "failed", key: message.id, message, replyTo: message.reply_to, failure: undefined };
  }
  return message.author?.kind === "system"
    ? { kind: "notice", key: message.id, message }
    : { kind: "message", key: lastingKey(message), message };
}

/** A failure is shown until it is answered again, and says why if that is known. */
function failedItem(transcript: Transcript, item: FailedItem): ThreadItem[] {
  const { message, replyTo } = item;
  const answeredAgain = transcript.retrying.has(replyTo) || transcript.writing.has(replyTo);
  const { lastOutcome } = stored(transcript.messages);
  if (answeredAgain || lastOutcome.get(replyTo) !== message) return [];
  const failure = transcript.failures.get(replyTo);
  return [failure ? { ...item, failure } : item];
}

function outgoingItem(outgoing: Outgoing): ThreadItem {
  const known = OUTGOING.get(outgoing);
  if (known) return known;
  const item: ThreadItem = { kind: "outgoing", key: outgoing.clientMessageId, outgoing };
  OUTGOING.set(outgoing, item);
  return item;
}

/** That which it had before it was stored, so that what is on the page stays in place. */
function lastingKey(message: Message): string {
  if (message.reply_to) return answerKey(message.reply_to);
  return message.client_message_id ?? message.id;
}

function answerKey(replyTo: string): string {
  return `answer-${replyTo}`;
}

function underway(
  transcript: Transcript,
  lastOutcome: ReadonlyMap<string, Message>,
): ThreadItem[] {
  const items = [...transcript.writing].map(
    ([replyTo, answer]): ThreadItem => ({
      kind: "writing",
      key: answerKey(replyTo),
      replyTo,
      text: answer.text,
    }),
  );
  const waiting = unanswered(transcript).filter(
    (id) => !transcript.writing.has(id) && !transcript.silent.has(id),
  );
  const doing = transcript.doing.at(-1);
  const silent = [...transcript.silent].some((id) => !lastOutcome.has(id));
  if (silent) items.push({ kind: "silent", key: "silent" });
  else if (doing) items.push({ kind: "doing", key: "doing", doing });
  else if (items.length === 0 && (transcript.typing || waiting.length > 0)) {
    // The answer takes its place on the page, so it has its key already.
    items.push({ kind: "typing", key: waiting[0] ? answerKey(waiting[0]) : "typing" });
  }
  return items;
}
