/**
 * The conversations opened since the log-in. Those not looked at keep what they know and let their
 * line go; going back to one shows it at once and fetches only the news.
 */
import { browserSurroundings } from "@/chat/browser-surroundings";
import { ChatSession } from "@/chat/chat-session";
import { systemClock } from "@/chat/clock";
import { Connection } from "@/chat/connection";
import { Outbox } from "@/chat/outbox";
import type { Conversation } from "@/wire/frames";

import { inBrowser } from "./kept";
import { credentialsOf, socketUrl } from "./line";
import type { Login } from "./login";
import { newId } from "./new-id";
import { personalPrefix } from "./personal";
import { messages } from "./queries";

export class ChatSessions {
  readonly #login: Login;
  readonly #userId: string;
  readonly #sessions = new Map<string, ChatSession>();

  constructor(login: Login, userId: string) {
    this.#login = login;
    this.#userId = userId;
  }

  of(conversation: Pick<Conversation, "id" | "tenant_id">): ChatSession {
    const known = this.#sessions.get(conversation.id);
    if (known) return known;
    const session = this.#make(conversation.id, conversation.tenant_id);
    this.#sessions.set(conversation.id, session);
    return session;
  }

  #make(conversationId: string, tenantId: string): ChatSession {
    return new ChatSession({
      history: (page) => messages(this.#login, conversationId, page),
      outbox: new Outbox(inBrowser, `${personalPrefix("outbox", this.#userId)}${conversationId}.`),
      newId: () => newId(),
      clock: systemClock,
      connect: (wiring) =>
        new Connection({
          ...wiring,
          openSocket: () => new WebSocket(socketUrl(`ws/${conversationId}`)),
          credentials: credentialsOf(this.#login, tenantId),
          clock: systemClock,
          surroundings: browserSurroundings,
        }),
    });
  }
}
