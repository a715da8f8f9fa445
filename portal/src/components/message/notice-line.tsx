/** Between the messages: who answers from now on. */
export function NoticeLine({ text }: { text: string }) {
  return (
    <p dir="auto" className="flex items-center gap-3 text-center text-xs text-soft wrap-anywhere before:h-px before:grow before:bg-line after:h-px after:grow after:bg-line">
      <span className="max-w-[80%]">{text}</span>
    </p>
  );
}
