/** Answers that somebody of the business has typed, which are knowledge as files are. */
import { Section } from "@/components/list";
import { Page } from "@/features/shell";
import { useI18n } from "@/i18n/context";

import { SourceList } from "./list";
import { Teach } from "./teach";
import { Views } from "./views";

export default function AnswersPage() {
  const { t } = useI18n();
  return (
    <Page title={t("knowledge.answers")}>
      <Views />
      <p className="mb-4 text-sm text-soft">{t("knowledge.answersLead")}</p>
      <SourceList typed label={t("knowledge.answers")} empty={t("knowledge.answersEmpty")} />
      <Section title={t("knowledge.teach")}>
        <Teach />
      </Section>
    </Page>
  );
}
