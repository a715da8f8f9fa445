/**
 * Reads answers to those who listen, sentence by sentence: a live region on the thread itself would
 * read every piece of every word. What was there before the page was opened is not read.
 */
import { memo, useEffect, useState } from "react";

import type { ChatSession } from "@/chat/chat-session";
import { useI18n } from "@/i18n/context";

import { Announcements } from "./announcements";

/** Read lines are of no more use; the region shall not grow for ever. */
const KEPT = 20;

export const Announcer = memo(function Announcer({ name, session }: { name: string; session: ChatSession }) {
  const { language } = useI18n();
  const [lines, setLines] = useState<readonly { id: number; text: string }[]>([]);

  useEffect(() => {
    const announcements = new Announcements(language);
    return session.subscribe(() => {
      const { transcript, line } = session.getSnapshot();
      const news = announcements.take(transcript, line === "connected");
      if (news.length > 0) setLines((before) => [...before, ...news].slice(-KEPT));
    });
  }, [session, language]);

  return (
    <div role="log" aria-live="polite" aria-label={name} className="sr-only">
      {lines.map(({ id, text }) => (
        <p key={id}>{text}</p>
      ))}
    </div>
  );
});
