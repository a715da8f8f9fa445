/** A failing account gets other credentials, and is mended by them. All else about it stays. */
import { useQueryClient } from "@tanstack/react-query";

import { FormFooter } from "@/components/form/form-footer";
import { useForm } from "@/components/form/use-form";
import { Section } from "@/components/list";
import { tell } from "@/components/toast/toasts";
import { useI18n } from "@/i18n/context";
import { useWorkspace } from "@/session/workspace";
import type { Connection } from "@/wire/frames";

import { GivenField } from "./given-field";
import type { Kind } from "./kinds";
import { connect } from "./queries";
import { answersOf, checkGiven, knownOf, NOTHING } from "./rules";

interface NewCredentialsProps {
  connection: Connection;
  kind: Kind;
  /** Who answers there. */
  agentId: string;
}

export function NewCredentials({ connection, kind, agentId }: NewCredentialsProps) {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const queries = useQueryClient();
  const form = useForm({
    initial: { ...NOTHING, ...knownOf(kind, connection.settings) },
    check: (given) => checkGiven(kind, given),
    send: async (given) => {
      await connect(api, tenant.id, { type: kind.type, agentId, given: answersOf(kind, given) });
      tell({ sentence: t("channels.replaced") });
      await queries.invalidateQueries({ queryKey: ["channels", tenant.id] });
    },
  });
  return (
    <Section title={t("channels.replaceTitle")}>
      <form {...form.props}>
        <p className="mb-4 text-sm text-soft">{t("channels.replaceLead")}</p>
        <div className="grid gap-5">
          {kind.fields.filter(({ secret }) => secret).map((asked) => (
            <GivenField key={asked.name} asked={asked} form={form} />
          ))}
        </div>
        <FormFooter problem={form.problem} busy={form.busy} submit={t("channels.replace")} />
      </form>
    </Section>
  );
}
