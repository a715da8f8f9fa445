/** A page that has one thing to say, and perhaps one thing to do. */
import type { ReactNode } from "react";

export function NoticePage({ children }: { children: ReactNode }) {
  return (
    <main className="grid min-h-full place-items-center p-6">
      <div className="flex max-w-sm flex-col items-center gap-4 text-center text-soft">{children}</div>
    </main>
  );
}
