/** Whether an account is well, by a sign and in words. */
import { useI18n } from "@/i18n/context";
import type { Connection } from "@/wire/frames";

const LOOKS = {
  live: "border-accent bg-accent",
  failing: "border-danger bg-danger",
  proving: "border-line bg-transparent",
  disconnected: "border-line bg-transparent",
} as const;

export type State = keyof typeof LOOKS;

export function stateOf({ state }: Pick<Connection, "state">): State {
  return Object.hasOwn(LOOKS, state) ? (state as State) : "disconnected";
}

export function ConnectionState({ connection }: { connection: Connection }) {
  const { t } = useI18n();
  const state = stateOf(connection);
  return (
    <span className="inline-flex items-center gap-2 text-sm">
      <span aria-hidden="true" className={`size-2.5 shrink-0 rounded-full border ${LOOKS[state]}`} />
      {t(`channels.state.${state}`)}
    </span>
  );
}
