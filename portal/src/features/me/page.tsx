/** The person's own: who they are, in which language, region and colours they look at all this. */
import { Section } from "@/components/list";
import { Page } from "@/features/shell";
import { useI18n } from "@/i18n/context";
import { usePerson } from "@/session/login-context";

import { Appearance } from "./appearance";
import { LanguageAndRegion } from "./language";
import { OwnName } from "./name";
import { Password } from "./password";
import { Sessions } from "./sessions";

export default function MePage() {
  const { t } = useI18n();
  const person = usePerson();
  return (
    <Page title={t("me.title")}>
      <Section title={t("me.profile")}>
        <dl className="divide-y divide-line rounded-card border border-line bg-raised">
          <Fact name={t("me.email")}>{person.email}</Fact>
        </dl>
        <OwnName />
      </Section>
      <Section title={t("me.password")}>
        <Password />
      </Section>
      <Section title={t("me.sessions")}>
        <Sessions />
      </Section>
      <Section title={t("me.language")}>
        <LanguageAndRegion />
      </Section>
      <Section title={t("me.appearance")}>
        <Appearance />
      </Section>
    </Page>
  );
}

function Fact({ name, children }: { name: string; children: string }) {
  return (
    <div className="grid gap-1 px-4 py-row sm:grid-cols-[14rem_1fr] sm:gap-4">
      <dt className="text-sm text-soft">{name}</dt>
      <dd className="min-w-0 wrap-anywhere"><bdi>{children}</bdi></dd>
    </div>
  );
}
