/** Links that can still be used, and taking them back. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { Button } from "@/components/button";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { Empty, Rows, Section } from "@/components/list";
import { LoadFailed } from "@/components/load-failed";
import { RowSkeletons } from "@/components/skeleton";
import { tell } from "@/components/toast/toasts";
import { useI18n } from "@/i18n/context";
import { fullTime } from "@/i18n/time";
import { useWorkspace } from "@/session/workspace";
import type { Invitation } from "@/wire/frames";

import { invitationsQuery, revoke } from "./queries";

export function OpenInvitations() {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const invitations = useQuery(invitationsQuery(api, tenant.id));
  return (
    <Section title={t("invitations.title")}>
      {invitations.isPending && <RowSkeletons rows={1} className="h-21" />}
      {invitations.isError && !invitations.data && <LoadFailed query={invitations} />}
      {invitations.data?.length === 0 && <Empty>{t("invitations.empty")}</Empty>}
      {invitations.data && invitations.data.length > 0 && (
        <Rows label={t("invitations.title")}>
          {invitations.data.map((invitation) => (
            <InvitationRow key={invitation.id} invitation={invitation} />
          ))}
        </Rows>
      )}
    </Section>
  );
}

function InvitationRow({ invitation }: { invitation: Invitation }) {
  const { t, language } = useI18n();
  const { api, tenant } = useWorkspace();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const { email, role, expires_at } = invitation;
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-row">
      <div className="min-w-40 grow basis-0">
        <p className="truncate font-medium">{email}</p>
        <p className="text-sm text-soft">{t(`role.${role}`)}</p>
        <p className="text-xs text-soft">
          {t("invitations.until", { time: fullTime(language, expires_at) })}
        </p>
      </div>
      <Button aria-label={t("invitations.revokeName", { email })} onClick={() => { setAsking(true); }}>
        {t("invitations.revoke")}
      </Button>
      <ConfirmDialog
        title={t("invitations.revokeTitle", { email })}
        lead={t("invitations.revokeLead")}
        confirm={t("invitations.revoke")}
        open={asking}
        onClose={() => { setAsking(false); }}
        action={() => revoke(api, tenant.id, invitation.id)}
        onDone={() => {
          tell({ sentence: t("invitations.revoked", { email }) });
          void queries.invalidateQueries({ queryKey: ["invitations", tenant.id] });
        }}
      />
    </li>
  );
}
