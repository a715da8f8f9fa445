/** Whom one can invite, and what an account of theirs needs. */
import { type Complaints, MAX_NAME, newPassword, oneLine, told } from "@/components/form/rules";

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

export function checkInvitation({ email }: { email: string }): Complaints<"email"> {
  return told({ email: EMAIL.test(email.trim()) ? undefined : { key: "error.bad_email" } });
}

export type NewcomerField = "name" | "password";

/** Somebody new chooses both; somebody known gives the password they have. */
export function checkNewcomer(values: Record<NewcomerField, string>): Complaints<NewcomerField> {
  return told({
    name: oneLine(values.name, MAX_NAME),
    password: newPassword(values.password),
  });
}

/** What the gateway alone can say of a password. */
export const PASSWORD_BLAME = {
  wrong_credentials: "password",
  password_repeats: "password",
  password_is_name: "password",
} as const;
