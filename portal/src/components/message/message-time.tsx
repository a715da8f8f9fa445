import { useI18n } from "@/i18n/context";
import { clockTime, fullTime } from "@/i18n/time";

export function MessageTime({ at }: { at: string }) {
  const { language } = useI18n();
  return (
    <time dateTime={at} title={fullTime(language, at)} className="text-xs text-soft">
      {clockTime(language, at)}
    </time>
  );
}
