/** The hours of a week, day by day, in a time zone; and the dates on which nobody is there. */
import { Button } from "@/components/button";
import { Combobox } from "@/components/combobox";
import { TextField } from "@/components/form/text-field";
import { Icon } from "@/components/icons";
import { IconButton } from "@/components/icon-button";
import { useI18n } from "@/i18n/context";
import type { Language } from "@/i18n/language";
import type { Hours } from "@/wire/frames";

import { type Day, DAYS, type HoursProblem, linesOf, type Span } from "./rules";

const MOST_SPANS = 6;
const ZONES = Intl.supportedValuesOf("timeZone");

interface WeekProps {
  hours: Hours;
  wrong: HoursProblem | undefined;
  onChange: (hours: Hours) => void;
}

export function Week({ hours, wrong, onChange }: WeekProps) {
  const { t, language } = useI18n();
  const put = (day: Day, spans: Span[]) => { onChange({ ...hours, week: { ...hours.week, [day]: spans } }); };
  const copy = () => {
    const spans = hours.week.mon ?? [];
    onChange({ ...hours, week: { ...hours.week, ...Object.fromEntries(DAYS.slice(0, 5).map((day) => [day, spans])) } });
  };
  return (
    <div className="grid gap-5">
      <Combobox
        label={t("employee.timeZone")}
        help={t("employee.timeZoneHelp")}
        error={wrong === "time_zone" ? t("employee.timeZoneWrong") : undefined}
        value={hours.time_zone}
        of={ZONES}
        onChange={(time_zone) => { onChange({ ...hours, time_zone }); }}
      />
      <ul aria-label={t("employee.hours")} className="divide-y divide-line rounded-card border border-line bg-raised">
        {DAYS.map((day) => (
          <DayRow
            key={day}
            name={dayName(language, day)}
            spans={hours.week[day] ?? []}
            wrong={wrong === day}
            onChange={(spans) => { put(day, spans); }}
            {...(day === "mon" ? { onCopy: copy } : {})}
          />
        ))}
      </ul>
      <TextField
        label={t("employee.closedOn")}
        help={t("employee.closedOnHelp")}
        error={wrong === "closed" ? t("employee.closedOnWrong") : undefined}
        value={hours.closed.join("\n")}
        onChange={(text) => { onChange({ ...hours, closed: text.endsWith("\n") ? [...linesOf(text), ""] : linesOf(text) }); }}
        multiline="short"
      />
    </div>
  );
}

interface DayRowProps {
  name: string;
  spans: readonly Span[];
  wrong: boolean;
  onChange: (spans: Span[]) => void;
  onCopy?: () => void;
}

function DayRow({ name, spans, wrong, onChange, onCopy }: DayRowProps) {
  const { t } = useI18n();
  const put = (at: number, span: Span) => { onChange(spans.map((each, n) => (n === at ? span : each))); };
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 py-3">
      <p className="min-h-10 w-28 content-center font-medium">{name}</p>
      <div className="grid grow gap-2">
        {spans.length === 0 && <p className="min-h-10 content-center text-soft">{t("employee.isClosed")}</p>}
        {spans.map(([from, to], at) => (
          // Spans have no names: a time that is typed must not move what is typed in.
          <div key={at} className="flex flex-wrap items-center gap-2">
            <Time label={t("employee.opens", { day: name })} value={from} onChange={(next) => { put(at, [next, to]); }} />
            <span aria-hidden="true">–</span>
            <Time label={t("employee.closes", { day: name })} value={to} onChange={(next) => { put(at, [from, next]); }} />
            <IconButton
              label={t("employee.dropSpan", { day: name, from, to })}
              icon="close"
              onClick={() => { onChange(spans.filter((_, n) => n !== at)); }}
            />
          </div>
        ))}
        {wrong && <p role="alert" className="text-sm text-danger">{t("employee.hoursWrong", { day: name })}</p>}
        {onCopy && spans.length > 0 && <Button look="link" className="justify-self-start" onClick={onCopy}>{t("employee.copyDay")}</Button>}
      </div>
      {spans.length < MOST_SPANS && (
        <Button
          aria-label={t("employee.addSpan", { day: name })}
          className="px-2.5"
          onClick={() => { onChange([...spans, spans.length === 0 ? ["09:00", "17:00"] : ["", ""]]); }}
        >
          <Icon name="add" className="size-4" />
        </Button>
      )}
    </li>
  );
}

/** As the browser shows times; the end of the day is told as midnight. */
function Time({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  return (
    <input
      type="time"
      aria-label={label}
      value={value === "24:00" ? "00:00" : value}
      onChange={(event) => { onChange(event.target.value); }}
      className="min-h-10 rounded-control border border-field bg-raised px-2 text-base text-ink"
    />
  );
}

/** A Monday is the first of January 2024. */
function dayName(language: Language, day: Day): string {
  const date = new Date(2024, 0, 1 + DAYS.indexOf(day));
  return new Intl.DateTimeFormat(language, { weekday: "long" }).format(date);
}
