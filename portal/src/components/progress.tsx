/** How far something is that goes on by itself. */
export function Progress({ label, value }: { label: string; value: number }) {
  return <progress aria-label={label} max={1} value={value} className="progress block h-1.5 w-28" />;
}
