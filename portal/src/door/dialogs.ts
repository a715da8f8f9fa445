/** Dialogs of the browser's own kind: they keep the focus, and give it back. */
import { button, h } from "./dom";
import type { Told } from "./told";
import type { Say } from "./words";

export interface Dialog {
  readonly element: HTMLDialogElement;
  open(): void;
}

interface Asked {
  readonly title: string;
  readonly lead: string;
  readonly act: () => Promise<void>;
  readonly does?: string;
  readonly inside?: readonly (Node | null)[];
  readonly onOpen?: () => void;
}

export function confirm(say: Say, { title, lead, act, does, inside = [], onOpen }: Asked): Dialog {
  const problem = h("p", { className: "refused", attrs: { role: "alert" } });
  const id = `d${crypto.randomUUID()}`;
  const dialog = h("dialog", { attrs: { "aria-labelledby": id } });
  const form = h(
    "form",
    {},
    h("h2", { id }, title),
    h("p", {}, lead),
    ...inside,
    problem,
    h("div", { className: "acts" }, button("quiet", say("cancel"), () => { dialog.close(); }), h("button", { type: "submit" }, does ?? title)),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    act().then(
      () => { dialog.close(); },
      () => { problem.textContent = say("didNotWork"); },
    );
  });
  dialog.append(form);
  return {
    element: dialog,
    open() {
      problem.textContent = "";
      onOpen?.();
      dialog.showModal();
    },
  };
}

/** Says what happens and no more, how else the business is reached, and asks for an address. */
export function personDialog(told: Told, say: Say, ask: (reachAt: string) => Promise<void>): Dialog {
  const { phone, email, agent } = told;
  const field = h("input", { type: "text", maxLength: 200, dir: "auto", autocomplete: "email" });
  const ways = [
    phone && h("li", {}, `${say("phone")}: `, h("a", { href: `tel:${phone.replace(/[^\d+]/g, "")}`, dir: "ltr" }, phone)),
    email && h("li", {}, `${say("email")}: `, h("a", { href: `mailto:${email}` }, email)),
  ].filter((each) => each !== "");
  return confirm(say, {
    title: say("person"),
    lead: say("personLead", { agent }),
    does: say("tellThem"),
    inside: [
      h("label", {}, say("reachAt"), field, h("small", {}, say("reachAtHelp"))),
      ways.length > 0 ? h("div", {}, h("p", {}, say("reachUs")), h("ul", {}, ...ways)) : null,
    ],
    act: () => ask(field.value.trim()),
    onOpen: () => { field.value = ""; },
  });
}
