/** A page beside the rail: its title, what can be done there, and its contents, all on one axis. */
import { type ReactNode, useEffect, useRef } from "react";
import { useLocation } from "react-router";

import { useTitle } from "./title";

interface PageProps {
  title: string;
  actions?: ReactNode;
  children: ReactNode;
}

export function Page({ title, actions, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { key } = useLocation();
  useTitle(title);

  // Who came here by a link goes on reading here; the first page of a visit leaves focus alone.
  useEffect(() => {
    const claimed = heading.current?.closest("main")?.contains(document.activeElement);
    if (key !== "default" && !claimed) heading.current?.focus();
  }, [key]);

  return (
    <main className="flex h-full flex-col bg-surface">
      <header className="shrink-0 border-b border-line">
        {/* Over the contents, and as wide. */}
        <div className="mx-auto flex min-h-16 max-w-3xl items-center gap-3 px-4 py-2 md:px-6">
          <h1 ref={heading} tabIndex={-1} className="min-w-0 grow truncate text-lg font-semibold outline-none">
            {title}
          </h1>
          {actions}
        </div>
      </header>
      <div className="min-h-0 grow overflow-y-auto">
        <div className="mx-auto max-w-3xl px-4 py-6 md:px-6">{children}</div>
      </div>
    </main>
  );
}
