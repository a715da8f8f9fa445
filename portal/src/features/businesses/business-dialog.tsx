/** Sets a business up, or calls one otherwise. */
import { useQueryClient } from "@tanstack/react-query";

import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { FormFooter } from "@/components/form/form-footer";
import { TextField } from "@/components/form/text-field";
import { useForm } from "@/components/form/use-form";
import { useI18n } from "@/i18n/context";
import type { Api } from "@/session/api";
import type { Tenant } from "@/wire/frames";

import { createTenant, renameTenant } from "./queries";
import { checkBusiness } from "./rules";

interface CreateBusinessProps {
  api: Api;
  open: boolean;
  onClose: () => void;
  onCreated: (tenant: Tenant) => void;
}

export function CreateBusinessDialog({ open, onClose, ...rest }: CreateBusinessProps) {
  const { t } = useI18n();
  return (
    <Dialog title={t("businesses.create")} open={open} onClose={onClose} sticky>
      <CreateForm onClose={onClose} {...rest} />
    </Dialog>
  );
}

function CreateForm({ api, onClose, onCreated }: Omit<CreateBusinessProps, "open">) {
  const { t } = useI18n();
  const queries = useQueryClient();
  const form = useForm({
    initial: { name: "", slug: "" },
    check: checkBusiness,
    blame: { slug_taken: "slug" },
    async send({ name, slug }) {
      const created = await createTenant(api, name.trim(), slug.trim() || null);
      await queries.invalidateQueries({ queryKey: ["tenants"] });
      onCreated(created);
    },
  });
  return (
    <form {...form.props}>
      <TextField {...form.field("name")} label={t("businesses.name")} autoComplete="off" className="mt-5" required />
      <TextField
        {...form.field("slug")}
        label={t("businesses.slug")}
        help={t("businesses.slugHelp")}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        className="mt-5"
      />
      <FormFooter problem={form.problem} busy={form.busy} submit={t("businesses.submit")}>
        <Button onClick={onClose}>{t("form.cancel")}</Button>
      </FormFooter>
    </form>
  );
}

interface RenameBusinessProps {
  api: Api;
  tenant: Tenant;
  open: boolean;
  onClose: () => void;
  onRenamed: (name: string) => void;
}

export function RenameBusinessDialog({ open, onClose, ...rest }: RenameBusinessProps) {
  const { t } = useI18n();
  return (
    <Dialog title={t("businesses.rename", { name: rest.tenant.name })} open={open} onClose={onClose} sticky>
      <RenameForm onClose={onClose} {...rest} />
    </Dialog>
  );
}

function RenameForm({ api, tenant, onClose, onRenamed }: Omit<RenameBusinessProps, "open">) {
  const { t } = useI18n();
  const queries = useQueryClient();
  const form = useForm({
    initial: { name: tenant.name },
    check: ({ name }) => checkBusiness({ name, slug: "" }),
    async send({ name }) {
      await renameTenant(api, tenant.id, name.trim());
      await queries.invalidateQueries({ queryKey: ["tenants"] });
      onClose();
      onRenamed(name.trim());
    },
  });
  return (
    <form {...form.props}>
      <TextField
        {...form.field("name")}
        label={t("businesses.name")}
        help={t("businesses.renameHelp", { slug: tenant.slug })}
        autoComplete="off"
        className="mt-5"
        required
      />
      <FormFooter problem={form.problem} busy={form.busy} submit={t("form.save")}>
        <Button onClick={onClose}>{t("form.cancel")}</Button>
      </FormFooter>
    </form>
  );
}
