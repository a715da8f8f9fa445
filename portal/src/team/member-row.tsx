/** A person of the business: who they are, what they may do, and taking it away. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { Avatar } from "@/components/avatar";
import { Button } from "@/components/button";
import { useI18n } from "@/i18n/context";
import { problemSentence } from "@/i18n/problem";
import { fullDate } from "@/i18n/time";
import { usePerson } from "@/session/login-context";
import { useWorkspace } from "@/session/workspace";
import type { Member, MemberRole } from "@/wire/frames";

import { ConfirmDialog } from "./confirm-dialog";
import { RoleMenu } from "./role-menu";

export function MemberRow({ member, onRemoved }: { member: Member; onRemoved: () => void }) {
  const { t, language } = useI18n();
  const { api, tenant } = useWorkspace();
  const { userId } = usePerson();
  const queries = useQueryClient();
  const [asking, setAsking] = useState<"remove" | MemberRole | null>(null);
  const own = member.id === userId;
  const name = member.display_name || member.email;
  const refresh = () => queries.invalidateQueries({ queryKey: ["people", tenant.id] });
  const changeRole = useMutation({
    mutationFn: (role: MemberRole) => api.changeRole(tenant.id, member.id, role),
    onSettled: refresh,
  });
  const close = () => { setAsking(null); };

  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3">
      <Avatar name={name} />
      <div className="min-w-40 grow basis-0">
        <p className="flex items-baseline gap-2">
          <span className="truncate font-medium">{name}</span>
          {own && <span className="shrink-0 text-xs text-soft">{t("people.you")}</span>}
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
          busy={changeRole.isPending}
          onChoose={(role) => {
            // One's own rights are not given up by a slip.
            if (own) setAsking(role);
            else changeRole.mutate(role);
          }}
        />
        <Button
          aria-label={own ? t("people.leaveName", { business: tenant.name }) : t("people.removeName", { name })}
          onClick={() => { setAsking("remove"); }}
        >
          {t(own ? "people.leave" : "people.remove")}
        </Button>
      </div>
      <p role="status" className="sr-only">
        {changeRole.isSuccess && t("people.roleIs", { name, role: t(`role.${member.role}`) })}
      </p>
      {changeRole.isError && (
        <p role="alert" className="w-full text-sm text-danger">{problemSentence(t, changeRole.error)}</p>
      )}
      <ConfirmDialog
        title={own ? t("people.leaveTitle", { business: tenant.name }) : t("people.removeTitle", { name })}
        lead={t(own ? "people.leaveLead" : "people.removeLead", { name, business: tenant.name })}
        confirm={t(own ? "people.leave" : "people.remove")}
        open={asking === "remove"}
        onClose={close}
        action={() => api.removePerson(tenant.id, member.id)}
        onDone={() => {
          onRemoved();
          void refresh();
        }}
      />
      {own && (
        <ConfirmDialog
          title={t("people.stepDownTitle")}
          lead={t("people.stepDownLead", { business: tenant.name })}
          confirm={t("people.stepDown")}
          open={asking !== null && asking !== "remove"}
          onClose={close}
          action={() => api.changeRole(tenant.id, member.id, "customer_operator")}
          onDone={() => void refresh()}
        />
      )}
    </li>
  );
}
