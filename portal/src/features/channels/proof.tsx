/** One writes to one's own account, and sees here that it was heard and answered. */
import { Icon } from "@/components/icons";
import { useI18n } from "@/i18n/context";
import { clockTime } from "@/i18n/time";
import type { Connection } from "@/wire/frames";

export function Proof({ connection }: { connection: Connection }) {
  const { t, language } = useI18n();
  const { name, type, settings, last_heard_at, last_sent_at } = connection;
  const answered = last_heard_at && last_sent_at && last_sent_at >= last_heard_at ? last_sent_at : null;
  const username = typeof settings.username === "string" ? settings.username : null;
  const direct = type === "telegram" && username ? `https://t.me/${username}` : null;
  return (
    <div className="rounded-card border border-line bg-raised p-4">
      <p>
        {t("channels.writeTo", { name: name ?? t("channels.unnamed") })}{" "}
        {direct && (
          <a className="text-accent underline underline-offset-2" href={direct} target="_blank" rel="noreferrer">
            {direct.replace("https://", "")}
          </a>
        )}
      </p>
      <ul role="status" className="mt-3 grid gap-1.5 text-sm">
        <Step done={last_heard_at !== null}>
          {last_heard_at ? t("channels.proof.heard", { time: clockTime(language, last_heard_at) }) : t("channels.proof.waiting")}
        </Step>
        <Step done={answered !== null}>
          {answered ? t("channels.proof.answered", { time: clockTime(language, answered) }) : t("channels.proof.notYet")}
        </Step>
      </ul>
    </div>
  );
}

function Step({ done, children }: { done: boolean; children: string }) {
  return (
    <li className={`flex items-center gap-2 ${done ? "" : "text-soft"}`}>
      <span className="grid size-5 shrink-0 place-items-center rounded-full border border-line">
        {done && <Icon name="check" className="size-3.5" />}
      </span>
      {children}
    </li>
  );
}
