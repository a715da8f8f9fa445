/** All businesses of the installation; for the platform's own people. */
import { useState } from "react";
import { Link, useNavigate } from "react-router";

import { Button, buttonClass } from "@/components/button";
import { Icon } from "@/components/icons";
import { Rows } from "@/components/list";
import { Name } from "@/components/name";
import { tell } from "@/components/toast/toasts";
import { Page } from "@/features/shell";
import { useI18n } from "@/i18n/context";
import { inBusiness, useWorkspace } from "@/session/workspace";
import type { Tenant } from "@/wire/frames";

import { CreateBusinessDialog, RenameBusinessDialog } from "./business-dialog";

export default function BusinessesPage() {
  const { t } = useI18n();
  const { api, tenants, tenant } = useWorkspace();
  const navigate = useNavigate();
  const [creating, setCreating] = useState(false);
  const [renaming, setRenaming] = useState<Tenant | null>(null);
  const [open, setOpen] = useState(false);
  return (
    <Page
      title={t("businesses.title")}
      actions={
        <Button
          look="primary"
          aria-label={t("businesses.create")}
          className="inline-flex shrink-0 items-center gap-2"
          onClick={() => { setCreating(true); }}
        >
          <Icon name="add" className="size-4 shrink-0" />
          {t("businesses.submit")}
        </Button>
      }
    >
      <Rows label={t("businesses.title")}>
        {tenants.map((each) => (
          <li key={each.id} className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-row">
            <div className="min-w-40 grow basis-0">
              <p className="font-medium"><Name>{each.name}</Name></p>
              <p className="truncate text-sm text-soft">{each.slug}</p>
            </div>
            <div className="flex flex-wrap items-center gap-2">
              <Button
                aria-label={t("businesses.renameName", { name: each.name })}
                onClick={() => {
                  setRenaming(each);
                  setOpen(true);
                }}
              >
                {t("businesses.renameAction")}
              </Button>
              {each.id === tenant.id ? (
                <p className="inline-flex min-h-10 items-center gap-1.5 px-3 text-sm text-soft">
                  <Icon name="check" className="size-4 shrink-0" />
                  {t("businesses.current")}
                </p>
              ) : (
                <Link
                  to={inBusiness(each, "home")}
                  aria-label={t("businesses.openName", { name: each.name })}
                  className={`${buttonClass("quiet")} inline-flex items-center`}
                >
                  {t("businesses.open")}
                </Link>
              )}
            </div>
          </li>
        ))}
      </Rows>
      <CreateBusinessDialog
        api={api}
        open={creating}
        onClose={() => { setCreating(false); }}
        // A business begins with the people who will run it.
        onCreated={(created) => void navigate(inBusiness(created, "people"))}
      />
      {renaming && (
        <RenameBusinessDialog
          api={api}
          tenant={renaming}
          open={open}
          onClose={() => { setOpen(false); }}
          onRenamed={(name) => { tell({ sentence: t("businesses.renamed", { name }) }); }}
        />
      )}
    </Page>
  );
}
