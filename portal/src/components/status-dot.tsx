/** In what state something is: a dot for the eye, whose form tells it too, and the word. */
const STATES = {
  ok: "rounded-full bg-ok",
  warn: "rounded-tag bg-warn",
  danger: "rotate-45 bg-danger",
  off: "rounded-full border-2 border-soft",
} as const;

export function StatusDot({ state, word }: { state: keyof typeof STATES; word: string }) {
  return (
    <span className="inline-flex items-center gap-1.5 text-xs text-soft">
      <span aria-hidden="true" className={`size-2 shrink-0 forced-color-adjust-none ${STATES[state]}`} />
      {word}
    </span>
  );
}
