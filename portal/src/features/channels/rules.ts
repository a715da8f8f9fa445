/** What can be typed when an account is connected: all that is asked for must be there. */
import { type Complaints, told, tooLong } from "@/components/form/rules";

import type { Field, Kind } from "./kinds";

const MAX = 500;

export type Given = Record<Field, string>;

export const NOTHING: Given = {
  bot_token: "",
  signing_secret: "",
  app_token: "",
  phone_number_id: "",
  waba_id: "",
  access_token: "",
  app_secret: "",
  scope: "",
  hosts: "",
  greeting: "",
  phone: "",
  email: "",
  hours: "",
  privacy_url: "",
  consent: "",
  identity_secret: "",
};

export function checkGiven(kind: Kind, given: Given): Complaints<Field> {
  const complaints = kind.fields.map(({ name, required, secret }) => {
    const text = given[name].trim();
    const empty = required && text === "" ? { key: "channels.missing" as const } : undefined;
    return [name, empty ?? (secret ? undefined : tooLong(text, MAX))] as const;
  });
  return told(Object.fromEntries(complaints) as Record<Field, undefined>);
}

/** What is no secret is known of an account that was connected before. */
export function knownOf(kind: Kind, settings: Readonly<Record<string, unknown>>): Partial<Given> {
  const known = kind.fields.map(({ name }) => [name, settings[name]] as const);
  return Object.fromEntries(known.filter(([, value]) => typeof value === "string"));
}

/** As the gateway takes it: what was asked for and filled in. */
export function answersOf(kind: Kind, given: Given): Record<string, string> {
  const filled = kind.fields.map(({ name }) => [name, given[name].trim()] as const);
  return Object.fromEntries(filled.filter(([, value]) => value !== ""));
}
