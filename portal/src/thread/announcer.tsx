/**
 * Reads answers to those who listen, sentence by sentence: a live region on the thread itself would
 * read every piece of every word. What was there before the page was opened is not read.
 */
import { useEffect, useState } from "react";

import type { Transcript } from "@/chat/transcript";
import { useI18n } from "@/i18n/context";

import { Announcements } from "./announcements";

/** Read lines are of no more use; the region shall not grow for ever. */
const KEPT = 20;

interface AnnouncerProps {
  name: string;
  transcript: Transcript;
  ready: boolean;
}

export function Announcer({ name, transcript, ready }: AnnouncerProps) {
  const { language } = useI18n();
  const [announcements] = useState(() => new Announcements(language));
  const [lines, setLines] = useState<readonly { id: number; text: string }[]>([]);

  useEffect(() => {
    const news = announcements.take(transcript, ready);
    if (news.length > 0) setLines((before) => [...before, ...news].slice(-KEPT));
  }, [announcements, transcript, ready]);

  return (
    <div role="log" aria-live="polite" aria-label={name} className="sr-only">
      {lines.map(({ id, text }) => (
        <p key={id}>{text}</p>
      ))}
    </div>
  );
}
