/**
 * Around each part of Base UI: it writes no style elements into the page, which our content security
 * policy would refuse. What it needs of them stands in `index.css`.
 */
import { CSPProvider } from "@base-ui/react/csp-provider";
import type { ReactNode } from "react";

export function Headless({ children }: { children: ReactNode }) {
  return <CSPProvider disableStyleElements>{children}</CSPProvider>;
}

/** How a list that opens over the page looks, whatever opens it. */
export const POPUP =
  "max-h-[60vh] max-w-[85vw] min-w-44 overflow-y-auto rounded-card border border-line bg-raised p-1.5 text-ink shadow-lg outline-none";

/** A row of such a list. */
export const ROW =
  "flex min-h-10 cursor-default items-center justify-between gap-3 rounded-control px-2.5 py-1.5 text-sm outline-none data-disabled:opacity-50 data-highlighted:bg-hover";
