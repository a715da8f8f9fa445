/** What the thread shows, top to bottom, worked out from the transcript. */
import type { Message } from "@/wire/frames";

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
  | { readonly kind: "outgoing"; readonly key: string; readonly outgoing: Outgoing }
  | { readonly kind: "writing"; readonly key: string; readonly replyTo: string; readonly text: string }
  | { readonly kind: "typing"; readonly key: string }
  | { readonly kind: "silent"; readonly key: string };

export function threadItems(transcript: Transcript): ThreadItem[] {
  const lastOutcome = new Map<string, Message>();
  for (const message of transcript.messages) {
    if (message.reply_to) lastOutcome.set(message.reply_to, message);
  }
  return [
    ...transcript.messages.flatMap((message) => storedItem(transcript, lastOutcome, message)),
    ...transcript.outgoing.map(
      (outgoing): ThreadItem => ({ kind: "outgoing", key: outgoing.clientMessageId, outgoing }),
    ),
    ...underway(transcript, lastOutcome),
  ];
}

/** Messages still to be answered, oldest first: those an answer being written may belong to. */
export function unanswered(transcript: Transcript): string[] {
  const answered = new Set(transcript.messages.map((message) => message.reply_to));
  return transcript.messages
    .filter((message) => message.role === "user")
    .map((message) => message.id)
    .filter((id) => !answered.has(id) || transcript.retrying.has(id));
}

function storedItem(
  transcript: Transcript,
  lastOutcome: ReadonlyMap<string, Message>,
  message: Message,
): ThreadItem[] {
  const replyTo = message.reply_to;
  if (!replyTo || message.status !== "failed") {
    return [{ kind: "message", key: lastingKey(message), message }];
  }
  const answeredAgain = transcript.retrying.has(replyTo) || transcript.writing.has(replyTo);
  if (answeredAgain || lastOutcome.get(replyTo) !== message) return [];
  const failure = transcript.failures.get(replyTo);
  return [{ kind: "failed", key: message.id, message, replyTo, failure }];
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
  const silent = [...transcript.silent].some((id) => !lastOutcome.has(id));
  if (silent) items.push({ kind: "silent", key: "silent" });
  else if (items.length === 0 && (transcript.typing || waiting.length > 0)) {
    items.push({ kind: "typing", key: "typing" });
  }
  return items;
}
