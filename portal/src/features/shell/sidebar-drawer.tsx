import { useState } from "react";

import { IconButton } from "@/components/icon-button";
import { Modal } from "@/components/modal";
import { useI18n } from "@/i18n/context";

import { Sidebar } from "./sidebar";

/** On a phone the sidebar is behind a button. */
export function SidebarDrawer() {
  const { t } = useI18n();
  const [open, setOpen] = useState(false);
  const close = () => { setOpen(false); };
  return (
    <>
      <IconButton
        icon="menu"
        label={t("shell.open")}
        className="md:hidden"
        onClick={() => { setOpen(true); }}
      />
      <Modal
        open={open}
        onClose={close}
        aria-label={t("shell.title")}
        className="h-dvh max-h-none w-76 max-w-[85vw] bg-ground text-ink shadow-xl backdrop:bg-black/40"
      >
        <Sidebar onChoose={close} />
      </Modal>
    </>
  );
}
