export const words = {
  "chat.title": "Chat",
  "chat.employees": "Your employees",
  "chat.choose": "Choose an employee to talk to.",
  "chat.failed": "Your employees could not be loaded.",
  "chat.unread": "New messages",
  "chat.askToHire": "An admin of {business} can hire one.",
};

export type Words = Record<keyof typeof words, string>;
