/**
 * What becomes of a message that was refused. What passes without anybody's doing is sent again by
 * the page, after a pause. Everything else waits for the person, marked, across reloads: a limit
 * says "enough for now" and a paused employee "not now", and by the time either is over the message
 * may not be wanted any more. Codes that this page does not know wait too.
 */
const PASSING = new Set([
  "unavailable", // a part of Konstruct is away for a while, as when the line is lost
  "too_many_frames", // sent too fast by this page; it was not looked at
  // The socket closes; the next one comes with a fresh token, and the message with it.
  "auth_timeout",
  "logged_out",
  "not_authenticated",
  "role_changed",
  "token_expired",
  "too_many_connections",
]);

export function passes(code: string): boolean {
  return PASSING.has(code);
}

const AS_IT_IS_NEVER = new Set(["text_empty", "text_too_long", "text_refused"]);

/** Whether sending the same text again can help. */
export function maySendAgain(code: string): boolean {
  return !AS_IT_IS_NEVER.has(code);
}

/** The id is spent: the text goes out as a new message. */
export function needsNewId(code: string): boolean {
  return code === "client_message_id_reused";
}
