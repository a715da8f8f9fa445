/** Stands where rows of a list will stand, as high as they are. */
import { useI18n } from "@/i18n/context";

export function RowSkeletons({ rows, className = "h-[4.5rem]" }: { rows: number; className?: string }) {
  const { t } = useI18n();
  return (
    <div role="status" className="divide-y divide-line">
      <span className="sr-only">{t("app.loading")}</span>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} aria-hidden="true" className={`flex animate-pulse items-center gap-3 px-4 ${className}`}>
          <span className="size-9 shrink-0 rounded-full bg-hover" />
          <span className="grow space-y-2">
            <span className="block h-3.5 w-2/5 rounded bg-hover" />
            <span className="block h-3 w-3/5 rounded bg-hover" />
          </span>
        </div>
      ))}
    </div>
  );
}
