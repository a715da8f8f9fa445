/** The channels that can be connected here: what is asked for, and how many steps lead to it. */
import type { MessageKey } from "@/i18n/en";
import type { ChannelKind } from "@/wire/frames";

export type Field =
  | "bot_token"
  | "signing_secret"
  | "app_token"
  | "phone_number_id"
  | "waba_id"
  | "access_token"
  | "app_secret"
  | "scope"
  | "hosts"
  | "greeting"
  | "phone"
  | "email"
  | "hours"
  | "privacy_url"
  | "consent"
  | "identity_secret";

export interface Asked {
  readonly name: Field;
  readonly secret: boolean;
  readonly required: boolean;
}

export interface Kind {
  readonly type: KindName;
  readonly name: string;
  /** What to do on the platform's side, in order. */
  readonly steps: readonly MessageKey[];
  readonly link?: string;
  readonly fields: readonly Asked[];
}

export const KIND_NAMES = ["widget", "telegram", "slack", "whatsapp"] as const;
export type KindName = (typeof KIND_NAMES)[number];

const secret = (name: Field): Asked => ({ name, secret: true, required: true });
const open = (name: Field, required = true): Asked => ({ name, secret: false, required });
const optional = (name: Field): Asked => open(name, false);

/** `reachable` says whether the platform can post to this installation. */
export function kindOf(type: string, reachable: boolean): Kind | undefined {
  switch (type) {
    case "widget":
      return {
        type,
        name: "Website",
        steps: ["channels.widget.1", "channels.widget.2"],
        fields: [
          ...(["hosts", "greeting", "phone", "email", "hours", "privacy_url", "consent"] as const).map(optional),
          { name: "identity_secret", secret: true, required: false },
        ],
      };
    case "telegram":
      return {
        type,
        name: "Telegram",
        steps: ["channels.telegram.1", "channels.telegram.2", "channels.telegram.3"],
        link: "https://t.me/BotFather",
        fields: [secret("bot_token")],
      };
    case "slack":
      return {
        type,
        name: "Slack",
        steps: [
          "channels.slack.1",
          "channels.slack.2",
          reachable ? "channels.slack.3" : "channels.slack.3socket",
        ],
        fields: reachable
          ? [secret("bot_token"), secret("signing_secret")]
          : [secret("bot_token"), secret("app_token")],
      };
    case "whatsapp":
      return {
        type,
        name: "WhatsApp",
        steps: ["channels.whatsapp.1", "channels.whatsapp.2", "channels.whatsapp.3", "channels.whatsapp.4"],
        link: "https://developers.facebook.com/apps",
        fields: [open("phone_number_id"), open("waba_id"), secret("access_token"), secret("app_secret"), open("scope")],
      };
    default:
      return undefined;
  }
}

/** Those of the installation that this page knows, in its order. */
export function known(kinds: readonly ChannelKind[]): Kind[] {
  return KIND_NAMES.flatMap((name) => {
    const there = kinds.find(({ type }) => type === name);
    return (there && kindOf(name, there.reachable)) ?? [];
  });
}
