/** A conversation: its head, its messages, the line's state, and where to write. */
import { useCallback, useEffect, useMemo, useRef } from "react";

import type { ChatSession } from "@/chat/chat-session";
import { threadItems, unanswered } from "@/chat/thread-items";
import type { Outgoing } from "@/chat/transcript";
import { Button } from "@/components/button";
import { useTitle } from "@/features/shell";
import { useI18n } from "@/i18n/context";
import { useLogin, usePerson } from "@/session/login-context";
import type { Agent, Conversation } from "@/wire/frames";

import { Announcer } from "./announcer";
import { Composer, type ComposerHandle } from "./composer";
import { escapes } from "./keys";
import { LineBanner } from "./line-banner";
import { MessageList, type MessageListHandle } from "./message-list";
import { PausedBanner } from "./paused-banner";
import { placePrefix } from "./place";
import { ThreadHeader } from "./thread-header";
import { useChat } from "./use-chat";

interface ThreadProps {
  agent: Agent;
  conversation: Conversation;
  session: ChatSession;
  pane: boolean;
}

export function Thread({ agent, conversation, session, pane }: ThreadProps) {
  const { t } = useI18n();
  const { userId } = usePerson();
  const login = useLogin();
  const { transcript, line, loaded, older } = useChat(session, agent.id);
  const items = useMemo(() => threadItems(transcript), [transcript]);
  const composer = useRef<ComposerHandle>(null);
  const list = useRef<MessageListHandle>(null);
  const answering =
    line === "connected" && (transcript.typing || unanswered(transcript).length > 0);

  // The line's word that the log-in is over is the page's too.
  useEffect(() => {
    if (line === "logged-out") void login.restore();
  }, [line, login]);

  // The same at each piece of an answer, so that the composer and the rows are not drawn again.
  const loadOlder = useCallback(() => void session.loadOlder(), [session]);
  const edit = useCallback(
    (outgoing: Outgoing) => {
      session.discard(outgoing.clientMessageId);
      composer.current?.edit(outgoing.text);
    },
    [session],
  );
  const send = useCallback(
    (text: string) => {
      session.send(text);
      list.current?.toLatest();
    },
    [session],
  );
  const stop = useCallback(() => { session.stopAnswer(); }, [session]);

  useEffect(() => {
    if (!answering) return;
    const onKeyDown = (event: KeyboardEvent) => { if (escapes(event)) stop(); };
    document.addEventListener("keydown", onKeyDown);
    return () => { document.removeEventListener("keydown", onKeyDown); };
  }, [answering, stop]);

  const Around = pane ? "section" : "main";
  return (
    <Around className="flex h-full flex-col bg-surface" {...(pane ? { "aria-label": t("conversation.label", { name: agent.name }) } : {})}>
      {!pane && <PageTitle of={agent.name} />}
      <ThreadHeader agent={agent} conversationId={conversation.id} empty={items.length === 0} pane={pane} />
      <div className="relative min-h-0 grow">
        {items.length > 0 ? (
          <MessageList
            ref={list}
            name={agent.name}
            items={items}
            older={older}
            connected={line === "connected"}
            session={session}
            placeKey={placePrefix(userId) + conversation.id}
            onLoadOlder={loadOlder}
            onEdit={edit}
          />
        ) : (
          loaded && <Welcome agent={agent} onAsk={send} />
        )}
      </div>
      <Announcer name={agent.name} session={session} />
      <PausedBanner agent={agent} />
      <LineBanner line={line} notice={transcript.notice} />
      {!agent.dismissed_at && (
        <Composer
          ref={composer}
          name={agent.name}
          userId={userId}
          conversationId={conversation.id}
          answering={answering}
          disabled={["forbidden", "not-found", "broken", "wrong-address"].includes(line)}
          onSend={send}
          onStop={stop}
        />
      )}
    </Around>
  );
}

function PageTitle({ of }: { of: string }) {
  useTitle(of);
  return null;
}

/** What the employee says first, and what one could ask. */
function Welcome({ agent, onAsk }: { agent: Agent; onAsk: (text: string) => void }) {
  const { t } = useI18n();
  const { name, role, greeting, starters } = agent;
  return (
    <div className="grid h-full place-content-center justify-items-center overflow-y-auto px-4 pb-12 text-center">
      <h2 className="max-w-lg text-lg font-semibold wrap-anywhere">{t("conversation.empty", { name })}</h2>
      {role && <p className="mt-2 max-w-sm wrap-anywhere">{role}</p>}
      <p dir="auto" className="mt-2 max-w-sm wrap-anywhere whitespace-pre-line text-soft">{greeting || t("conversation.emptyLead")}</p>
      {starters.length > 0 && (
        <ul aria-label={t("conversation.starters")} className="mt-5 flex max-w-lg flex-wrap justify-center gap-2">
          {starters.map((starter) => (
            <li key={starter}>
              <Button className="wrap-anywhere" onClick={() => { onAsk(starter); }}>{starter}</Button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
