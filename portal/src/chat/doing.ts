/** What the agent does beside talking, as far as it has not finished: the newest last. */

export interface Doing {
  readonly callId: string;
  readonly replyTo: string;
  readonly attempt: number;
  readonly tool: string;
  /** What it does, in English. */
  readonly label: string;
}

interface Begun {
  readonly call_id: string;
  readonly reply_to: string;
  readonly attempt: number;
  readonly tool: string;
  readonly label: string;
}

/** With what begins now; what an attempt before it had begun is over. */
export function begun(doing: readonly Doing[], frame: Begun): readonly Doing[] {
  const { call_id: callId, reply_to: replyTo, attempt, tool, label } = frame;
  const others = doing.filter((one) => one.callId !== callId && !isBefore(one, frame));
  return [...others, { callId, replyTo, attempt, tool, label }];
}

/** It belongs to an attempt before this one's at the same answer. */
export function isBefore(
  { replyTo, attempt }: Doing,
  now: { readonly reply_to: string; readonly attempt: number },
): boolean {
  return replyTo === now.reply_to && attempt < now.attempt;
}

/** The same array if there are none of those. */
export function withoutThose(
  doing: readonly Doing[],
  those: (one: Doing) => boolean,
): readonly Doing[] {
  return doing.some(those) ? doing.filter((one) => !those(one)) : doing;
}
