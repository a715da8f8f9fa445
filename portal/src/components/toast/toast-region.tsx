/** The one place where things are told in passing. F6 leads there; they stay while they are looked at. */
import { Toast } from "@base-ui/react/toast";
import { useEffect } from "react";

import { Button } from "@/components/button";
import { Headless } from "@/components/headless";
import { IconButton } from "@/components/icon-button";
import { type Translate, useI18n } from "@/i18n/context";
import { problemSentence } from "@/i18n/problem";

import { takeTold, type Told, watchTold } from "./toasts";

const SHOWN_MS = 8_000;
const AT_ONCE = 3;

export default function ToastRegion() {
  return (
    <Headless>
      <Toast.Provider timeout={SHOWN_MS} limit={AT_ONCE}>
        <Region />
      </Toast.Provider>
    </Headless>
  );
}

function Region() {
  const { t } = useI18n();
  const { toasts, add, close } = Toast.useToastManager();

  useEffect(() => {
    const show = () => { for (const told of takeTold()) add(shown(told)); };
    show();
    return watchTold(show);

    function shown({ sentence, undo }: Told) {
      if (!undo) return { title: sentence };
      const id = crypto.getRandomValues(new Uint32Array(2)).join("-");
      return { id, title: sentence, actionProps: { children: t("toast.undo"), onClick: () => void takeBack(id, undo) } };
    }

    async function takeBack(id: string, undo: () => Promise<unknown>) {
      close(id);
      add({ title: await undo().then(() => t("toast.undone"), (error: unknown) => failed(t, error)) });
    }
  }, [add, close, t]);

  return (
    <Toast.Portal>
      <Toast.Viewport
        aria-label={t("toast.label")}
        className="fixed inset-x-3 bottom-18 z-(--z-toast) mx-auto flex max-w-md flex-col gap-2 md:bottom-4"
      >
        {toasts.map((toast) => (
          <Toast.Root key={toast.id} toast={toast} swipeDirection={[]} className="rounded-card border border-line bg-raised text-ink shadow-lg data-limited:hidden">
            <Toast.Content className="flex items-center gap-3 py-2 ps-4 pe-2">
              <Toast.Title render={<p />} className="min-w-0 grow text-sm wrap-anywhere" />
              {toast.actionProps && <Toast.Action render={<Button look="quiet" />} />}
              <Toast.Close render={<IconButton icon="close" label={t("toast.close")} />} />
            </Toast.Content>
          </Toast.Root>
        ))}
      </Toast.Viewport>
    </Toast.Portal>
  );
}

function failed(t: Translate, error: unknown): string {
  return t("toast.undoFailed", { reason: problemSentence(t, error) });
}
