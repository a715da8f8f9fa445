/** The menu itself, loaded by its button when it is first asked for. */
import { Menu } from "@base-ui/react/menu";
import { useEffect, useRef, useState } from "react";

import { Headless, POPUP, ROW } from "./headless";
import { Icon } from "./icons";
import type { MenuAction, MenuButtonProps, MenuChoices } from "./menu-button";

interface OpenedMenuProps extends MenuButtonProps {
  openedBy: "pointer" | "keyboard";
}

export default function OpenedMenu(props: OpenedMenuProps) {
  const { openedBy, choices, actions = [], side, align, children, ...button } = props;
  const trigger = useRef<HTMLButtonElement>(null);
  const chosen = useRef<(() => void) | null>(null);
  const [here, setHere] = useState<HTMLElement | null>(null);

  // The key that asked for this menu came before the menu could hear it. It is heard again, for
  // a menu opened by a key highlights its first row.
  useEffect(() => {
    if (openedBy !== "keyboard" || !here) return;
    const key = new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true });
    trigger.current?.dispatchEvent(key);
  }, [openedBy, here]);

  return (
    <Headless>
      <Menu.Root
        modal={false}
        defaultOpen={openedBy === "pointer"}
        // What was chosen begins with the focus back at the button: a dialog will leave it there.
        onOpenChangeComplete={(open) => {
          const choice = chosen.current;
          chosen.current = null;
          if (open || !choice) return;
          trigger.current?.focus();
          choice();
        }}
      >
        <Menu.Trigger ref={trigger} {...button}>{children}</Menu.Trigger>
        {/* Beside its button: on a phone it may be in a modal dialog, outside which all is inert. */}
        <span ref={setHere} className="contents" />
        <Menu.Portal container={here}>
          <Menu.Positioner
            side={side ?? "bottom"}
            align={align ?? "start"}
            sideOffset={6}
            collisionPadding={8}
            positionMethod="fixed"
            className="z-(--z-menu)"
          >
            <Menu.Popup className={POPUP}>
              {choices && (
                <Choices
                  {...choices}
                  onChoose={(value) => { chosen.current = () => { choices.onChoose(value); }; }}
                />
              )}
              {choices && actions.length > 0 && <Menu.Separator className="my-1.5 h-px bg-line" />}
              {actions.map((action) => (
                <Action key={action.name} {...action} onSelect={() => { chosen.current = action.onSelect; }} />
              ))}
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
    </Headless>
  );
}

function Choices({ label, chosen, disabled = false, of, onChoose }: MenuChoices) {
  const choose = (value: string) => {
    if (value !== chosen) onChoose(value);
  };
  return (
    <Menu.RadioGroup value={chosen} onValueChange={choose} className="w-64 max-w-full">
      {label && <p aria-hidden="true" className="px-2.5 pt-2 pb-1 text-xs text-soft">{label}</p>}
      {of.map(({ value, name, note }) => (
        <Menu.RadioItem key={value} value={value} disabled={disabled} label={name} closeOnClick className={ROW}>
          <span className="min-w-0">
            <span className="block truncate">{name}</span>
            {note && <span className="block text-xs wrap-anywhere text-soft">{note}</span>}
          </span>
          <Menu.RadioItemIndicator>
            <Icon name="check" className="size-4 text-accent" />
          </Menu.RadioItemIndicator>
        </Menu.RadioItem>
      ))}
    </Menu.RadioGroup>
  );
}

function Action({ name, danger = false, onSelect }: MenuAction) {
  return (
    <Menu.Item className={`${ROW} w-full ${danger ? "text-danger" : ""}`} onClick={onSelect}>
      {name}
    </Menu.Item>
  );
}
