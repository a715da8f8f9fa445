/** A person of the business: who they are, what they may do, and taking it away. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { Button } from "@/components/button";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { PersonMark } from "@/components/mark";
import { Name } from "@/components/name";
import { tell } from "@/components/toast/toasts";
import { useI18n } from "@/i18n/context";
import { fullDate } from "@/i18n/time";
import { usePerson } from "@/session/login-context";
import { useWorkspace } from "@/session/workspace";
import type { Member, MemberRole } from "@/wire/frames";

import { PasswordLinkDialog } from "./password-link-dialog";
import { changeRole, removePerson } from "./queries";
import { RoleMenu } from "./role-menu";

interface MemberRowProps {
  member: Member;
  onRemoved: (name: string) => void;
}

export function MemberRow({ member, onRemoved }: MemberRowProps) {
  const { t, language } = useI18n();
  const { api, tenant } = useWorkspace();
  const { userId } = usePerson();
  const queries = useQueryClient();
  const [asking, setAsking] = useState<"remove" | MemberRole | null>(null);
  const [linking, setLinking] = useState(false);
  const own = member.id === userId;
  const name = member.display_name || member.email;
  const refresh = () => queries.invalidateQueries({ queryKey: ["people", tenant.id] });
  const close = () => { setAsking(null); };
  const change = own ? "stepDown" : asking === "customer_admin" ? "promote" : "demote";

  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-row">
      <PersonMark name={name} />
      <div className="min-w-40 grow basis-0">
        <p className="flex items-baseline gap-2">
          <Name className="font-medium">{name}</Name>
          {own && <span className="shrink-0 text-xs text-soft">{t("app.you")}</span>}
        </p>
        <p className="truncate text-sm text-soft">{member.email}</p>
        <p className="truncate text-xs text-soft">
          {t("people.joined", { date: fullDate(language, member.joined_at) })}
        </p>
      </div>
      <div className="flex flex-wrap gap-2 max-sm:w-full">
        <RoleMenu
          name={name}
          role={member.role}
          // What others will feel is not done by a slip.
          onChoose={setAsking}
        />
        {!own && (
          <Button aria-label={t("people.passwordOf", { name })} onClick={() => { setLinking(true); }}>
            {t("people.password")}
          </Button>
        )}
        <Button
          aria-label={own ? t("people.leaveName", { business: tenant.name }) : t("people.removeName", { name })}
          onClick={() => { setAsking("remove"); }}
        >
          {t(own ? "people.leave" : "people.remove")}
        </Button>
      </div>
      <PasswordLinkDialog member={member} open={linking} onClose={() => { setLinking(false); }} />
      <ConfirmDialog
        title={own ? t("people.leaveTitle", { business: tenant.name }) : t("people.removeTitle", { name })}
        lead={t(own ? "people.leaveLead" : "people.removeLead", { name, business: tenant.name })}
        confirm={t(own ? "people.leave" : "people.remove")}
        open={asking === "remove"}
        onClose={close}
        action={() => removePerson(api, tenant.id, member.id)}
        onDone={() => {
          onRemoved(name);
          void refresh();
        }}
      />
      <ConfirmDialog
        title={t(`people.${change}Title`, { name })}
        lead={t(`people.${change}Lead`, { name, business: tenant.name })}
        confirm={t(`people.${change}`)}
        look={change === "promote" ? "primary" : "danger"}
        open={asking !== null && asking !== "remove"}
        onClose={close}
        action={async () => {
          if (asking === null || asking === "remove") return;
          const { role } = await changeRole(api, tenant.id, member.id, asking);
          tell({ sentence: t("people.roleIs", { name, role: t(`role.${role}`) }) });
        }}
        onDone={() => void refresh()}
      />
    </li>
  );
}
