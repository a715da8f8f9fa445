/** A modal dialog with a title; focus goes into it, and back to where it came from. */
import { type ReactNode, useId } from "react";

import { Modal } from "./modal";

interface DialogProps {
  title: string;
  open: boolean;
  onClose: () => void;
  /** What was typed must not go with a click beside it. */
  sticky?: boolean;
  children: ReactNode;
}

export function Dialog({ title, open, onClose, sticky = false, children }: DialogProps) {
  const titleId = useId();
  return (
    <Modal
      open={open}
      onClose={onClose}
      sticky={sticky}
      aria-labelledby={titleId}
      className="m-auto w-full max-w-md rounded-card border border-line bg-raised text-ink shadow-xl backdrop:bg-black/40 max-sm:max-w-[calc(100vw-2rem)]"
    >
      <div className="p-6">
        <h2 id={titleId} className="text-lg font-semibold wrap-anywhere">{title}</h2>
        {children}
      </div>
    </Modal>
  );
}

/** The dialog's ways on, the last one the strongest. */
export function DialogActions({ children }: { children: ReactNode }) {
  return <div className="mt-6 flex flex-wrap justify-end gap-3">{children}</div>;
}
