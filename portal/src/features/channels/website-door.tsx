/** A door of the business's website: its page to be tried, and the lines for the site. */
import { CopyButton } from "@/components/copy-button";
import { Section } from "@/components/list";
import { useI18n } from "@/i18n/context";
import type { Connection } from "@/wire/frames";

export function WebsiteDoor({ connection }: { connection: Connection }) {
  const { t } = useI18n();
  const { id, settings, webhook_url } = connection;
  const base = new URL(webhook_url).origin;
  const page = `${base}/c/${id}`;
  const hosts = Array.isArray(settings.hosts) ? settings.hosts.map(String) : [];
  return (
    <>
      <Section title={t("channels.widget.page")}>
        <p className="mb-2 text-sm">{t("channels.widget.pageLead")}</p>
        <a className="text-accent wrap-anywhere underline underline-offset-2" href={page} target="_blank" rel="noreferrer">
          {page}
        </a>
      </Section>
      <Section title={t("channels.widget.site")}>
        <p className="mb-3 text-sm">
          {hosts.length > 0 ? t("channels.widget.hosts", { hosts: hosts.join(", ") }) : t("channels.widget.noHosts")}
        </p>
        {hosts.length > 0 && <Snippet base={base} door={id} />}
      </Section>
    </>
  );
}

function Snippet({ base, door }: { base: string; door: string }) {
  const { t } = useI18n();
  const line = `<script async src="${base}/w/${door}.js"></script>`;
  return (
    <>
      <p className="mb-2 text-sm">{t("channels.widget.siteLead")}</p>
      <CopyButton text={line} label={t("channels.widget.copy")} />
      <Code label={t("channels.widget.snippet")}>{line}</Code>
      <p className="mt-4 text-sm">{t("channels.widget.policy")}</p>
      <Code>{`script-src ${base}\nframe-src ${base}`}</Code>
    </>
  );
}

function Code({ label, children }: { label?: string; children: string }) {
  return (
    <pre
      dir="ltr"
      aria-label={label}
      className="mt-2 rounded-control border border-line bg-raised p-3 font-mono text-xs wrap-anywhere whitespace-pre-wrap text-ink"
    >
      {children}
    </pre>
  );
}
