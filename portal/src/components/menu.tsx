/** The menu itself, loaded by its button when it is first asked for. */
import * as Menu from "@radix-ui/react-dropdown-menu";
import { useEffect, useRef } from "react";

import { Icon } from "./icons";
import type { MenuAction, MenuButtonProps, MenuChoices } from "./menu-button";

const ROW =
  "flex min-h-10 cursor-default items-center justify-between gap-3 rounded-md px-2.5 py-1.5 text-sm outline-none data-[disabled]:opacity-50 data-[highlighted]:bg-hover";

interface OpenedMenuProps extends MenuButtonProps {
  openedBy: "pointer" | "keyboard";
}

export default function OpenedMenu(props: OpenedMenuProps) {
  const { openedBy, choices, action, side, align, children, ...button } = props;
  const trigger = useRef<HTMLButtonElement>(null);
  const chosen = useRef<(() => void) | null>(null);

  // The key that asked for this menu came before the menu could hear it. It is heard again, for
  // a menu opened by a key highlights its first row.
  useEffect(() => {
    if (openedBy !== "keyboard") return;
    const key = new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true });
    trigger.current?.dispatchEvent(key);
  }, [openedBy]);

  return (
    <Menu.Root modal={false} defaultOpen={openedBy === "pointer"}>
      <Menu.Trigger ref={trigger} {...button}>{children}</Menu.Trigger>
      {/* Not in a portal: on a phone it may be in a modal dialog, beside which all is inert. */}
      <Menu.Content
        side={side ?? "bottom"}
        align={align ?? "start"}
        sideOffset={6}
        collisionPadding={8}
        // What was chosen begins with the focus back at the button: a dialog will leave it there.
        onCloseAutoFocus={(event) => {
          const choice = chosen.current;
          if (!choice) return;
          event.preventDefault();
          chosen.current = null;
          trigger.current?.focus();
          choice();
        }}
        className="z-20 max-h-[60vh] max-w-[85vw] min-w-44 overflow-y-auto rounded-xl border border-line bg-raised p-1.5 shadow-lg"
      >
        {choices && (
          <Choices
            {...choices}
            onChoose={(value) => { chosen.current = () => { choices.onChoose(value); }; }}
          />
        )}
        {choices && action && <Menu.Separator className="my-1.5 h-px bg-line" />}
        {action && <Action {...action} onSelect={() => { chosen.current = action.onSelect; }} />}
      </Menu.Content>
    </Menu.Root>
  );
}

function Choices({ label, chosen, disabled = false, of, onChoose }: MenuChoices) {
  const choose = (value: string) => {
    if (value !== chosen) onChoose(value);
  };
  return (
    <Menu.RadioGroup value={chosen} onValueChange={choose} className="w-64 max-w-full">
      {label && <Menu.Label className="px-2.5 pt-2 pb-1 text-xs text-soft">{label}</Menu.Label>}
      {of.map(({ value, name, note }) => (
        <Menu.RadioItem key={value} value={value} disabled={disabled} textValue={name} className={ROW}>
          <span className="min-w-0">
            <span className="block truncate">{name}</span>
            {note && <span className="block text-xs wrap-anywhere text-soft">{note}</span>}
          </span>
          <Menu.ItemIndicator>
            <Icon name="check" className="size-4 text-accent" />
          </Menu.ItemIndicator>
        </Menu.RadioItem>
      ))}
    </Menu.RadioGroup>
  );
}

function Action({ name, danger = false, onSelect }: MenuAction) {
  return (
    <Menu.Item className={`${ROW} ${danger ? "text-danger" : ""}`} onSelect={onSelect}>
      {name}
    </Menu.Item>
  );
}
