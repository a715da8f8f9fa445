/** Where a visit begins: the employees one talks to. */
import { Section } from "@/components/list";
import { EmployeeList } from "@/features/chat";
import { Page } from "@/features/shell";
import { useI18n } from "@/i18n/context";

export default function HomePage() {
  const { t } = useI18n();
  return (
    <Page title={t("home.title")}>
      <Section title={t("home.talk")}>
        <div className="rounded-xl border border-line bg-raised p-2">
          <EmployeeList />
        </div>
      </Section>
    </Page>
  );
}
