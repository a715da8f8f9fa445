/** Stands where rows of a list, or a form's fields, will stand, as high as they are. */
import { useI18n } from "@/i18n/context";

export function RowSkeletons({ rows, className = "h-17 max-sm:h-28" }: { rows: number; className?: string }) {
  const { t } = useI18n();
  return (
    <div role="status" className="divide-y divide-line rounded-card border border-line">
      <span className="sr-only">{t("app.loading")}</span>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} aria-hidden="true" className={`flex animate-pulse items-center gap-3 px-4 ${className}`}>
          <span className="size-9 shrink-0 rounded-full bg-hover" />
          <span className="grow space-y-2">
            <span className="block h-3.5 w-2/5 rounded-tag bg-hover" />
            <span className="block h-3 w-3/5 rounded-tag bg-hover" />
          </span>
        </div>
      ))}
    </div>
  );
}

export function FormSkeleton() {
  const { t } = useI18n();
  return (
    <div role="status" className="animate-pulse space-y-5">
      <span className="sr-only">{t("app.loading")}</span>
      {["h-12", "h-12", "h-48", "h-12"].map((height, field) => (
        <div key={field} aria-hidden="true" className="pb-6">
          <span className="block h-3.5 w-24 rounded-tag bg-hover" />
          <span className={`mt-2 block rounded-control bg-hover ${height}`} />
        </div>
      ))}
    </div>
  );
}
