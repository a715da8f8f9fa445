/** A conversation: its head, its messages, the line's state, and where to write. */
import { useEffect, useMemo, useRef } from "react";

import type { ChatSession } from "@/chat/chat-session";
import { threadItems, unanswered } from "@/chat/thread-items";
import { Icon } from "@/components/icons";
import { useI18n } from "@/i18n/context";
import { useLogin, usePerson } from "@/session/login-context";
import type { Agent, Conversation } from "@/wire/frames";

import { Announcer } from "./announcer";
import { Composer, type ComposerHandle } from "./composer";
import { LineBanner } from "./line-banner";
import { MessageList } from "./message-list";
import { ThreadHeader } from "./thread-header";
import { useChat } from "./use-chat";
import { useScroll } from "./use-scroll";

interface ThreadProps {
  agent: Agent;
  conversation: Conversation;
  session: ChatSession;
}

export function Thread({ agent, conversation, session }: ThreadProps) {
  const { t } = useI18n();
  const { userId } = usePerson();
  const login = useLogin();
  const { transcript, line, loaded, older } = useChat(session);
  const items = useMemo(() => threadItems(transcript), [transcript]);
  const composer = useRef<ComposerHandle>(null);
  const { viewport, contents, onScroll, away, toLatest } = useScroll({
    firstKey: items[0]?.key,
    content: items,
    onNearTop: () => void session.loadOlder(),
  });
  const answering =
    line === "connected" && (transcript.typing || unanswered(transcript).length > 0);

  // The line's word that the log-in is over is the page's too.
  useEffect(() => {
    if (line === "logged-out") void login.restore();
  }, [line, login]);

  return (
    <main className="flex h-full flex-col bg-surface">
      <ThreadHeader agent={agent} conversationId={conversation.id} empty={items.length === 0} />
      <div className="relative min-h-0 grow">
        <div
          ref={viewport}
          onScroll={onScroll}
          // A region that scrolls must be reachable to be scrolled by keyboard.
          // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          tabIndex={0}
          role="region"
          aria-label={t("thread.label", { name: agent.name })}
          className="h-full overflow-y-auto overscroll-contain [overflow-anchor:none]"
        >
          <div ref={contents} className="mx-auto flex min-h-full max-w-3xl flex-col px-4 pt-6 pb-4 md:px-6">
            {items.length === 0 && loaded ? (
              <Welcome agent={agent} />
            ) : (
              <MessageList
                agent={agent}
                items={items}
                older={older}
                line={line}
                onLoadOlder={() => void session.loadOlder()}
                onRetry={(replyTo) => { session.retry(replyTo); }}
                onResend={(id) => { session.resend(id); }}
                onEdit={(outgoing) => {
                  session.discard(outgoing.clientMessageId);
                  composer.current?.edit(outgoing.text);
                }}
              />
            )}
          </div>
        </div>
        {away && (
          <button
            type="button"
            aria-label={t("thread.latest")}
            title={t("thread.latest")}
            onClick={toLatest}
            className="absolute bottom-3 left-1/2 grid size-10 -translate-x-1/2 place-items-center rounded-full border border-line bg-raised text-soft shadow-md hover:text-ink"
          >
            <Icon name="arrowDown" />
          </button>
        )}
      </div>
      <Announcer name={agent.name} session={session} />
      <LineBanner line={line} notice={transcript.notice} />
      <Composer
        ref={composer}
        name={agent.name}
        userId={userId}
        conversationId={conversation.id}
        answering={answering}
        disabled={line === "forbidden" || line === "not-found" || line === "broken"}
        onSend={(text) => {
          session.send(text);
          toLatest();
        }}
        onStop={() => { session.stopAnswer(); }}
      />
    </main>
  );
}

function Welcome({ agent }: { agent: Agent }) {
  const { t } = useI18n();
  return (
    <div className="m-auto max-w-sm pb-12 text-center">
      <h2 className="text-lg font-semibold">{t("thread.empty", { name: agent.name })}</h2>
      <p className="mt-2 text-soft">{t("thread.emptyLead", { role: agent.role })}</p>
    </div>
  );
}
