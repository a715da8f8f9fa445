/** The first thing Tab comes to: past the employees, of whom there may be many, to the page beside them. */
import { focusOn } from "@/components/focus";
import { useI18n } from "@/i18n/context";

const PAGE_ID = "page";

export function SkipLink() {
  const { t } = useI18n();
  return (
    <a
      href={`#${PAGE_ID}`}
      className="sr-only rounded-control border border-line bg-raised text-sm font-medium text-ink focus:not-sr-only focus:px-4 focus:py-2.5 focus:absolute focus:start-2 focus:top-2 focus:z-30"
      onClick={(event) => {
        // The address stays, for it is what is shared and gone back to.
        event.preventDefault();
        const page = document.getElementById(PAGE_ID);
        const main = page?.querySelector("main") ?? page;
        if (main) focusOn(main);
      }}
    >
      {t("shell.skip")}
    </a>
  );
}
