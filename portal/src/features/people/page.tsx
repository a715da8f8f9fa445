/** The people of the business and those invited; for its admins. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { Button } from "@/components/button";
import { Icon } from "@/components/icons";
import { Empty, Rows } from "@/components/list";
import { LoadFailed } from "@/components/load-failed";
import { RowSkeletons } from "@/components/skeleton";
import { tell } from "@/components/toast/toasts";
import { InviteDialog, OpenInvitations } from "@/features/invitations";
import { Page } from "@/features/shell";
import { useI18n } from "@/i18n/context";
import { useWorkspace } from "@/session/workspace";

import { MemberRow } from "./member-row";
import { peopleQuery } from "./queries";

export default function PeoplePage() {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const people = useQuery(peopleQuery(api, tenant.id));
  const [inviting, setInviting] = useState(false);
  const removed = (name: string) => { tell({ sentence: t("people.removed", { name, business: tenant.name }) }); };

  return (
    <Page
      title={t("people.title")}
      actions={
        <Button
          look="primary"
          className="inline-flex shrink-0 items-center gap-2"
          onClick={() => { setInviting(true); }}
        >
          <Icon name="add" className="size-4 shrink-0" />
          {t("people.invite")}
        </Button>
      }
    >
      {people.isPending && <RowSkeletons rows={3} className="h-21 max-sm:h-32" />}
      {people.isError && !people.data && <LoadFailed query={people} />}
      {people.data?.length === 0 && <Empty>{t("people.empty")}</Empty>}
      {people.data && people.data.length > 0 && (
        <Rows label={t("people.title")}>
          {people.data.map((member) => (
            <MemberRow key={member.id} member={member} onRemoved={removed} />
          ))}
        </Rows>
      )}
      <OpenInvitations />
      <InviteDialog
        open={inviting}
        firstRole={people.data?.length === 0 ? "customer_admin" : "customer_operator"}
        onClose={() => { setInviting(false); }}
      />
    </Page>
  );
}
