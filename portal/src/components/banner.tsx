/** One thing to know before all others here, and what can be done about it. */
import type { ReactNode } from "react";

import { Icon } from "./icons";

const TONES = {
  info: { ground: "bg-info-ground", word: "text-info", icon: "info" },
  warn: { ground: "bg-warn-ground", word: "text-warn", icon: "warning" },
  danger: { ground: "bg-danger-ground", word: "text-danger", icon: "warning" },
  ok: { ground: "bg-ok-ground", word: "text-ok", icon: "check" },
} as const;

interface BannerProps {
  tone: keyof typeof TONES;
  children: ReactNode;
  action?: ReactNode;
}

export function Banner({ tone, children, action }: BannerProps) {
  const { ground, word, icon } = TONES[tone];
  return (
    <div className={`flex flex-wrap items-center gap-3 rounded-card px-4 py-3 text-sm ${ground}`}>
      <Icon name={icon} className={`size-5 shrink-0 ${word}`} />
      <div className="min-w-40 grow basis-0 wrap-anywhere">{children}</div>
      {action}
    </div>
  );
}
