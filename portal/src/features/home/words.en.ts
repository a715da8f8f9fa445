export const words = {
  "home.title": "Home",
  "home.talk": "Talk to your employees",
  "home.needs": "What needs you",
  "home.nothing": "Nobody waits, and everybody is at work.",
  "home.paused": "{name} is paused.",
  "home.pausedWhy": "Messages to them are kept, and nobody answers.",
  "home.toEmployees": "To the employees",
  "home.hireWhy": "An employee answers people in the chat, by your instructions.",
  "home.today": "Today",
  "home.tokens": "Tokens used today",
  "home.tokensOf": "{used} of {most}",
};

export type Words = Record<keyof typeof words, string>;
