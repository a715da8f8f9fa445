/** What went wrong with a form as a whole, and its buttons. */
import { type ReactNode, useEffect, useRef } from "react";

import { Button } from "@/components/button";

interface FormFooterProps {
  problem: string | undefined;
  busy: boolean;
  submit: string;
  children?: ReactNode;
}

export function FormFooter({ problem, busy, submit, children }: FormFooterProps) {
  const alert = useRef<HTMLParagraphElement>(null);
  // On a phone it may be below what is seen.
  useEffect(() => {
    if (problem) alert.current?.scrollIntoView({ block: "nearest" });
  }, [problem]);
  return (
    <>
      <p ref={alert} role="alert" className="mt-4 text-sm text-danger empty:mt-0">{problem}</p>
      <div className="mt-6 flex flex-wrap justify-end gap-3">
        {children}
        <Button type="submit" look="primary" aria-disabled={busy} className="aria-disabled:opacity-50">
          {submit}
        </Button>
      </div>
    </>
  );
}
