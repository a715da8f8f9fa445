import type { ComponentProps } from "react";

import { Icon } from "./icons";

interface IconButtonProps extends Omit<ComponentProps<"button">, "children"> {
  icon: ComponentProps<typeof Icon>["name"];
  label: string;
}

export function IconButton({ icon, label, className = "", ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={`grid size-10 shrink-0 place-items-center rounded-control text-soft transition-colors hover:bg-hover hover:text-ink ${className}`}
      {...rest}
    >
      <Icon name={icon} />
    </button>
  );
}
