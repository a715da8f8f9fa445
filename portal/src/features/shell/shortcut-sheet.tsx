/** Which keys there are. */
import { Fragment } from "react";

import { Button } from "@/components/button";
import { Dialog, DialogActions } from "@/components/dialog";
import { useI18n } from "@/i18n/context";
import type { MessageKey } from "@/i18n/en";
import { useWorkspace } from "@/session/workspace";

import { PLACES } from "./places";

const COMMAND = /mac|iphone|ipad/i.test(navigator.userAgent) ? "⌘" : "Ctrl";

/** What each row says, and the keys for it. */
const OTHERS: readonly (readonly [MessageKey, readonly string[]])[] = [
  ["shell.keys.commands", [COMMAND, "K"]],
  ["shell.keys.sheet", ["?"]],
  ["shell.keys.list", ["j", "k"]],
  ["shell.keys.send", ["Enter"]],
  ["shell.keys.line", ["Shift", "Enter"]],
  ["shell.keys.stop", ["Esc"]],
  ["shell.keys.submit", [COMMAND, "Enter"]],
];

export default function ShortcutSheet({ onClose }: { onClose: () => void }) {
  const { t } = useI18n();
  const { tenant } = useWorkspace();
  const places = PLACES.flat().filter(({ isFor }) => isFor(tenant.role));
  return (
    <Dialog title={t("shell.keys.title")} open onClose={onClose}>
      <dl className="mt-4 grid grid-cols-[1fr_auto] items-center gap-x-6 gap-y-2 text-sm">
        {OTHERS.map(([name, keys]) => <Row key={name} name={t(name)} keys={keys} />)}
        {places.map((place) => (
          <Row key={place.to} name={t("shell.keys.go", { place: t(place.name) })} keys={["g", place.key]} />
        ))}
      </dl>
      <DialogActions>
        <Button look="primary" onClick={onClose}>{t("form.done")}</Button>
      </DialogActions>
    </Dialog>
  );
}

function Row({ name, keys }: { name: string; keys: readonly string[] }) {
  return (
    <>
      <dt className="wrap-anywhere">{name}</dt>
      <dd className="flex justify-end gap-1">
        {keys.map((key) => (
          <Fragment key={key}>
            <kbd className="min-w-6 rounded-tag border border-line bg-hover px-1.5 py-0.5 text-center font-sans text-xs">{key}</kbd>
          </Fragment>
        ))}
      </dd>
    </>
  );
}
