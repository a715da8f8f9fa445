/** Of a conversation's messages, and why there is no answer. */
export const words = {
  "message.loadingOlder": "Loading older messages…",
  "message.failed": "This answer failed.",
  "message.colleague": "A colleague",
  "message.retry": "Try again",
  "message.stopped": "Stopped",
  "message.cut": "This answer reached the limit of length and is cut here.",
  "message.goOn": "Go on",
  "message.copyAnswer": "Copy answer",
  "message.copyCode": "Copy code",
  "message.image": "Image: {name}",
  "message.sources": "Sources",
  "message.page": "Page {page}",
  "message.openSource": "Show it in the document",
  "error.taken_over": "A colleague took over before this answer was finished.",
  "error.gave_up": "The answer could not be written.",
  "error.internal_error": "The answer failed because of a fault on our side.",
  "error.model_failed": "The language model could not answer. Try again.",
  "error.model_unreachable":
    "The language model cannot be reached right now. Try again in a moment.",
  "error.model_busy": "The language model has too much to do right now. Try again in a minute.",
  "error.model_busy_in": "The language model has too much to do right now. Try again in {wait}.",
  "error.model_unreachable_in":
    "The language model cannot be reached right now. Try again in {wait}.",
  "error.model_broken_in": "The language model's service reported an error. Try again in {wait}.",
  "error.model_broken": "The language model's service reported an error. Try again in a moment.",
  "error.model_silent": "The language model did not begin to answer in time. Try again.",
  "error.model_stalled": "The language model stopped in the middle of its answer. Try again.",
  "error.model_too_slow": "The answer took too long. Try again, or ask for something shorter.",
  "error.model_cut": "The connection to the language model broke during the answer. Try again.",
  "error.model_garbage": "The language model's service sent something unreadable. Try again.",
  "error.model_empty": "The language model gave an empty answer. Try again or say it differently.",
  "error.model_key_refused":
    "The language model's service refused our access. Whoever runs Konstruct can mend it: KONSTRUCT_LLM_API_KEY holds the key, and “konstruct doctor” checks it.",
  "error.model_unknown":
    "The language model asked for does not exist. Choose another in the employee's settings, or have whoever runs Konstruct set KONSTRUCT_LLM_MODEL.",
  "error.model_rejected":
    "The language model's service did not accept this conversation. A shorter message or starting over may help.",
  "error.model_declined":
    "The language model declined to answer this. Saying it differently may help.",
  "error.model_endless": "The answer grew longer than allowed. Ask for something shorter.",
  "error.model_not_paid":
    "The quota or the credit with the language model's service is used up. Whoever runs Konstruct can look after the account there.",
  "error.model_not_there":
    "There is no language model at the address that is set. Whoever runs Konstruct can mend it: KONSTRUCT_LLM_BASE_URL often ends in /v1, and “konstruct doctor” checks it.",
  "error.model_moved":
    "The address of the language model leads to another one. Whoever runs Konstruct can set that one as KONSTRUCT_LLM_BASE_URL; “konstruct doctor” checks it.",
  "error.model_too_long":
    "This is more than the language model can read at once. Send a shorter message, or begin a new conversation.",
  "error.model_only_thought":
    "The language model spent all the length it may use on thinking, before it said anything. Ask for less at once; whoever runs Konstruct can raise the limit, KONSTRUCT_LLM_MAX_ANSWER_TOKENS.",
};

export type Words = Record<keyof typeof words, string>;
