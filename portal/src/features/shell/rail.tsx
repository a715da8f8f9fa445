/** The fixed rail of places at the side; narrow, it shows their icons alone. */
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { NavLink } from "react-router";

import { Icon } from "@/components/icons";
import { useI18n } from "@/i18n/context";
import { inBrowser } from "@/session/kept";
import { usePerson } from "@/session/login-context";
import { conversationsQuery } from "@/session/queries";
import { useUnreadCount } from "@/session/seen";
import { useWorkspace } from "@/session/workspace";

import { AccountMenu } from "./account-menu";
import { addressOf, type Place, PLACES } from "./places";
import { TenantSwitcher } from "./tenant-switcher";
import { RAIL, type Width, WORD } from "./width";

const KEPT = "konstruct.rail";

export function Rail({ onSearch }: { onSearch: () => void }) {
  const [width, setWidth] = useState<Width>(inBrowser.getItem(KEPT) === "narrow" ? "narrow" : "roomy");
  const { t } = useI18n();
  const narrow = width === "narrow";
  const turn = () => {
    const next = narrow ? "roomy" : "narrow";
    inBrowser.setItem(KEPT, next);
    setWidth(next);
  };
  return (
    <RailContents width={width} onSearch={onSearch}>
      <button
        type="button"
        aria-expanded={!narrow}
        title={t(narrow ? "shell.widen" : "shell.narrow")}
        onClick={turn}
        className="flex min-h-10 w-full items-center gap-3 rounded-control px-2.5 text-sm text-soft transition-colors hover:bg-hover hover:text-ink max-lg:hidden"
      >
        <Icon name={narrow ? "widen" : "narrow"} className="size-5 shrink-0" />
        <span className={WORD[width]}>{t(narrow ? "shell.widen" : "shell.narrow")}</span>
      </button>
    </RailContents>
  );
}

interface RailContentsProps {
  width: Width;
  onSearch: () => void;
  onChoose?: () => void;
  children?: ReactNode;
}

export function RailContents({ width, onSearch, onChoose, children }: RailContentsProps) {
  const { t } = useI18n();
  const { tenant } = useWorkspace();
  const unread = useUnread();
  return (
    <nav aria-label={t("shell.title")} className={`flex h-full shrink-0 flex-col border-e border-line bg-ground ${RAIL[width]}`}>
      <header className="shrink-0 space-y-2 p-3">
        <TenantSwitcher width={width} />
        <button
          type="button"
          title={t("shell.search")}
          aria-keyshortcuts="Control+K Meta+K"
          onClick={onSearch}
          className="flex min-h-10 w-full items-center gap-3 rounded-control border border-line bg-raised px-2.5 text-sm text-soft transition-colors hover:bg-hover hover:text-ink"
        >
          <Icon name="search" className="size-5 shrink-0" />
          <span className={`min-w-0 grow truncate text-start ${WORD[width]}`}>{t("shell.search")}</span>
        </button>
      </header>
      <div className="min-h-0 grow overflow-y-auto px-3 pb-3">
        {PLACES.map((places, part) => {
          const theirs = places.filter(({ isFor }) => isFor(tenant.role));
          return theirs.length > 0 && (
            <ul key={places[0]?.to} className={part > 0 ? "mt-3 border-t border-line pt-3" : ""}>
              {theirs.map((place) => (
                <PlaceLink
                  key={place.to}
                  place={place}
                  width={width}
                  unread={place.to === "chat" ? unread : 0}
                  {...(onChoose ? { onChoose } : {})}
                />
              ))}
            </ul>
          );
        })}
      </div>
      <div className="shrink-0 px-3">{children}</div>
      <AccountMenu width={width} />
    </nav>
  );
}

interface PlaceLinkProps {
  place: Place;
  width: Width;
  /** How much there is unread. */
  unread: number;
  onChoose?: () => void;
}

function PlaceLink({ place, width, unread, onChoose }: PlaceLinkProps) {
  const { t } = useI18n();
  const { at } = useWorkspace();
  const name = t(place.name);
  return (
    <li>
      <NavLink
        to={addressOf(place, at)}
        title={name}
        onClick={onChoose}
        className={({ isActive }) =>
          `in-view flex min-h-10 items-center gap-3 rounded-control px-2.5 text-sm transition-colors hover:bg-hover ${isActive ? "bg-hover font-medium" : ""}`
        }
      >
        <span className="relative shrink-0">
          <Icon name={place.icon} className="size-5 text-soft" />
          {unread > 0 && <span aria-hidden="true" className="absolute -end-0.5 -top-0.5 size-2 rounded-full bg-accent" />}
        </span>
        <span className={`min-w-0 grow truncate ${WORD[width]}`}>{name}</span>
        {unread > 0 && (
          <span className={`shrink-0 text-xs text-soft ${WORD[width]}`}>
            {unread} <span className="sr-only">{t("shell.unread")}</span>
          </span>
        )}
      </NavLink>
    </li>
  );
}

/** Of the person's own conversations, how many say something new. */
export function useUnread(): number {
  const { userId } = usePerson();
  const { api, tenant } = useWorkspace();
  const conversations = useQuery(conversationsQuery(api, tenant.id));
  return useUnreadCount(userId, conversations.data ?? []);
}
