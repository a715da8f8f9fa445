/**
 * Every part in every state, for who builds pages: `npm run dev`, then /dev/kit. No build has it.
 * A test looks at it in both schemes and at 320 pixels.
 */
import { type ReactNode, useState } from "react";

import { Banner } from "@/components/banner";
import { Button } from "@/components/button";
import { Combobox } from "@/components/combobox";
import { Dialog, DialogActions } from "@/components/dialog";
import { TextField } from "@/components/form/text-field";
import { IconButton } from "@/components/icon-button";
import { Empty, Rows } from "@/components/list";
import { AiMark, PersonMark } from "@/components/mark";
import { MenuButton } from "@/components/menu-button";
import { Meter } from "@/components/meter";
import { Name } from "@/components/name";
import { Select } from "@/components/select";
import { FormSkeleton, RowSkeletons } from "@/components/skeleton";
import { StatusDot } from "@/components/status-dot";
import { Tabs } from "@/components/tabs";
import { ToastPlace } from "@/components/toast/toast-place";
import { tell } from "@/components/toast/toasts";
import { Tooltip } from "@/components/tooltip";
import { keepDensity, keepTheme } from "@/session/appearance";

const MODELS = ["openai:gpt-5-mini", "openai:gpt-5", "anthropic:claude-sonnet-4-5"];
const DAYS = ["Monday", "Tuesday", "Wednesday"].map((name) => ({ value: name.toLowerCase(), name }));
const GROUNDS = ["ground", "surface", "raised", "hover", "mine", "code"];
const TONES = ["accent", "danger", "warn", "ok", "info", "ai", "human"];

export default function Kit() {
  const [written, setWritten] = useState("");
  const [day, setDay] = useState("monday");
  const [tab, setTab] = useState("one");
  const [open, setOpen] = useState(false);
  return (
    <main className="h-full overflow-y-auto bg-surface">
      <div className="mx-auto max-w-3xl px-4 py-6">
        <h1 className="text-xl font-semibold">Kit</h1>
        <p className="mt-2 flex flex-wrap gap-2">
          {(["system", "light", "dark"] as const).map((theme) => (
            <Button key={theme} onClick={() => { keepTheme(theme); }}>{theme}</Button>
          ))}
          {(["roomy", "compact"] as const).map((density) => (
            <Button key={density} onClick={() => { keepDensity(density); }}>{density}</Button>
          ))}
        </p>
        <Part name="Colours">
          {GROUNDS.map((ground) => (
            <span key={ground} className="rounded-control border border-line px-3 py-2 text-sm" style={{ background: `var(--${ground})` }}>{ground}</span>
          ))}
          {TONES.map((tone) => (
            <span
              key={tone}
              className="rounded-control px-3 py-2 text-sm"
              style={{ color: `var(--${tone})`, background: tone === "accent" ? undefined : `var(--${tone}-ground)` }}
            >
              {tone}
            </span>
          ))}
        </Part>
        <Part name="Button">
          {(["primary", "quiet", "danger", "link"] as const).map((look) => (
            <Button key={look} look={look}>{look}</Button>
          ))}
          <Button look="primary" disabled>disabled</Button>
          <Button look="primary" aria-disabled className="aria-disabled:opacity-50">busy</Button>
          <IconButton icon="add" label="Add" />
        </Part>
        <Part name="Menu, tooltip, notice, dialog">
          <MenuButton
            className="min-h-10 rounded-control border border-line px-4 text-sm"
            choices={{ label: "Day", chosen: day, of: DAYS, onChoose: setDay }}
            actions={[{ name: "Delete", danger: true, onSelect: () => { tell({ sentence: "Deleted." }); } }]}
          >
            Menu
          </MenuButton>
          <Tooltip word="What it is for"><IconButton icon="info" label="About" /></Tooltip>
          <Button onClick={() => { tell({ sentence: "Ada is paused.", undo: () => Promise.resolve() }); }}>Notice</Button>
          <Button onClick={() => { setOpen(true); }}>Dialog</Button>
          <Dialog title="Remove Marta Ruiz?" open={open} onClose={() => { setOpen(false); }}>
            <p className="mt-2 text-sm text-soft">She loses access at once.</p>
            <DialogActions>
              <Button onClick={() => { setOpen(false); }}>Cancel</Button>
              <Button look="danger" onClick={() => { setOpen(false); }}>Remove</Button>
            </DialogActions>
          </Dialog>
        </Part>
        <Part name="Fields">
          <div className="grid w-full gap-5">
            <TextField label="Name" help="What people call them." value={written} onChange={setWritten} />
            <TextField label="Wrong" error="Enter a name." value="" onChange={() => undefined} />
            <TextField label="Several lines" multiline value={written} onChange={setWritten} />
            <Select label="Day" value={day} of={DAYS} onChange={setDay} />
            <Combobox label="Model" help="Or any other." value={written} of={MODELS} onChange={setWritten} />
          </div>
        </Part>
        <Part name="Tabs">
          <div className="w-full">
            <Tabs
              label="Views"
              value={tab}
              onChange={setTab}
              of={[
                { value: "one", name: "One", contents: <p>The first view.</p> },
                { value: "two", name: "Two", contents: <p>The second view.</p> },
              ]}
            />
          </div>
        </Part>
        <Part name="Banner">
          <div className="grid w-full gap-3">
            {(["info", "ok", "warn", "danger"] as const).map((tone) => (
              <Banner key={tone} tone={tone} action={<Button>Mend it</Button>}>A {tone} thing to know, with what can be done about it.</Banner>
            ))}
          </div>
        </Part>
        <Part name="Marks, states, meter">
          <AiMark name="Lucía" />
          <PersonMark name="Ana" />
          {(["ok", "warn", "danger", "off"] as const).map((state) => <StatusDot key={state} state={state} word={state} />)}
          <div className="w-full"><Meter label="Used" value={30} max={100} /><Meter label="Nearly all" value={95} max={100} /></div>
        </Part>
        <Part name="Lists">
          <div className="grid w-full gap-5">
            <Rows label="People">
              {["Ana Sol", "مريم", "Maximiliana ".repeat(8)].map((name) => (
                <li key={name} className="flex items-center gap-3 px-4 py-row">
                  <PersonMark name={name} />
                  <Name className="min-w-0 font-medium">{name}</Name>
                </li>
              ))}
            </Rows>
            <Empty>Nobody has written yet.</Empty>
            <RowSkeletons rows={2} />
            <FormSkeleton />
          </div>
        </Part>
      </div>
      <ToastPlace />
    </main>
  );
}

function Part({ name, children }: { name: string; children: ReactNode }) {
  return (
    <section className="mt-10">
      <h2 className="mb-3 font-semibold">{name}</h2>
      <div className="flex flex-wrap items-center gap-3">{children}</div>
    </section>
  );
}
