/** Has the shell's keys do what they are for. What they open is loaded with the first press. */
import { lazy, type ReactNode, Suspense, useEffect, useMemo, useState } from "react";
import { useNavigate } from "react-router";

import { useWorkspace } from "@/session/workspace";

import { Keys } from "./keys";
import { addressOf, PLACES } from "./places";

const CommandMenu = lazy(() => import("./command-menu"));
const ShortcutSheet = lazy(() => import("./shortcut-sheet"));

type Opened = "commands" | "keys" | null;

export function useKeys(): { opened: ReactNode; open: (what: Opened) => void } {
  const { tenant, at } = useWorkspace();
  const navigate = useNavigate();
  const [open, setOpen] = useState<Opened>(null);
  const keys = useMemo(() => {
    const theirs = PLACES.flat().filter(({ isFor }) => isFor(tenant.role));
    return new Keys(new Map(theirs.map((place) => [place.key, addressOf(place, at)])));
  }, [tenant.role, at]);

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return;
      const asked = keys.hear(event);
      if (!asked) return;
      event.preventDefault();
      if (asked.kind === "go") void navigate(asked.to);
      // Over a dialog nothing opens: what is asked there comes first.
      else if (!document.querySelector("dialog[open]")) setOpen(asked.kind);
    };
    document.addEventListener("keydown", onKeyDown);
    return () => { document.removeEventListener("keydown", onKeyDown); };
  }, [keys, navigate]);

  const close = () => { setOpen(null); };
  const opened = open && (
    <Suspense fallback={null}>
      {open === "commands" ? <CommandMenu onClose={close} /> : <ShortcutSheet onClose={close} />}
    </Suspense>
  );
  return { opened, open: setOpen };
}
