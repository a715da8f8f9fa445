/** The name that others read, to be changed. */
import { FormFooter } from "@/components/form/form-footer";
import { MAX_NAME, oneLine, told } from "@/components/form/rules";
import { TextField } from "@/components/form/text-field";
import { useForm } from "@/components/form/use-form";
import { tell } from "@/components/toast/toasts";
import { useI18n } from "@/i18n/context";
import { useLogin, usePerson } from "@/session/login-context";
import { useWorkspace } from "@/session/workspace";

import { changeName } from "./queries";

export function OwnName() {
  const { t } = useI18n();
  const { api } = useWorkspace();
  const login = useLogin();
  const { displayName } = usePerson();
  const form = useForm({
    initial: { name: displayName },
    check: ({ name }) => told({ name: oneLine(name, MAX_NAME) }),
    blame: { name_unseen: "name" },
    async send({ name }) {
      await changeName(api, name);
      await login.accessToken({ renew: true });
      tell({ sentence: t("me.nameChanged") });
    },
  });
  return (
    <form {...form.props} className="mt-5 max-w-sm">
      <TextField {...form.field("name")} label={t("me.name")} help={t("me.nameHelp")} autoComplete="name" required />
      <FormFooter problem={form.problem} busy={form.busy} submit={t("me.nameChange")} />
    </form>
  );
}
