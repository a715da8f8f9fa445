/** A newer file in the place of the one that is there: answers come from the old one until it is read. */
import { useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";

import { Button } from "@/components/button";
import { useI18n } from "@/i18n/context";
import { problemSentence } from "@/i18n/problem";
import { useWorkspace } from "@/session/workspace";
import type { Source } from "@/wire/frames";

import { addFile } from "./queries";

export function NewerFile({ source, onSaid }: { source: Source; onSaid: (sentence: string) => void }) {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const queries = useQueryClient();
  const chooser = useRef<HTMLInputElement>(null);
  const send = async (file: File) => {
    onSaid(t("knowledge.adding", { name: file.name }));
    try {
      await addFile(api, tenant.id, file, source.id);
      onSaid(t("knowledge.readAgain"));
    } catch (error) {
      onSaid(problemSentence(t, error));
    }
    await queries.invalidateQueries({ queryKey: ["knowledge", tenant.id] });
  };
  return (
    <>
      <Button onClick={() => { chooser.current?.click(); }}>{t("knowledge.newerFile")}</Button>
      <input
        ref={chooser}
        type="file"
        hidden
        aria-label={t("knowledge.newerFile")}
        onChange={({ target }) => {
          const [file] = Array.from(target.files ?? []);
          if (file) void send(file);
          target.value = "";
        }}
      />
    </>
  );
}
