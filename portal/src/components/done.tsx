import type { ReactNode } from "react";

/** What has just been done, said where one looks and to those who listen. There before it is said. */
export function Done({ children, className = "" }: { children: ReactNode; className?: string }) {
  return (
    <p role="status" className={`text-sm wrap-anywhere text-soft empty:absolute ${className}`}>{children}</p>
  );
}
