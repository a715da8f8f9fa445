export const words = {
  "conversations.title": "Conversations",
  "conversations.lead":
    "Everybody's conversations in {business}, the newest first. You can read them; only their own people can write there.",
  "conversations.empty": "Nobody has talked to an employee here yet.",
  "conversations.pair": "{person} and {name}",
  "conversations.former": "Somebody who has left",
  "conversations.nothing": "No messages yet",
  "conversations.watch.ask": "Why do you read along?",
  "conversations.watch.askLead":
    "This is somebody else's conversation. Your reason is logged with your name and this conversation.",
  "conversations.watch.reason": "Reason",
  "conversations.watch.reasonHelp": "Like the number of a ticket, or who asked you to.",
  "conversations.watch.reasonMissing": "Give a reason.",
  "conversations.watch.read": "Read the conversation",
  "conversations.watch.lead":
    "You are reading along. Only {person} can write here; new messages show up within seconds.",
  "conversations.watch.leadFormer": "You are reading along. Nobody can write here any more.",
  "conversations.watch.back": "Back to all conversations",
  "conversations.watch.older": "Show older messages",
};

export type Words = Record<keyof typeof words, string>;
