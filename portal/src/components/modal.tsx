/**
 * A native modal dialog: the browser keeps focus inside, closes it on Escape and needs no style of
 * its own written into the page, which our content security policy would refuse.
 */
import { type ComponentProps, useEffect, useRef } from "react";

import { rescueFocus } from "./focus";

interface ModalProps extends Omit<ComponentProps<"dialog">, "open" | "onClose"> {
  open: boolean;
  onClose: () => void;
  /** A click beside it does not close it; Escape does. */
  sticky?: boolean;
}

export function Modal({ open, onClose, sticky = false, children, ...rest }: ModalProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    // Escape, which comes as a cancel, is the keyboard's way to what a click beside it does.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events
    <dialog
      ref={dialog}
      onClose={() => {
        onClose();
        // The browser gives it back to what had it before; that may be gone.
        rescueFocus();
      }}
      onClick={(event) => {
        if (!sticky && event.target === dialog.current) onClose();
      }}
      {...rest}
    >
      {open && children}
    </dialog>
  );
}
