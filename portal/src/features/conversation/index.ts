/** What other features may use of a conversation. */
export { ConversationPage } from "./page";
