export const words = {
  "shell.skip": "Skip to the page",
  "shell.title": "Your employees",
  "shell.open": "Show employees",
  "shell.close": "Close",
  "shell.failed": "Your employees could not be loaded.",
  "shell.unread": "New messages",
  "shell.account": "Account",
  "shell.language": "Language",
  "shell.business": "Business",
  "shell.practice.label": "Practice model",
  "shell.practice.lead": "Practice model: it shows the way, not the quality.",
  "shell.practice.how": "Connect a real one",
  "shell.practice.settings":
    "Whoever runs Konstruct starts it with these settings of an OpenAI-compatible model:",
  "shell.nowAdmin": "You are now an admin of {business}.",
  "shell.nowOperator": "You are now an operator in {business}.",
  "shell.manage": "Run the business",
};

export type Words = Record<keyof typeof words, string>;
