/**
 * What a conversation says, as a value: every frame, history page and own message gives the next.
 *
 * Promises: `messages` ascend by `seq` and none is there twice, in whatever order they came; what a
 * reset took away does not come back; an outcome replaces what its deltas showed; a message of
 * one's own is in exactly one of `outgoing` and `messages`.
 */
import type { Handling, Message, ServerFrame } from "@/wire/frames";

import { appendDelta, type AnswerSoFar } from "./answer";
import { begun, type Doing, isBefore, withoutThose } from "./doing";
import { passes } from "./refusals";

/** A message that the gateway has not accepted yet. */
export interface Outgoing {
  readonly clientMessageId: string;
  readonly text: string;
  readonly createdAt: string;
  /** Why it was refused, if it was; it then waits for the person. */
  readonly refusal?: Notice;
}

/** Something to tell the person; `code` finds the sentence in their language. */
export interface Notice {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  /** What the business says about it, in its own words. */
  readonly notice?: string;
  /** In how many seconds it is worth another try, if that is known. */
  readonly retryAfterS?: number;
}

export interface Transcript {
  readonly messages: readonly Message[];
  readonly outgoing: readonly Outgoing[];
  /** Answers being written, by the id of the message they answer. */
  readonly writing: ReadonlyMap<string, AnswerSoFar>;
  /** What is done meanwhile, the newest last. */
  readonly doing: readonly Doing[];
  /** Messages whose answer failed and was asked for again. */
  readonly retrying: ReadonlySet<string>;
  /** Messages of whose answer nothing was heard for long. */
  readonly silent: ReadonlySet<string>;
  /** Why answers failed. */
  readonly failures: ReadonlyMap<string, Notice>;
  /** A refusal that belongs to no message. */
  readonly notice: Notice | null;
  /** The agent is said to be at it, before it is known with which message. */
  readonly typing: boolean;
  /** Who answers: the agent, or a person who is asked for or has come. */
  readonly handling: Handling;
  readonly lastSeq: number;
  readonly resetSeq: number;
}

export const EMPTY: Transcript = {
  messages: [],
  outgoing: [],
  writing: new Map(),
  doing: [],
  retrying: new Set(),
  silent: new Set(),
  failures: new Map(),
  notice: null,
  typing: false,
  handling: "agent",
  lastSeq: 0,
  resetSeq: 0,
};

export function takeFrame(transcript: Transcript, frame: ServerFrame): Transcript {
  switch (frame.type) {
    case "ready":
      return {
        ...dropThrough(transcript, frame.reset_seq),
        notice: null,
        handling: frame.handling ?? "agent",
        lastSeq: Math.max(transcript.lastSeq, frame.last_seq),
      };
    case "message":
      return handledBy(settle(addMessages(transcript, [frame]), frame), frame.handling);
    case "typing":
      return transcript.handling === "agent" ? { ...transcript, typing: true } : transcript;
    case "accepted":
      return takeAccepted(transcript, frame);
    case "delta":
      return takeDelta(transcript, frame);
    case "tool_started":
      return takeToolStarted(transcript, frame);
    case "tool_finished":
      return withoutDoing(transcript, ({ callId }) => callId === frame.call_id);
    case "response":
      return takeResponse(transcript, frame);
    case "reset":
      return dropThrough(transcript, frame.seq);
    case "error":
      return takeError(transcript, frame);
    case "reconnect":
    case "listening":
    case "changed":
      return transcript;
  }
}

/** Stored messages from anywhere, in any order, known or not. */
export function addMessages(transcript: Transcript, news: readonly Message[]): Transcript {
  const bySeq = new Map(transcript.messages.map((message) => [message.seq, message]));
  const before = bySeq.size;
  for (const message of news) {
    if (message.seq > transcript.resetSeq && !bySeq.has(message.seq)) {
      bySeq.set(message.seq, toMessage(message));
    }
  }
  const stored = new Set(news.map((message) => message.client_message_id).filter(Boolean));
  const outgoing = transcript.outgoing.filter((mine) => !stored.has(mine.clientMessageId));
  return {
    ...transcript,
    messages:
      bySeq.size === before
        ? transcript.messages
        : [...bySeq.values()].sort((one, other) => one.seq - other.seq),
    outgoing: outgoing.length === transcript.outgoing.length ? transcript.outgoing : outgoing,
    lastSeq: news.reduce((last, message) => Math.max(last, message.seq), transcript.lastSeq),
  };
}

