/** A phone's rail: the places of every day at the thumb, and all others behind the last one. */
import { useState } from "react";
import { NavLink, useMatch } from "react-router";

import { Icon } from "@/components/icons";
import { Modal } from "@/components/modal";
import { useI18n } from "@/i18n/context";
import { useWorkspace } from "@/session/workspace";

import { addressOf, WORK } from "./places";
import { RailContents, useUnread } from "./rail";

/** Of the places of work, those of every day. */
const AT_THE_THUMB = 3;
const ENTRY = "in-view-above flex min-h-14 w-full flex-col items-center justify-center gap-0.5 px-1 text-xs";

export function BottomBar({ onSearch }: { onSearch: () => void }) {
  const { t } = useI18n();
  const { at } = useWorkspace();
  const [more, setMore] = useState(false);
  const unread = useUnread();
  const close = () => { setMore(false); };
  // Where one writes, the keyboard needs the room.
  if (useMatch("/b/:business/chat/:agent")) return null;
  return (
    <>
      <nav aria-label={t("shell.title")} className="shrink-0 border-t border-line bg-ground pb-[env(safe-area-inset-bottom)] md:hidden">
        <ul className="flex">
          {WORK.slice(0, AT_THE_THUMB).map((place) => (
            <li key={place.to} className="min-w-0 flex-1">
              <NavLink
                to={addressOf(place, at)}
                className={({ isActive }) => `${ENTRY} ${isActive ? "font-medium text-accent" : "text-soft"}`}
              >
                <span className="relative">
                  <Icon name={place.icon} />
                  {place.to === "chat" && unread > 0 && (
                    <span className="absolute -end-1 -top-0.5 size-2 rounded-full bg-accent">
                      <span className="sr-only">{t("shell.unread")}</span>
                    </span>
                  )}
                </span>
                <span className="max-w-full truncate">{t(place.name)}</span>
              </NavLink>
            </li>
          ))}
          <li className="min-w-0 flex-1">
            <button type="button" className={`${ENTRY} text-soft`} onClick={() => { setMore(true); }}>
              <Icon name="menu" />
              <span className="max-w-full truncate">{t("shell.more")}</span>
            </button>
          </li>
        </ul>
      </nav>
      <Modal
        open={more}
        onClose={close}
        aria-label={t("shell.more")}
        className="h-dvh max-h-none w-76 max-w-[85vw] bg-ground text-ink shadow-xl backdrop:bg-black/40"
      >
        <RailContents
          width="wide"
          onChoose={close}
          onSearch={() => {
            close();
            onSearch();
          }}
        />
      </Modal>
    </>
  );
}
