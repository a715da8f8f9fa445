/** A link that is shown this once, to be copied and handed over. */
import { useEffect, useRef } from "react";

import { CopyButton } from "./copy-button";

export function OnceLink({ url, label, copy }: { url: string; label: string; copy: string }) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    field.current?.select();
  }, []);
  return (
    <div className="mt-4 flex items-center gap-2 rounded-control border border-line bg-code ps-3 pe-1.5">
      <input
        ref={field}
        readOnly
        value={url}
        aria-label={label}
        className="min-w-0 grow bg-transparent py-2.5 font-mono text-sm outline-none"
        onFocus={(event) => { event.currentTarget.select(); }}
      />
      <CopyButton text={url} label={copy} />
    </div>
  );
}