export function addOutgoing(transcript: Transcript, mine: Outgoing): Transcript {
  const known = transcript.outgoing.some((one) => one.clientMessageId === mine.clientMessageId);
  return known
    ? transcript
    : { ...transcript, outgoing: [...transcript.outgoing, mine], notice: null };
}

export function dropOutgoing(transcript: Transcript, clientMessageId: string): Transcript {
  return {
    ...transcript,
    outgoing: transcript.outgoing.filter((one) => one.clientMessageId !== clientMessageId),
  };
}

/** A refused message may go out once more. */
export function forgiveOutgoing(transcript: Transcript, clientMessageId: string): Transcript {
  return {
    ...transcript,
    outgoing: transcript.outgoing.map((one) =>
      one.clientMessageId === clientMessageId ? withoutRefusal(one) : one,
    ),
  };
}

export function askAgain(transcript: Transcript, replyTo: string): Transcript {
  return {
    ...transcript,
    retrying: new Set(transcript.retrying).add(replyTo),
    failures: without(transcript.failures, replyTo),
    silent: withoutMember(transcript.silent, replyTo),
    writing: without(transcript.writing, replyTo),
    notice: null,
  };
}

/** A message waits for the person, with the reason. */
export function refuseOutgoing(
  transcript: Transcript,
  clientMessageId: string,
  refusal: Notice,
): Transcript {
  return {
    ...transcript,
    outgoing: transcript.outgoing.map((one) =>
      one.clientMessageId === clientMessageId ? { ...one, refusal } : one,
    ),
  };
}

/** The line is gone: who is typing is told anew when it is back. */
export function lineLost(transcript: Transcript): Transcript {
  const still = withoutDoing(transcript, () => true);
  return still.typing ? { ...still, typing: false } : still;
}

type Frame<Type extends ServerFrame["type"]> = Extract<ServerFrame, { type: Type }>;

/** Nothing more is awaited of an agent that does not answer. */
function handledBy(transcript: Transcript, handling: Handling | undefined): Transcript {
  if (!handling) return transcript;
  return handling === "agent"
    ? { ...transcript, handling }
    : { ...transcript, handling, typing: false, doing: [], silent: EMPTY.silent };
}

function takeAccepted(before: Transcript, frame: Frame<"accepted">): Transcript {
  const transcript = handledBy(before, frame.handling ?? "agent");
  const mine = transcript.outgoing.find((one) => one.clientMessageId === frame.client_message_id);
  if (!mine) return { ...transcript, lastSeq: Math.max(transcript.lastSeq, frame.seq) };
  return addMessages(transcript, [
    {
      id: frame.message_id,
      seq: frame.seq,
      role: "user",
      content: mine.text,
      status: "complete",
      created_at: frame.created_at,
      client_message_id: mine.clientMessageId,
    },
  ]);
}

function takeDelta(transcript: Transcript, frame: Frame<"delta">): Transcript {
  if (hasGoodOutcome(transcript, frame.reply_to)) return transcript;
  const answer = appendDelta(transcript.writing.get(frame.reply_to), frame);
  if (!answer || answer === transcript.writing.get(frame.reply_to)) return transcript;
  return {
    ...withoutDoing(transcript, (one) => isBefore(one, frame)),
    writing: new Map(transcript.writing).set(frame.reply_to, answer),
    silent: withoutMember(transcript.silent, frame.reply_to),
  };
}

function takeToolStarted(transcript: Transcript, frame: Frame<"tool_started">): Transcript {
  if (hasGoodOutcome(transcript, frame.reply_to)) return transcript;
  const silent = withoutMember(transcript.silent, frame.reply_to);
  return { ...transcript, doing: begun(transcript.doing, frame), silent };
}

function withoutDoing(transcript: Transcript, isOver: (one: Doing) => boolean): Transcript {
  const doing = withoutThose(transcript.doing, isOver);
  return doing === transcript.doing ? transcript : { ...transcript, doing };
}

