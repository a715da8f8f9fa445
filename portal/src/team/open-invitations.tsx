/** Links that can still be used, and taking them back. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { invitationsQuery } from "@/api/queries";
import { Button } from "@/components/button";
import { Empty, Rows, Section } from "@/components/list";
import { RowSkeletons } from "@/components/skeleton";
import { useI18n } from "@/i18n/context";
import { problemSentence } from "@/i18n/problem";
import { fullTime } from "@/i18n/time";
import { useWorkspace } from "@/session/workspace";
import type { Invitation } from "@/wire/frames";

import { LoadFailed } from "./load-failed";

export function OpenInvitations({ onRevoked }: { onRevoked: () => void }) {
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
            <InvitationRow key={invitation.id} invitation={invitation} onRevoked={onRevoked} />
          ))}
        </Rows>
      )}
    </Section>
  );
}

function InvitationRow({ invitation, onRevoked }: { invitation: Invitation; onRevoked: () => void }) {
  const { t, language } = useI18n();
  const { api, tenant } = useWorkspace();
  const queries = useQueryClient();
  const { email, role, expires_at } = invitation;
  const revoke = useMutation({
    mutationFn: () => api.revokeInvitation(tenant.id, invitation.id),
    onSuccess: onRevoked,
    onSettled: () => queries.invalidateQueries({ queryKey: ["invitations", tenant.id] }),
  });
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3">
      <div className="min-w-40 grow basis-0">
        <p className="truncate font-medium">{email}</p>
        <p className="text-sm text-soft">{t(`role.${role}`)}</p>
        <p className="text-xs text-soft">
          {t("invitations.until", { time: fullTime(language, expires_at) })}
        </p>
      </div>
      <Button
        aria-label={t("invitations.revokeName", { email })}
        aria-disabled={revoke.isPending}
        className="aria-disabled:opacity-50"
        onClick={() => { if (!revoke.isPending) revoke.mutate(); }}
      >
        {t("invitations.revoke")}
      </Button>
      {revoke.isError && (
        <p role="alert" className="w-full text-sm text-danger">{problemSentence(t, revoke.error)}</p>
      )}
    </li>
  );
}
