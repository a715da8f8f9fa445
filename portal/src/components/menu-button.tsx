/**
 * A button that opens a menu. What menus are made of (Base UI) is loaded when one is first opened; until
 * then the button is a plain one that looks and is named the same.
 */
import { type ComponentProps, lazy, type ReactNode, startTransition, useState } from "react";

/** One of them is in force, and another may be chosen. */
export interface MenuChoices {
  label?: string;
  chosen: string;
  disabled?: boolean;
  of: readonly { value: string; name: string; note?: string }[];
  onChoose: (value: string) => void;
}

export interface MenuAction {
  name: string;
  danger?: boolean;
  onSelect: () => void;
}

export interface MenuButtonProps
  extends Pick<ComponentProps<"button">, "aria-label" | "className" | "disabled"> {
  /** What is seen of the button. */
  children: ReactNode;
  choices?: MenuChoices;
  actions?: readonly MenuAction[];
  /** Where the menu opens. */
  side?: "top" | "bottom";
  align?: "start" | "end";
}

const loadMenu = () => import("./menu");
const LoadedMenu = lazy(loadMenu);

export function MenuButton(props: MenuButtonProps) {
  const { "aria-label": label, className, disabled, children } = props;
  const [askedBy, setAskedBy] = useState<"pointer" | "keyboard" | null>(null);
  if (askedBy) return <LoadedMenu {...props} openedBy={askedBy} />;
  // In a transition the plain button keeps its place, and the focus, until the menu is there.
  const open = (by: "pointer" | "keyboard") => { startTransition(() => { setAskedBy(by); }); };
  const prepare = () => void loadMenu().catch(() => undefined);
  return (
    <button
      type="button"
      aria-haspopup="menu"
      aria-expanded={false}
      aria-label={label}
      className={className}
      disabled={disabled}
      onFocus={prepare}
      onPointerEnter={prepare}
      // A click without a pointer is Enter's or the space bar's.
      onClick={(event) => { open(event.detail === 0 ? "keyboard" : "pointer"); }}
      onKeyDown={(event) => {
        if (event.key !== "ArrowDown") return;
        event.preventDefault();
        open("keyboard");
      }}
    >
      {children}
    </button>
  );
}
