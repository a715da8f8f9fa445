export const words = {
  "shell.skip": "Skip to the page",
  "shell.title": "Main menu",
  "shell.more": "More",
  "shell.narrow": "Make the menu narrow",
  "shell.widen": "Make the menu wide",
  "shell.close": "Close",
  "shell.unread": "New messages",
  "shell.account": "Account",
  "shell.language": "Language",
  "shell.business": "Business",
  "shell.strange": "You do not belong to this business.",
  "shell.strangeLead": "Ask one of its admins to invite you, or go on in one of yours:",
  "shell.practice.label": "Practice model",
  "shell.practice.lead": "Practice model: it shows the way, not the quality.",
  "shell.practice.how": "Connect a real one",
  "shell.practice.settings":
    "Whoever runs Konstruct starts it with these settings of an OpenAI-compatible model:",
  "shell.nowAdmin": "You are now an admin of {business}.",
  "shell.nowOperator": "You are now an operator in {business}.",
};

export type Words = Record<keyof typeof words, string>;
