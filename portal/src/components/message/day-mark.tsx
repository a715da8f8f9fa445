import { useI18n } from "@/i18n/context";
import { dayName } from "@/i18n/time";
import { useToday } from "@/i18n/today";

/** Which day the messages below it are of; what is "today" becomes "yesterday" at midnight. */
export function DayMark({ at }: { at: string }) {
  const { t, language } = useI18n();
  useToday();
  return (
    <p className="pb-6 text-center text-xs font-medium text-soft">
      <time dateTime={at.slice(0, 10)}>{dayName(language, t, at)}</time>
    </p>
  );
}
