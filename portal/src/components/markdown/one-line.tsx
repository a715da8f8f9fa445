/** The beginning of a message as one line of a list has it: without marks, in the text's direction. */
import { lazy, memo, Suspense } from "react";

const Said = lazy(async () => {
  const { plainLine } = await import("./plain-text");
  return { default: memo(({ text }: { text: string }) => plainLine(text)) };
});

export function OneLine({ text }: { text: string }) {
  return (
    <span dir="auto" className="block truncate">
      {/* Something of that height until the reader of markdown is there. */}
      <Suspense fallback={"\u00a0"}>
        <Said text={text} />
      </Suspense>
    </span>
  );
}
