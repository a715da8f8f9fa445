/**
 * Reads answers to those who listen, sentence by sentence: a live region on the thread itself would
 * read every piece of every word. What was there before the page was opened is not read.
 */
import { memo, useEffect, useState } from "react";

import type { ChatSession } from "@/chat/chat-session";
import type { Notice } from "@/chat/transcript";
import { failureSentence } from "@/components/message/failure";
import { useI18n } from "@/i18n/context";
import type { Message } from "@/wire/frames";

import { Announcements } from "./announcements";

/** Read lines are of no more use; the region shall not grow for ever. */
const KEPT = 20;

export const Announcer = memo(function Announcer({ name, session }: { name: string; session: ChatSession }) {
  const { t, language } = useI18n();
  const [lines, setLines] = useState<readonly { id: number; text: string }[]>([]);

  useEffect(() => {
    const words = {
      plain: (text: string) => text,
      failure: (message: Message, told: Notice | undefined) =>
        failureSentence({ t, language }, message, told),
    };
    void import("@/components/markdown/plain-text").then((reader) => { words.plain = reader.default; });
    const announcements = new Announcements(language, words);
    return session.subscribe(() => {
      const { transcript, line } = session.getSnapshot();
      const news = announcements.take(transcript, line === "connected");
      if (news.length > 0) setLines((before) => [...before, ...news].slice(-KEPT));
    });
  }, [session, language, t]);

  return (
    <div role="log" aria-live="polite" aria-label={name} className="sr-only">
      {lines.map(({ id, text }) => (
        <p key={id} dir="auto">{text}</p>
      ))}
    </div>
  );
});
