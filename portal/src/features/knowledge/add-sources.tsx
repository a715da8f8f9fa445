/** The way in: files dropped or chosen, or the address of a page. */
import { useQueryClient } from "@tanstack/react-query";
import { type DragEvent, type SubmitEvent, useRef, useState } from "react";

import { Button } from "@/components/button";
import { TextField } from "@/components/form/text-field";
import { Icon } from "@/components/icons";
import { useI18n } from "@/i18n/context";
import { problemSentence } from "@/i18n/problem";
import { useWorkspace } from "@/session/workspace";

import { addFile, addPage } from "./queries";
import { addressOf, MOST_BYTES } from "./rules";

export function AddSources() {
  return (
    <div className="mb-8 grid gap-5">
      <Files />
      <Address />
    </div>
  );
}

interface NotAdded {
  readonly name: string;
  readonly why: string;
}

function Files() {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const queries = useQueryClient();
  const chooser = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [sending, setSending] = useState<readonly string[]>([]);
  const [notAdded, setNotAdded] = useState<readonly NotAdded[]>([]);

  const add = async (file: File) => {
    setSending((names) => [...names, file.name]);
    try {
      if (file.size > MOST_BYTES) setNotAdded((all) => [...all, { name: file.name, why: t("knowledge.failed.too_big") }]);
      else await addFile(api, tenant.id, file);
    } catch (error) {
      setNotAdded((all) => [...all, { name: file.name, why: problemSentence(t, error) }]);
    }
    setSending((names) => names.toSpliced(names.indexOf(file.name), 1));
    await queries.invalidateQueries({ queryKey: ["knowledge", tenant.id] });
  };
  /** One after the other: a phone's line is not divided. */
  const addAll = async (files: readonly File[]) => {
    setNotAdded([]);
    for (const file of files) await add(file);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void addAll(Array.from(event.dataTransfer.files));
  };

  return (
    // Whoever has no pointer chooses files by the button within.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      role="group"
      aria-label={t("knowledge.drop")}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => { setOver(false); }}
      onDrop={drop}
      className={`rounded-card border-2 border-dashed px-6 py-8 text-center ${over ? "border-accent bg-mine" : "border-line"}`}
    >
      <Icon name="knowledge" className="mx-auto mb-2 size-7 text-soft" />
      <p className="font-medium">{t("knowledge.drop")}</p>
      <p className="mx-auto mt-1 mb-4 max-w-md text-sm text-soft">{t("knowledge.dropKinds")}</p>
      <Button look="primary" onClick={() => { chooser.current?.click(); }}>{t("knowledge.choose")}</Button>
      <input
        ref={chooser}
        type="file"
        multiple
        hidden
        aria-label={t("knowledge.choose")}
        onChange={({ target }) => {
          void addAll(Array.from(target.files ?? []));
          target.value = "";
        }}
      />
      <p role="status" className="mt-3 text-sm text-soft empty:mt-0">
        {sending.length > 0 && t("knowledge.adding", { name: sending.join(", ") })}
      </p>
      <div role="alert" className="text-sm text-danger">
        {notAdded.map(({ name, why }) => <p key={name} className="mt-1 wrap-anywhere">{name}: {why}</p>)}
      </div>
    </div>
  );
}

function Address() {
  const { t } = useI18n();
  const { api, tenant } = useWorkspace();
  const queries = useQueryClient();
  const [typed, setTyped] = useState("");
  const [whole, setWhole] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);

  const read = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy) return;
    const url = addressOf(typed);
    if (url === null) {
      setProblem(t("knowledge.badAddress"));
      return;
    }
    setBusy(true);
    try {
      await addPage(api, tenant.id, url, whole);
      setTyped("");
      await queries.invalidateQueries({ queryKey: ["knowledge", tenant.id] });
    } catch (error) {
      setProblem(problemSentence(t, error));
    }
    setBusy(false);
  };

  return (
    <form noValidate onSubmit={(event) => void read(event)}>
      <div className="flex flex-wrap items-start gap-3">
        <TextField
          className="min-w-56 grow"
          label={t("knowledge.address")}
          help={t("knowledge.addressHelp")}
          error={problem}
          inputMode="url"
          autoCapitalize="off"
          value={typed}
          onChange={(value) => {
            setTyped(value);
            setProblem(undefined);
          }}
        />
        <Button type="submit" aria-disabled={busy} className="min-h-11.5 aria-disabled:opacity-50 sm:mt-6.5">{t("knowledge.read")}</Button>
      </div>
      <label className="mt-2 flex items-start gap-3 text-sm">
        <input
          type="checkbox"
          className="mt-0.5 size-4 shrink-0 accent-(--accent)"
          checked={whole}
          onChange={({ target }) => { setWhole(target.checked); }}
        />
        {t("knowledge.wholeSite")}
      </label>
    </form>
  );
}