function takeResponse(transcript: Transcript, frame: Frame<"response">): Transcript {
  const { message_id, seq, reply_to, created_at } = frame;
  // Without these it is not a stored outcome, and what is not stored is not shown.
  if (!message_id || seq === undefined || !reply_to || !created_at) {
    return { ...transcript, typing: false };
  }
  const message: Message = {
    id: message_id,
    seq,
    role: "assistant",
    content: frame.text,
    status: frame.status ?? "complete",
    created_at,
    reply_to,
    ...(frame.error_code ? { error_code: frame.error_code } : {}),
    ...(frame.finish ? { finish: frame.finish } : {}),
    ...(frame.author ? { author: frame.author } : {}),
    ...(frame.citations ? { citations: frame.citations } : {}),
  };
  return settle(addMessages(transcript, [message]), message);
}

/** An outcome ends what was known of the answer while it was written. */
function settle(transcript: Transcript, message: Message): Transcript {
  if (!message.reply_to) return transcript;
  return {
    ...withoutDoing(transcript, ({ replyTo }) => replyTo === message.reply_to),
    typing: false,
    writing: without(transcript.writing, message.reply_to),
    retrying: withoutMember(transcript.retrying, message.reply_to),
    silent: withoutMember(transcript.silent, message.reply_to),
  };
}

function takeError(transcript: Transcript, frame: Frame<"error">): Transcript {
  const notice: Notice = {
    code: frame.code,
    message: frame.message,
    retryable: frame.retryable ?? false,
    ...(frame.notice ? { notice: frame.notice } : {}),
    ...(frame.retry_after_s ? { retryAfterS: frame.retry_after_s } : {}),
  };
  if (frame.code === "silence") {
    return frame.reply_to
      ? { ...transcript, silent: new Set(transcript.silent).add(frame.reply_to) }
      : transcript;
  }
  const told = { ...transcript, typing: false };
  if (frame.client_message_id) {
    return passes(frame.code) ? told : refuseOutgoing(told, frame.client_message_id, notice);
  }
  if (frame.reply_to) {
    return {
      ...told,
      retrying: withoutMember(told.retrying, frame.reply_to),
      failures: new Map(told.failures).set(frame.reply_to, notice),
    };
  }
  // It ended by itself meanwhile, which is what was wished.
  return frame.code === "nothing_to_stop" ? told : { ...told, notice };
}

function dropThrough(transcript: Transcript, seq: number): Transcript {
  if (seq <= transcript.resetSeq) return transcript;
  return {
    ...EMPTY,
    messages: transcript.messages.filter((message) => message.seq > seq),
    outgoing: transcript.outgoing,
    lastSeq: Math.max(transcript.lastSeq, seq),
    resetSeq: seq,
  };
}

function hasGoodOutcome(transcript: Transcript, replyTo: string): boolean {
  return transcript.messages.some(
    (message) => message.reply_to === replyTo && message.status !== "failed",
  );
}

/** Frames carry more than messages do; a transcript holds messages alone. */
function toMessage(message: Message): Message {
  const { id, seq, role, content, status, created_at } = message;
  const { reply_to, client_message_id, error_code, finish, author, citations } = message;
  return {
    id,
    seq,
    role,
    content,
    status,
    created_at,
    ...(reply_to ? { reply_to } : {}),
    ...(client_message_id ? { client_message_id } : {}),
    ...(error_code ? { error_code } : {}),
    ...(finish ? { finish } : {}),
    ...(author ? { author } : {}),
    ...(citations ? { citations } : {}),
  };
}

function withoutRefusal({ clientMessageId, text, createdAt }: Outgoing): Outgoing {
  return { clientMessageId, text, createdAt };
}

function without<Value>(map: ReadonlyMap<string, Value>, key: string): ReadonlyMap<string, Value> {
  if (!map.has(key)) return map;
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}

function withoutMember(set: ReadonlySet<string>, member: string): ReadonlySet<string> {
  if (!set.has(member)) return set;
  const rest = new Set(set);
  rest.delete(member);
  return rest;
}
