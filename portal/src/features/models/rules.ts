/** Whose key was pasted, as the gateway would say it; and who answers, as it is chosen. */
import type { ModelChoice, ModelKey, ModelProvider } from "@/wire/frames";

const WRAPPING = /^(?:export\s+)?(?:[A-Z][A-Z0-9_]*\s*=\s*)?(?:bearer\s+)?/i;
const ADDRESS = /[a-z][a-z0-9+.-]*:\/\/|^(localhost|\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:]+\])(:|\/|$)/i;

/** What the gateway's own form may still be told to be. */
export const INSTALLATION = "installation";
export const NOBODY = "nobody";

export type Seen =
  | { readonly what: "nothing" | "address" | "unknown" }
  | { readonly what: "key"; readonly of: readonly ModelProvider[] };

/** Without what is often copied along: blanks, quotes, a variable's name. */
function unwrapped(text: string): string {
  return text.trim().replace(WRAPPING, "").replace(/^["'`\s]+|["'`\s]+$/g, "");
}

export function seen(text: string, providers: readonly ModelProvider[]): Seen {
  const given = unwrapped(text);
  if (given === "") return { what: "nothing" };
  if (ADDRESS.test(given)) return { what: "address" };
  const of = providers.filter(({ forms }) => forms.some((form) => new RegExp(`^(?:${form})$`).test(given)));
  return of.length > 0 ? { what: "key", of } : { what: "unknown" };
}

/** Who stands in, as one choice of several. */
export function standIn({ fallback_key_id, falls_back_to_installation }: ModelChoice): string {
  return fallback_key_id ?? (falls_back_to_installation ? INSTALLATION : NOBODY);
}

export function chosenFirst(choice: ModelChoice, key: string): Omit<ModelChoice, "installation_granted"> {
  const { revision } = choice;
  const none = { revision, default_key_id: null, fallback_key_id: null, falls_back_to_installation: false };
  if (key === INSTALLATION) return none;
  const kept = choice.default_key_id !== null && choice.fallback_key_id !== key;
  return {
    ...none,
    default_key_id: key,
    fallback_key_id: kept ? choice.fallback_key_id : null,
    falls_back_to_installation: choice.falls_back_to_installation,
  };
}

export function chosenNext(choice: ModelChoice, who: string): Omit<ModelChoice, "installation_granted"> {
  const { revision, default_key_id } = choice;
  return {
    revision,
    default_key_id,
    fallback_key_id: who === INSTALLATION || who === NOBODY ? null : who,
    falls_back_to_installation: who === INSTALLATION,
  };
}

const LOOKS = {
  ok: "ok",
  untested: "off",
  no_quota: "warn",
  no_model: "warn",
} as const;

export function lookOf({ state }: Pick<ModelKey, "state">): "ok" | "off" | "warn" | "danger" {
  return state in LOOKS ? LOOKS[state as keyof typeof LOOKS] : "danger";
}
