/** What somebody is called, on one line, in its own direction whatever stands around it. */
export function Name({ children, className = "" }: { children: string; className?: string }) {
  // Cut, it keeps its beginning, which for some is at the right.
  return <bdi dir="auto" className={`block truncate text-left ${className}`}>{children}</bdi>;
}
